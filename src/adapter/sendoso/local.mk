# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/adapter/sendoso/call.c \
	src/adapter/sendoso/fit.c \
	src/adapter/sendoso/groups.c \
	src/adapter/sendoso/ids.c \
	src/adapter/sendoso/invite.c \
	src/adapter/sendoso/judge.c \
	src/adapter/sendoso/page.c \
	src/adapter/sendoso/people.c \
	src/adapter/sendoso/person.c \
	src/adapter/sendoso/probe.c \
	src/adapter/sendoso/read.c \
	src/adapter/sendoso/register.c \
	src/adapter/sendoso/scim.c \
	src/adapter/sendoso/sendoso.c src/adapter/sendoso/sendoso.h \
	src/adapter/sendoso/sendoso_private.h \
	src/adapter/sendoso/target.c \
	src/adapter/sendoso/target_private.h \
	src/adapter/sendoso/write.c
