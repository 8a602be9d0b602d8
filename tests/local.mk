# SPDX-License-Identifier: Apache-2.0
# All tests. `make check` runs everything that needs no network beyond loopback; what a machine lacks (slapd,
# shellcheck, mandoc) makes a test skip, not pass.

lint_tests = \
	tests/lint/layering.sh \
	tests/lint/banned.sh \
	tests/lint/configure.sh \
	tests/lint/files.sh \
	tests/lint/shellcheck.sh \
	tests/lint/man.sh \
	tests/lint/mappings.sh

scenario_tests = \
	tests/scenario/drill.sh \
	tests/scenario/provisioning.sh \
	tests/scenario/sim.sh

# One folder each; tests/scenario/drill.py says what is in it.
scenario_folders = \
	tests/scenario/additive \
	tests/scenario/address-handed-on \
	tests/scenario/big-group \
	tests/scenario/big-group-changes \
	tests/scenario/drift \
	tests/scenario/empty-group \
	tests/scenario/everything \
	tests/scenario/first-export \
	tests/scenario/group-removed \
	tests/scenario/group-renamed \
	tests/scenario/guarded \
	tests/scenario/leaver-by-scim \
	tests/scenario/leaver-deleted \
	tests/scenario/leaver-disabled \
	tests/scenario/members-move \
	tests/scenario/merge-and-keep \
	tests/scenario/odd-names \
	tests/scenario/one-address-twice \
	tests/scenario/others-beside-us \
	tests/scenario/rename-move-title \
	tests/scenario/returner \
	tests/scenario/strangers \
	tests/scenario/swapped-addresses

scenario_support = \
	tests/scenario/drill.py \
	tests/scenario/people.json \
	tests/scenario/provisioning \
	tests/scenario/provisioning.py \
	$(scenario_folders)

# The longest first, so that the others run beside them.
live_tests = \
	tests/live/undo.sh \
	tests/live/verdict.sh \
	tests/live/tolerance.sh \
	tests/live/overlays.sh \
	tests/live/provision_scim.sh \
	tests/live/bad_target.sh \
	tests/live/invitations.sh \
	tests/live/names.sh \
	tests/live/review.sh \
	tests/live/review_ldap.sh \
	tests/live/bad_source.sh \
	tests/live/worlds.sh \
	tests/live/abuse.sh \
	tests/live/abuse_mcp.sh \
	tests/live/lifecycle.sh \
	tests/live/hris_bad.sh \
	tests/live/walkthrough.sh \
	tests/live/access.sh \
	tests/live/adopt.sh \
	tests/live/approve.sh \
	tests/live/audit.sh \
	tests/live/bad_files.sh \
	tests/live/chain.sh \
	tests/live/cli.sh \
	tests/live/cron.sh \
	tests/live/explain.sh \
	tests/live/export.sh \
	tests/live/guards.sh \
	tests/live/feed.sh \
	tests/live/gifts.sh \
	tests/live/ldap_feed.sh \
	tests/live/mcp.sh \
	tests/live/moved.sh \
	tests/live/parked.sh \
	tests/live/plan.sh \
	tests/live/policy.sh \
	tests/live/provision.sh \
	tests/live/report.sh \
	tests/live/secrets.sh \
	tests/live/serve.sh \
	tests/live/serve_create.sh \
	tests/live/serve_ops.sh \
	tests/live/serve_proxy.sh \
	tests/live/serve_slow.sh \
	tests/live/serve_tokens.sh \
	tests/live/token.sh \
	tests/live/verbose.sh

# What those two use and carry along, tests themselves not.
live_support = \
	tests/live/browser.py tests/live/report.py \
	tests/live/chain.py \
	tests/live/abuse.py tests/live/abuse_mcp.py tests/live/hostile.py \
	tests/live/hris_bad.py \
	tests/live/lab.py \
	tests/live/gifts.py \
	tests/live/lib.sh \
	tests/live/lifecycle.py \
	tests/live/office.py \
	tests/live/mcp.py \
	tests/live/mcp_protocol.py \
	tests/live/openapi-3.1.schema.json \
	tests/live/provision_lib.sh \
	tests/live/roundtrip.py \
	tests/live/serve.py \
	tests/live/serve_slow.py \
	tests/live/slapd.sh \
	tests/live/soak.py \
	tests/live/soak.sh \
	tests/live/soak_verdict.py \
	tests/live/walkthrough.py \
	tests/live/worlds.py

# Long ones, too; tests/fuzz/local.mk adds to them.
first_tests =
if HAVE_CHECK
first_tests += tests/unit/check_muster
endif

TESTS = $(first_tests) $(scenario_tests) $(live_tests) $(lint_tests)
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = bash

# Absolute, since tests change into directories of their own.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	MUSTER='$(abs_top_builddir)/muster' SENDOSO_SIM='$(abs_top_builddir)/sendoso-sim' \
	MUSTER_MAPPINGS='$(abs_top_srcdir)/mappings' \
	LC_ALL=C.UTF-8 TZ=UTC \
	ASAN_OPTIONS="$${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}" \
	UBSAN_OPTIONS="$${UBSAN_OPTIONS:-print_stacktrace=1}"; \
	PYTHONDONTWRITEBYTECODE=1; \
	export top_srcdir top_builddir MUSTER SENDOSO_SIM MUSTER_MAPPINGS LC_ALL TZ ASAN_OPTIONS UBSAN_OPTIONS \
	PYTHONDONTWRITEBYTECODE;

EXTRA_DIST += $(lint_tests) tests/scenario $(live_tests) $(live_support) \
	tests/conform tests/spreadsheet.sh tests/valgrind.sh tests/lint/analyze.sh tests/lint/lib.sh tests/lint/sizes.sh tests/lint/strip.awk

# --- unit -----------------------------------------------------------------------------------------------------

unit_sources = \
	tests/unit/main.c tests/unit/suites.h \
	tests/unit/fake_source.c \
	tests/unit/fake_source.h \
	tests/unit/fake_target.c \
	tests/unit/fake_target.h \
	tests/unit/httpd.c \
	tests/unit/httpd.h \
	tests/unit/mapping.c \
	tests/unit/mapping.h \
	tests/unit/storage.c \
	tests/unit/storage.h \
	tests/unit/test_arena.c \
	tests/unit/test_audit.c \
	tests/unit/test_audit_checks.c \
	tests/unit/test_buf.c \
	tests/unit/test_claims.c \
	tests/unit/test_config.c \
	tests/unit/test_credential.c \
	tests/unit/test_csv.c \
	tests/unit/test_diff.c \
	tests/unit/test_doc.c \
	tests/unit/test_dn.c \
	tests/unit/test_engine.c \
	tests/unit/test_entry.c \
	tests/unit/test_err.c \
	tests/unit/test_events.c \
	tests/unit/test_explain.c \
	tests/unit/test_feed.c \
	tests/unit/test_filter.c \
	tests/unit/test_governor.c \
	tests/unit/test_guard.c \
	tests/unit/http_bench.c tests/unit/http_bench.h \
	tests/unit/test_http.c \
	tests/unit/test_http_bodies.c \
	tests/unit/test_fit.c \
	tests/unit/test_invitations.c \
	tests/unit/test_invite.c \
	tests/unit/test_io.c \
	tests/unit/test_json.c \
	tests/unit/test_ldif.c \
	tests/unit/test_log.c \
	tests/unit/test_map.c \
	tests/unit/test_map_eval.c \
	tests/unit/test_map_load.c \
	tests/unit/test_map_target.c \
	tests/unit/test_match.c \
	tests/unit/test_mcp.c \
	tests/unit/test_names.c \
	tests/unit/test_op.c \
	tests/unit/test_opt.c \
	tests/unit/test_owning.c \
	tests/unit/test_pages.c \
	tests/unit/test_park.c \
	tests/unit/test_plan_policy.c \
	tests/unit/test_policy_check.c \
	tests/unit/test_policy.c \
	tests/unit/test_prefetch.c \
	tests/unit/test_pull.c \
	tests/unit/test_preread.c \
	tests/unit/test_review.c \
	tests/unit/test_ring.c \
	tests/unit/test_schedule.c \
	tests/unit/test_schema.c \
	tests/unit/test_secret.c \
	tests/unit/test_sendoso.c \
	tests/unit/test_store_chain.c \
	tests/unit/test_serve_rest.c \
	tests/unit/test_serve_target.c \
	tests/unit/test_store_journal.c \
	tests/unit/test_store_ledger.c \
	tests/unit/test_store_model.c \
	tests/unit/test_store_open.c \
	tests/unit/test_store_pull.c \
	tests/unit/test_store_scratch.c \
	tests/unit/test_store_snapshots.c \
	tests/unit/test_str.c \
	tests/unit/test_time.c \
	tests/unit/test_tool.c \
	tests/unit/test_tokens.c \
	tests/unit/test_undo.c \
	tests/unit/test_url.c \
	tests/unit/test_writer.c \
	tests/unit/test_yaml.c \
	tests/unit/world.h

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_muster
endif

# The HTML report of an audit that is made up, for tests/live/report.sh.
check_PROGRAMS += tests/live/report_sample
tests_live_report_sample_SOURCES = tests/live/report_sample.c
EXTRA_PROGRAMS += tests/unit/check_muster
tests_unit_check_muster_SOURCES = $(unit_sources)
tests_unit_check_muster_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit \
	-DMU_TEST_DATA='"$(abs_top_srcdir)/tests"' $(CHECK_CFLAGS)
tests_unit_check_muster_LDADD = $(LDADD) $(CHECK_LIBS)

include tests/fuzz/local.mk
include tests/bench/local.mk

# --- parts of the whole ---------------------------------------------------------------------------------------

check-live: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(live_tests)'

check-scenario: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(scenario_tests)'

# Every scenario, interrupted at every step (minutes): SCENARIOS="drift returner" picks some. Then the same of
# provisioning: PROVISIONING="joiners everything".
check-drill: all
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/scenario/drill.sh --full $(SCENARIOS)
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/scenario/provisioning.sh --full $(PROVISIONING)

# Random worlds, and random lives of people (WORLDS=1 SEED=7 is one of them again).
WORLDS = 500
SEED = 1
check-worlds: all
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/live/worlds.sh $(WORLDS) $(SEED)
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/live/lifecycle.sh $(WORLDS) $(SEED)

.PHONY: check-abuse check-soak check-tsan
# muster serve: ten thousand connections at once among other abuse; mixed load for SOAK_SECONDS.
SOAK_SECONDS = 3600
check-abuse: all
	CONNECTIONS=10000 && export CONNECTIONS && $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='tests/live/abuse.sh tests/live/abuse_mcp.sh'
check-soak: all
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/live/soak.sh $(SOAK_SECONDS)

# The threads of muster serve and muster mcp under ThreadSanitizer, in a build of its own, of what they run only.
serve_tests = $(filter tests/live/abuse% tests/live/approve.sh tests/live/gifts.sh \
	tests/live/mcp.sh tests/live/serve%,$(live_tests))
check-tsan:
	$(MKDIR_P) tsan && cd tsan && \
	    { test -f Makefile || $(abs_top_srcdir)/configure -q --enable-sanitizers=thread CC='$(CC)' CFLAGS='-O1 -g'; } && \
	    $(MAKE) $(AM_MAKEFLAGS) muster sendoso-sim && \
	    TSAN_OPTIONS='halt_on_error=1 second_deadlock_stack=1' \
	    $(MAKE) $(AM_MAKEFLAGS) check-TESTS check_PROGRAMS= TESTS='$(serve_tests)'

lint: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(lint_tests)'

# Static analysis: minutes, so not a part of `make check`. ANALYZE_ONLY="tidy gcc conversion" for some of it.
ANALYZE_ONLY =
ANALYZE_NODES =
analyze_cppflags = $(filter-out -DMU_MAPPINGS_DIR=%,$(DEFS) -I$(abs_top_builddir) -I$(abs_top_builddir)/src -I$(abs_top_srcdir)/src $(AM_CPPFLAGS))
analyze: config.h $(BYTES)
	top_srcdir='$(abs_top_srcdir)' ANALYZE_CPPFLAGS='$(analyze_cppflags)' \
	    ANALYZE_ONLY='$(ANALYZE_ONLY)' ANALYZE_NODES='$(ANALYZE_NODES)' bash $(top_srcdir)/tests/lint/analyze.sh

# Memory, by memcheck; VALGRIND_SUITES="json dn" for some of the unit suites alone.
VALGRIND_SUITES =
check-valgrind: all $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/valgrind.sh $(VALGRIND_SUITES)

# Everything that is too long for `make check`, one after another; fuzzing has a build of its own (`make fuzz`).
check-long: all
	$(MAKE) $(AM_MAKEFLAGS) analyze
	$(MAKE) $(AM_MAKEFLAGS) check-valgrind
	$(MAKE) $(AM_MAKEFLAGS) check-drill
	$(MAKE) $(AM_MAKEFLAGS) check-worlds
	$(MAKE) $(AM_MAKEFLAGS) check-spreadsheet

# A report opened by LibreOffice keeps its cells; nothing happens where it isn't installed.
check-spreadsheet: all
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/spreadsheet.sh || test $$? = 77

# Model Context Protocol: the official suite, SDKs and inspector, by npm into a temporary directory or from MCP_LIB.
check-mcp: all
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/conform/mcp.sh || test $$? = 77

sizes:
	@top_srcdir='$(abs_top_srcdir)' bash $(top_srcdir)/tests/lint/sizes.sh

bench: all $(bench_programs)
	$(AM_TESTS_ENVIRONMENT) bash $(top_srcdir)/tests/bench/run.sh

format:
	cd $(top_srcdir) && find src tests contrib -name '*.[ch]' | xargs clang-format -i --style=file

.PHONY: analyze check-mcp check-spreadsheet check-live check-long check-valgrind check-scenario lint sizes bench format
