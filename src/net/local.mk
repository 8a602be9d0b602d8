# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/net/credential.c src/net/credential.h \
	src/net/governor.c src/net/governor.h \
	src/net/governors.c \
	src/net/http.c src/net/http.h \
	src/net/http_client.h \
	src/net/http_error.c \
	src/net/http_flight.c src/net/http_flight.h \
	src/net/http_queue.c \
	src/net/http_retry.c \
	src/net/http_trace.c \
	src/net/http_try.c \
	src/net/oauth.c src/net/oauth.h \
	src/net/oauth_state.c \
	src/net/pages.c src/net/pages.h \
	src/net/pages_judge.c \
	src/net/paging.h \
	src/net/url.c
