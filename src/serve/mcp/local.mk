# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/serve/mcp/api.c src/serve/mcp/api.h \
	src/serve/mcp/arguments.c \
	src/serve/mcp/ask.c \
	src/serve/mcp/book.c src/serve/mcp/book.h \
	src/serve/mcp/build.c \
	src/serve/mcp/changes.c \
	src/serve/mcp/directory.c src/serve/mcp/directory.h \
	src/serve/mcp/events.c src/serve/mcp/events.h \
	src/serve/mcp/find.c \
	src/serve/mcp/findings.c \
	src/serve/mcp/gift.c src/serve/mcp/gift.h \
	src/serve/mcp/gift_check.c \
	src/serve/mcp/gift_doubt.c \
	src/serve/mcp/invite.c \
	src/serve/mcp/job.c src/serve/mcp/job.h \
	src/serve/mcp/live.c src/serve/mcp/live.h \
	src/serve/mcp/mcp.c src/serve/mcp/mcp.h \
	src/serve/mcp/mcp_http.c src/serve/mcp/mcp_http.h \
	src/serve/mcp/mcp_private.h \
	src/serve/mcp/message.c \
	src/serve/mcp/methods.c \
	src/serve/mcp/plans.c \
	src/serve/mcp/progress.c \
	src/serve/mcp/prompts.c \
	src/serve/mcp/records.c \
	src/serve/mcp/reply.c \
	src/serve/mcp/resources.c \
	src/serve/mcp/running.c \
	src/serve/mcp/search.c \
	src/serve/mcp/session.c src/serve/mcp/session.h \
	src/serve/mcp/sse.c \
	src/serve/mcp/stdio.c src/serve/mcp/stdio.h \
	src/serve/mcp/tools.c \
	src/serve/mcp/why.c
