# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/audit/audit.c src/audit/audit.h \
	src/audit/auditing.h \
	src/audit/builtins.c \
	src/audit/changes.c \
	src/audit/check_hris.c \
	src/audit/check_invitations.c \
	src/audit/check_people.c \
	src/audit/check_target.c \
	src/audit/checks.c src/audit/checks.h \
	src/audit/checks_params.c \
	src/audit/conditions.c \
	src/audit/csv.c \
	src/audit/events.c src/audit/events.h \
	src/audit/findings.c \
	src/audit/json.c \
	src/audit/moves.c src/audit/moves.h \
	src/audit/people.c src/audit/people.h \
	src/audit/prometheus.c \
	src/audit/sarif.c \
	src/audit/summary.c \
	src/audit/text.c \
	src/audit/trace.c src/audit/trace.h
