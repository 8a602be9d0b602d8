# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/adapter/feed/bytes.h \
	src/adapter/feed/csv.c src/adapter/feed/csv.h \
	src/adapter/feed/csv_rows.c \
	src/adapter/feed/feed.c src/adapter/feed/feed.h \
	src/adapter/feed/feed_private.h \
	src/adapter/feed/file.c src/adapter/feed/file.h \
	src/adapter/feed/header.c src/adapter/feed/header.h \
	src/adapter/feed/json_rows.c \
	src/adapter/feed/probe.c \
	src/adapter/feed/read.c \
	src/adapter/feed/slices.c src/adapter/feed/slices.h \
	src/adapter/feed/twice.c
