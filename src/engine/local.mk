# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/engine/applier.h \
	src/engine/apply.c src/engine/apply.h \
	src/engine/apply_check.c \
	src/engine/canary.c src/engine/canary.h \
	src/engine/compare.c \
	src/engine/config.c src/engine/config.h \
	src/engine/config_accounts.c \
	src/engine/config_audit.c src/engine/config_audit.h \
	src/engine/config_names.c \
	src/engine/config_paths.c \
	src/engine/config_private.h \
	src/engine/config_serve.c src/engine/config_serve.h \
	src/engine/config_syncs.c \
	src/engine/crosscheck.c src/engine/crosscheck.h \
	src/engine/effect.c src/engine/effect.h \
	src/engine/explain.c src/engine/explain.h \
	src/engine/explain_fields.c \
	src/engine/explain_find.c \
	src/engine/explain_groups.c \
	src/engine/explain_json.c \
	src/engine/explain_policy.c \
	src/engine/explain_trail.c \
	src/engine/explain_why.c \
	src/engine/explainer.h \
	src/engine/filled.c src/engine/filled.h \
	src/engine/evidence.c \
	src/engine/guard.c \
	src/engine/guards.c src/engine/guards.h \
	src/engine/invite.c src/engine/invite.h \
	src/engine/invited.c src/engine/invited.h \
	src/engine/narrow.c src/engine/narrow.h \
	src/engine/order.c src/engine/order.h \
	src/engine/owning.c src/engine/owning.h \
	src/engine/park.c src/engine/park.h \
	src/engine/plan.c src/engine/plan.h \
	src/engine/plan_adopt.c \
	src/engine/plan_ahead.c \
	src/engine/plan_aside.c \
	src/engine/plan_adopt_values.c \
	src/engine/plan_diff.c \
	src/engine/plan_drift.c \
	src/engine/plan_finish.c \
	src/engine/plan_fit.c \
	src/engine/plan_grace.c src/engine/plan_grace.h \
	src/engine/plan_groups.c \
	src/engine/plan_json.c \
	src/engine/plan_labels.c \
	src/engine/plan_match.c \
	src/engine/members.h \
	src/engine/plan_members.c \
	src/engine/plan_members_diff.c \
	src/engine/plan_names.c \
	src/engine/plan_order.c \
	src/engine/plan_park.c \
	src/engine/plan_policy.c src/engine/plan_policy.h \
	src/engine/plan_read.c \
	src/engine/plan_review.c src/engine/review.h \
	src/engine/plan_select.c \
	src/engine/plan_show.c \
	src/engine/plan_sides.c \
	src/engine/plan_whole.c \
	src/engine/planner.c src/engine/planner.h \
	src/engine/policy.c src/engine/policy.h \
	src/engine/policy_check.c src/engine/policy_check.h \
	src/engine/policy_decide.c \
	src/engine/policy_decider.c \
	src/engine/policy_examples.c \
	src/engine/policy_private.h \
	src/engine/policy_when.c \
	src/engine/policy_why.c \
	src/engine/pull.c src/engine/pull.h \
	src/engine/schedule.c src/engine/schedule.h \
	src/engine/settle.c src/engine/settle.h \
	src/engine/pull_private.h \
	src/engine/pull_run.c \
	src/engine/sync_run.c src/engine/sync_run.h \
	src/engine/undo.c src/engine/undo.h \
	src/engine/undo_check.c \
	src/engine/undo_state.c \
	src/engine/undo_step.c \
	src/engine/undoer.h \
	src/engine/vanished.c \
	src/engine/verdict.c src/engine/verdict.h
