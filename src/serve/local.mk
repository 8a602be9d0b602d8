# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/serve/auth.c src/serve/auth.h \
	src/serve/exposed.c src/serve/exposed.h \
	src/serve/grant.c
