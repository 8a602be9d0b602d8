# SPDX-License-Identifier: Apache-2.0
# The program: everything but main.c could be a library, but nothing else needs it.

muster_SOURCES += \
	src/cli/args.c src/cli/args.h \
	src/cli/ask.c src/cli/ask.h \
	src/cli/cmd.c src/cli/cmd.h \
	src/cli/cmd_adopt.c \
	src/cli/cmd_approve.c \
	src/cli/cmd_apply.c \
	src/cli/audit.h \
	src/cli/cmd_audit.c \
	src/cli/cmd_audit_integrations.c \
	src/cli/cmd_audit_onboarding.c \
	src/cli/cmd_audit_report.c \
	src/cli/cmd_audit_review.c \
	src/cli/cmd_audit_verify.c \
	src/cli/cmd_diff.c \
	src/cli/cmd_doctor.c \
	src/cli/cmd_explain.c \
	src/cli/cmd_export.c \
	src/cli/cmd_init.c \
	src/cli/cmd_invitations.c \
	src/cli/cmd_list.c \
	src/cli/cmd_map.c \
	src/cli/cmd_mcp.c \
	src/cli/cmd_plan.c \
	src/cli/cmd_policy.c \
	src/cli/cmd_pull.c \
	src/cli/cmd_runs.c \
	src/cli/cmd_serve.c \
	src/cli/cmd_snapshots.c \
	src/cli/cmd_sync.c \
	src/cli/cmd_token.c \
	src/cli/cmd_undo.c \
	src/cli/execute.c src/cli/execute.h \
	src/cli/help.c src/cli/help.h \
	src/cli/main.c \
	src/cli/outcomes.c src/cli/outcomes.h \
	src/cli/planning.c src/cli/planning.h \
	src/cli/session.c src/cli/session.h \
	src/cli/show.c src/cli/show.h \
	src/cli/show_parked.c \
	src/cli/show_explain.c src/cli/show_explain.h \
	src/cli/show_plan.c \
	src/cli/show_policy.c src/cli/show_policy.h \
	src/cli/show_results.c \
	src/cli/show_snapshot.c \
	src/cli/table.c src/cli/table.h

dist_man_MANS += src/cli/muster.1 src/cli/muster.yaml.5

# bash-completion finds a file by the name of the command it completes.
EXTRA_DIST += src/cli/muster.bash-completion
if WITH_BASH_COMPLETION
nodist_bashcomp_DATA = src/cli/completion/muster
CLEANFILES += src/cli/completion/muster
endif

src/cli/completion/muster: src/cli/muster.bash-completion
	$(AM_V_GEN)$(MKDIR_P) src/cli/completion && cp $(srcdir)/src/cli/muster.bash-completion $@
