# SPDX-License-Identifier: Apache-2.0
# Fuzz targets: with --enable-fuzzing run by libFuzzer (`make fuzz FUZZ_SECONDS=60`), else replayers for `make check`.
# fuzz_NAME has its inputs in corpus/NAME, and the words that get it further in dict/NAME.dict.

fuzzers = \
	tests/fuzz/fuzz_audit \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_dn \
	tests/fuzz/fuzz_document \
	tests/fuzz/fuzz_filter \
	tests/fuzz/fuzz_header \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_ldif \
	tests/fuzz/fuzz_map \
	tests/fuzz/fuzz_mcp \
	tests/fuzz/fuzz_net \
	tests/fuzz/fuzz_op \
	tests/fuzz/fuzz_page \
	tests/fuzz/fuzz_plan \
	tests/fuzz/fuzz_policy \
	tests/fuzz/fuzz_query \
	tests/fuzz/fuzz_report \
	tests/fuzz/fuzz_rows \
	tests/fuzz/fuzz_text \
	tests/fuzz/fuzz_waivers \
	tests/fuzz/fuzz_yaml

check_PROGRAMS += $(fuzzers)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/dict tests/fuzz/fuzz.sh tests/fuzz/replay.sh \
	tests/fuzz/replay.c tests/fuzz/steady.c

if FUZZING
fuzz_main = tests/fuzz/steady.c
fuzz_ldflags = $(AM_LDFLAGS) $(MU_FUZZ_LDFLAGS)
else
fuzz_main = tests/fuzz/steady.c tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
first_tests += tests/fuzz/replay.sh
endif

tests_fuzz_fuzz_audit_SOURCES = tests/fuzz/fuzz_audit.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_audit_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_audit_CPPFLAGS = $(AM_CPPFLAGS) -DMU_TEST_DATA='"$(abs_top_srcdir)/tests"'
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_dn_SOURCES = tests/fuzz/fuzz_dn.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_dn_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_document_SOURCES = tests/fuzz/fuzz_document.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_document_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_filter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_header_SOURCES = tests/fuzz/fuzz_header.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_header_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ldif_SOURCES = tests/fuzz/fuzz_ldif.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_ldif_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_map_SOURCES = tests/fuzz/fuzz_map.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_map_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mcp_SOURCES = tests/fuzz/fuzz_mcp.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_mcp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mcp_CPPFLAGS = $(AM_CPPFLAGS) -DMU_TEST_DATA='"$(abs_top_srcdir)/tests"'
tests_fuzz_fuzz_net_SOURCES = tests/fuzz/fuzz_net.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_net_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_op_SOURCES = tests/fuzz/fuzz_op.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_op_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_page_SOURCES = tests/fuzz/fuzz_page.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_page_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_page_CPPFLAGS = $(AM_CPPFLAGS) -DMU_TEST_DATA='"$(abs_top_srcdir)/tests"'
tests_fuzz_fuzz_plan_SOURCES = tests/fuzz/fuzz_plan.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_plan_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_policy_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_query_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_report_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_rows_SOURCES = tests/fuzz/fuzz_rows.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_rows_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_text_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_waivers_SOURCES = tests/fuzz/fuzz_waivers.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_waivers_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/fuzz.h $(fuzz_main)
tests_fuzz_fuzz_yaml_LDFLAGS = $(fuzz_ldflags)

check-fuzz: $(fuzzers)
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' bash $(top_srcdir)/tests/fuzz/replay.sh

# Each target for FUZZ_SECONDS; FUZZ_ONLY="NAME..." for some of them.
FUZZ_SECONDS = 60
FUZZ_ONLY =
fuzz: $(fuzzers)
if FUZZING
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    bash $(top_srcdir)/tests/fuzz/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_ONLY)
else
	@echo "configure with --enable-fuzzing CC=clang first"; exit 1
endif

.PHONY: check-fuzz fuzz
