#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs libFuzzer on each target, or on those named, for as many seconds: `make fuzz FUZZ_SECONDS=60 FUZZ_ONLY="dn plan"`.
# What is found new stays in tests/fuzz/found/NAME of the build directory and is where the next run begins; a finding is
# tests/fuzz/found/NAME-crash-*, -leak-*, -timeout-* or -oom-*. Each is told once more at the end, with the input itself,
# so that the last lines of a log are enough to try it anew. FUZZ_SEED=N makes the same tries each time, as far as time
# and addresses have no part in them, which is what CI wants: a finding there should be one that was there before.

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
# libFuzzer's numbers are of the seed, ours of steady.c; where code and data lie shall not matter either.
steady=()
if [ -n "${FUZZ_SEED:-}" ] && setarch -R true 2>/dev/null; then steady=(setarch -R); fi

failed=()
for name in "${names[@]}"; do
    mkdir -p "$build/found/$name"
    options=(-max_total_time="$seconds" -max_len="$max_len" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="$build/found/$name-")
    if [ -n "${FUZZ_SEED:-}" ]; then options+=(-seed="$FUZZ_SEED"); fi
    if [ -f "$source/dict/$name.dict" ]; then options+=(-dict="$source/dict/$name.dict"); fi
    echo "  FUZZ     $name, $seconds s"
    if "${steady[@]}" "$build/fuzz_$name" "${options[@]}" "$build/found/$name" "$source/corpus/$name" \
        >"$build/$name.log" 2>&1; then
        grep -E '^stat::(number_of_executed_units|average_exec_per_sec)' "$build/$name.log"
    else
        tail -n 100 "$build/$name.log"
        failed+=("$name")
    fi
done

# What the target said of it, and the input as base64 where it is short.
told() {
    local name=$1 input
    echo "FAIL fuzz_$name:"
    { grep -m 6 -E '^(==[0-9]+==|SUMMARY|ALARM|muster: )|runtime error' "$build/$name.log" || true; } | cut -c1-200
    { grep -m 8 -oE '[^ ]+ [^ ]*/(src|tests)/[^ ]+:[0-9]+:[0-9]+$' "$build/$name.log" || true; } | cut -c1-200
    for input in "$build/found/$name"-*; do
        [ -f "$input" ] || continue
        echo "${input##*/}, $(stat -c %s "$input") bytes:"
        if [ "$(stat -c %s "$input")" -le 1500 ]; then base64 "$input"; fi
    done
}

for name in "${failed[@]}"; do told "$name"; done
[ ${#failed[@]} -eq 0 ]
