# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/audit/audit.c src/audit/audit.h \
	src/audit/auditing.h \
	src/audit/builtins.c \
	src/audit/checks.c src/audit/checks.h \
	src/audit/checks_params.c \
	src/audit/conditions.c \
	src/audit/csv.c \
	src/audit/events.c src/audit/events.h \
	src/audit/findings.c \
	src/audit/json.c \
	src/audit/moves.c src/audit/moves.h \
	src/audit/people.c src/audit/people.h \
	src/audit/summary.c \
	src/audit/text.c
