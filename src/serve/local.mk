# SPDX-License-Identifier: Apache-2.0
# HTTP: the listener and what it serves, a folder a part.
libmuster_a_SOURCES += \
	src/serve/auth.c src/serve/auth.h \
	src/serve/blocking.c \
	src/serve/exchange.c src/serve/exchange.h \
	src/serve/exposed.c src/serve/exposed.h \
	src/serve/gate.c src/serve/gate.h \
	src/serve/grant.c \
	src/serve/health.c src/serve/health.h \
	src/serve/http.h \
	src/serve/listener.c src/serve/listener.h \
	src/serve/rate.c src/serve/rate.h \
	src/serve/route.c src/serve/route.h \
	src/serve/send.c \
	src/serve/serve.h \
	src/serve/socket.c src/serve/socket.h \
	src/serve/stream.c \
	src/serve/tables.c \
	src/serve/target.c src/serve/target.h \
	src/serve/rest/list.c src/serve/rest/list.h \
	src/serve/rest/params.c src/serve/rest/params.h \
	src/serve/rest/rest.h \
	src/serve/rest/routes.c \
	src/serve/rest/view.c src/serve/rest/view.h \
	src/serve/tool.c src/serve/tool.h \
	src/serve/tool_args.c src/serve/tool_private.h
