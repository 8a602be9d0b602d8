# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/adapter/account.c \
	src/adapter/adapter.h \
	src/adapter/prefetch.c src/adapter/prefetch.h \
	src/adapter/preread.c src/adapter/preread.h \
	src/adapter/registry.c \
	src/adapter/shape.c src/adapter/shape.h \
	src/adapter/shares.c src/adapter/shares.h \
	src/adapter/shares_items.c src/adapter/shares_private.h
