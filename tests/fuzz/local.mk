# SPDX-License-Identifier: Apache-2.0
# Fuzz targets: with --enable-fuzzing run by libFuzzer (`make fuzz FUZZ_SECONDS=60`), else replayers for `make check`.

fuzzers = \
	tests/fuzz/fuzz_filter \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_map \
	tests/fuzz/fuzz_op \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_yaml

fuzz_corpus = \
	tests/fuzz/corpus/filter/all.txt \
	tests/fuzz/corpus/filter/quoted.txt \
	tests/fuzz/corpus/json/deep.json \
	tests/fuzz/corpus/json/numbers.json \
	tests/fuzz/corpus/json/users.json \
	tests/fuzz/corpus/map/group.yaml \
	tests/fuzz/corpus/map/user.yaml \
	tests/fuzz/corpus/op/create.json \
	tests/fuzz/corpus/op/rename.json \
	tests/fuzz/corpus/text/bad.txt \
	tests/fuzz/corpus/text/time.txt \
	tests/fuzz/corpus/text/unicode.txt \
	tests/fuzz/corpus/yaml/alias.yaml \
	tests/fuzz/corpus/yaml/config.yaml

check_PROGRAMS += $(fuzzers)
EXTRA_DIST += $(fuzz_corpus) tests/fuzz/replay.c tests/fuzz/replay.sh

if FUZZING
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) $(MU_FUZZ_LDFLAGS)
else
fuzz_main = tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
TESTS += tests/fuzz/replay.sh
endif

tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_filter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_map_SOURCES = tests/fuzz/fuzz_map.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_map_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_op_SOURCES = tests/fuzz/fuzz_op.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_op_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_text_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_yaml_LDFLAGS = $(fuzz_ldflags)

check-fuzz: $(fuzzers)
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' bash $(top_srcdir)/tests/fuzz/replay.sh

# Each target for FUZZ_SECONDS; what is found new stays in tests/fuzz/found of the build directory.
FUZZ_SECONDS = 60
fuzz: $(fuzzers)
if FUZZING
	@set -e; for program in $(fuzzers); do \
	    name=$${program##*/fuzz_}; \
	    mkdir -p tests/fuzz/found/$$name; \
	    echo "  FUZZ     $$program"; \
	    ./$$program -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=20 -artifact_prefix=tests/fuzz/found/ \
	        tests/fuzz/found/$$name $(abs_top_srcdir)/tests/fuzz/corpus/$$name >tests/fuzz/$$name.log 2>&1 \
	        || { tail -n 100 tests/fuzz/$$name.log; exit 1; }; \
	done
else
	@echo "configure with --enable-fuzzing CC=clang first"; exit 1
endif

.PHONY: check-fuzz fuzz
