#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs libFuzzer on each target, or on those named, for as many seconds: `make fuzz FUZZ_SECONDS=60 FUZZ_ONLY="dn plan"`.
# What is found new stays in tests/fuzz/found/NAME of the build directory and is where the next run begins; a finding is
# tests/fuzz/found/NAME-crash-*, -leak-*, -timeout-* or -oom-*, and ends the run with what libFuzzer said. FUZZ_SEED=N makes
# the same tries each time, which is what CI wants: a finding there must be one that was there before.

set -euo pipefail

seconds=${1:?fuzz.sh SECONDS [NAME...]}
shift
source=${top_srcdir:?}/tests/fuzz
build=${top_builddir:?}/tests/fuzz
max_len=65536

names=("$@")
if [ $# -eq 0 ]; then
    for file in "$source"/fuzz_*.c; do
        name=${file##*/fuzz_}
        names+=("${name%.c}")
    done
fi
status=0
for name in "${names[@]}"; do
    mkdir -p "$build/found/$name"
    options=(-max_total_time="$seconds" -max_len="$max_len" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="$build/found/$name-")
    if [ -n "${FUZZ_SEED:-}" ]; then options+=(-seed="$FUZZ_SEED"); fi
    if [ -f "$source/dict/$name.dict" ]; then options+=(-dict="$source/dict/$name.dict"); fi
    echo "  FUZZ     $name, $seconds s"
    if "$build/fuzz_$name" "${options[@]}" "$build/found/$name" "$source/corpus/$name" >"$build/$name.log" 2>&1; then
        grep -E '^stat::(number_of_executed_units|average_exec_per_sec)' "$build/$name.log"
    else
        tail -n 100 "$build/$name.log"
        status=1
    fi
done
exit "$status"
