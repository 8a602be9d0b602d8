# SPDX-License-Identifier: Apache-2.0
# HTTP: the listener and what it serves, a folder a part.
libmuster_a_SOURCES += \
	src/serve/access.c \
	src/serve/accounts.c src/serve/accounts.h \
	src/serve/auth.c src/serve/auth.h \
	src/serve/blocking.c \
	src/serve/deadline.c src/serve/deadline.h \
	src/serve/exchange.c src/serve/exchange.h \
	src/serve/exposed.c src/serve/exposed.h \
	src/serve/framing.c src/serve/framing.h \
	src/serve/gate.c src/serve/gate.h \
	src/serve/gzip.c src/serve/gzip.h \
	src/serve/grant.c \
	src/serve/health.c src/serve/health.h \
	src/serve/http.h \
	src/serve/instance.c src/serve/instance.h \
	src/serve/listener.c src/serve/listener.h \
	src/serve/docs.c src/serve/docs.h src/serve/docs_tools.c \
	src/serve/openapi.c src/serve/openapi.h \
	src/serve/openapi_routes.c \
	src/serve/openapi_schemas.c src/serve/openapi_schemas.h \
	src/serve/metrics.c src/serve/metrics.h \
	src/serve/metrics_store.c \
	src/serve/proxy.c src/serve/proxy.h \
	src/serve/proxy_list.c \
	src/serve/pulls.c src/serve/pulls.h \
	src/serve/rate.c src/serve/rate.h \
	src/serve/route.c src/serve/route.h \
	src/serve/scheduler.c src/serve/scheduler.h \
	src/serve/send.c \
	src/serve/serve.h \
	src/serve/single.c src/serve/single.h \
	src/serve/socket.c src/serve/socket.h \
	src/serve/stream.c \
	src/serve/systemd.c src/serve/systemd.h \
	src/serve/tables.c \
	src/serve/target.c src/serve/target.h \
	src/serve/rest/ask.c src/serve/rest/ask.h \
	src/serve/rest/ask_filter.c \
	src/serve/rest/create.c \
	src/serve/rest/cursor.c src/serve/rest/cursor.h \
	src/serve/rest/get.c \
	src/serve/rest/beside.c src/serve/rest/beside.h \
	src/serve/rest/index.c src/serve/rest/index.h src/serve/rest/index_private.h \
	src/serve/rest/lines.c \
	src/serve/rest/list.c src/serve/rest/list.h \
	src/serve/rest/once.c src/serve/rest/once.h \
	src/serve/rest/order.c \
	src/serve/rest/page.c src/serve/rest/page.h \
	src/serve/rest/page_look.c \
	src/serve/rest/page_sort.c \
	src/serve/rest/params.c src/serve/rest/params.h \
	src/serve/rest/rest.h \
	src/serve/rest/routes.c \
	src/serve/rest/shape.c src/serve/rest/shape.h \
	src/serve/rest/there.c src/serve/rest/there.h \
	src/serve/rest/view.c src/serve/rest/view.h \
	src/serve/tool.c src/serve/tool.h \
	src/serve/tool_args.c src/serve/tool_private.h

# The page's looks.
EXTRA_DIST += src/serve/docs.css
BYTES += src/serve/docs.css.inc

src/serve/docs.$(OBJEXT): src/serve/docs.css.inc

src/serve/docs.css.inc: src/serve/docs.css
	$(as_bytes)
