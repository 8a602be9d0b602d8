# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/audit/events.c src/audit/events.h \
	src/audit/moves.c src/audit/moves.h
