# SPDX-License-Identifier: Apache-2.0
# Programs the benchmarks are measured beside; built by `make bench` only.
EXTRA_PROGRAMS += tests/bench/bare tests/bench/delayproxy
tests_bench_bare_SOURCES = tests/bench/bare.c
tests_bench_bare_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(JSON_CFLAGS) $(LDAP_CFLAGS)
tests_bench_bare_LDADD = $(CURL_LIBS) $(JSON_LIBS) $(LDAP_LIBS)
tests_bench_delayproxy_SOURCES = tests/bench/delayproxy.c
tests_bench_delayproxy_LDADD = -lpthread
EXTRA_DIST += tests/bench/run.sh tests/bench/sequential.py
