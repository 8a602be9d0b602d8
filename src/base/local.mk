# SPDX-License-Identifier: Apache-2.0
# The base layer: knows nothing about people.
libmuster_a_SOURCES += \
	src/base/arena.c src/base/arena.h \
	src/base/buf.c src/base/buf.h \
	src/base/err.c src/base/err.h \
	src/base/hash.c src/base/hash.h \
	src/base/heap.c src/base/heap.h \
	src/base/html.c src/base/html.h \
	src/base/io.c src/base/io.h src/base/io_lock.c \
	src/base/doc.c src/base/doc.h src/base/doc_parse.c \
	src/base/json.c src/base/json.h src/base/json_parse.c src/base/json_write.c \
	src/base/log.c src/base/log.h \
	src/base/macros.h \
	src/base/map.c src/base/map.h \
	src/base/opt.c src/base/opt.h \
	src/base/ring.c src/base/ring.h \
	src/base/secret.c src/base/secret_read.c src/base/secret.h \
	src/base/str.c src/base/str.h src/base/str_unicode.c \
	src/base/thread.c src/base/thread.h \
	src/base/time.c src/base/time.h \
	src/base/writer.c src/base/writer.h \
	src/base/yaml.c src/base/yaml.h src/base/yaml_build.c
