# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/adapter/sendoso/call.c \
	src/adapter/sendoso/page.c \
	src/adapter/sendoso/probe.c \
	src/adapter/sendoso/read.c \
	src/adapter/sendoso/sendoso.c src/adapter/sendoso/sendoso.h \
	src/adapter/sendoso/sendoso_private.h
