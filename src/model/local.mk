# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/model/diff.c src/model/diff.h \
	src/model/entry.c src/model/entry.h \
	src/model/filter.c src/model/filter.h \
	src/model/filter_equal.c \
	src/model/filter_parse.c src/model/filter_tree.h \
	src/model/number.c src/model/number.h \
	src/model/op.c src/model/op.h \
	src/model/op_json.c \
	src/model/schema.c src/model/schema.h
