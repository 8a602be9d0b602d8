# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/map/examples.c \
	src/map/layers.c \
	src/map/map.h \
	src/map/map_asks.c \
	src/map/map_eval.c \
	src/map/map_fetch.c \
	src/map/map_fields.c \
	src/map/map_load.c \
	src/map/map_merge.c \
	src/map/map_path.c \
	src/map/map_private.h \
	src/map/map_reads.c \
	src/map/map_rule.c \
	src/map/map_target.c \
	src/map/map_type.c \
	src/map/map_value.c \
	src/map/map_target_load.c \
	src/map/transform_kinds.c \
	src/map/transforms.c src/map/transforms.h
