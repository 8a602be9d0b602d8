# SPDX-License-Identifier: Apache-2.0
# Programs the benchmarks are measured beside; built by `make bench` only.
bench_programs = tests/bench/bare tests/bench/delayproxy tests/bench/policy tests/bench/unproved
EXTRA_PROGRAMS += $(bench_programs)
tests_bench_bare_SOURCES = tests/bench/bare.c
tests_bench_bare_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(JSON_CFLAGS) $(LDAP_CFLAGS)
tests_bench_bare_LDADD = $(CURL_LIBS) $(JSON_LIBS) $(LDAP_LIBS)
tests_bench_delayproxy_SOURCES = tests/bench/delayproxy.c
tests_bench_delayproxy_LDADD = -lpthread
tests_bench_policy_SOURCES = tests/bench/policy.c
tests_bench_unproved_SOURCES = tests/bench/unproved.c $(muster_SOURCES)
tests_bench_unproved_LDFLAGS = -Wl,--wrap=mu_sql_begin -Wl,--wrap=mu_journal_intent -Wl,--wrap=mu_journal_outcome \
	-Wl,--wrap=mu_crosscheck_record -Wl,--wrap=mu_crosscheck_list -Wl,--wrap=mu_crosscheck_judge
EXTRA_DIST += tests/bench/mcp.lua tests/bench/mcp.sh tests/bench/mcp_sdk.mjs tests/bench/run.sh tests/bench/sequential.py tests/bench/targets.lua tests/bench/targets.py
