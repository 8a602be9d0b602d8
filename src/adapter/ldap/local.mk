# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/adapter/ldap/answer.c \
	src/adapter/ldap/conn.c \
	src/adapter/ldap/containers.c \
	src/adapter/ldap/dn.c src/adapter/ldap/dn.h \
	src/adapter/ldap/expect.c \
	src/adapter/ldap/ldap.c src/adapter/ldap/ldap.h \
	src/adapter/ldap/ldap_private.h \
	src/adapter/ldap/ldif.c src/adapter/ldap/ldif.h \
	src/adapter/ldap/look.c \
	src/adapter/ldap/match.c src/adapter/ldap/match.h \
	src/adapter/ldap/moves.c \
	src/adapter/ldap/object.c \
	src/adapter/ldap/probe.c \
	src/adapter/ldap/read.c \
	src/adapter/ldap/request.c \
	src/adapter/ldap/schema.c \
	src/adapter/ldap/search.c \
	src/adapter/ldap/settings.c \
	src/adapter/ldap/source.c \
	src/adapter/ldap/write.c
