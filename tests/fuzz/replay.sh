#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target over its corpus: tests/fuzz/corpus/NAME/ for fuzz_NAME; fuzz_map also over the shipped mappings.

set -euo pipefail

corpus=${top_srcdir:?}/tests/fuzz/corpus
status=0
count=0
for program in "${top_builddir:?}"/tests/fuzz/fuzz_*; do
    name=${program##*/fuzz_}
    case $name in
    *.*) continue ;;
    esac
    inputs=("$corpus/$name"/*)
    if [ "$name" = map ]; then inputs+=("$top_srcdir"/mappings/*/*.yaml); fi
    count=$((count + 1))
    if ! timeout 120 "$program" "${inputs[@]}"; then
        echo "FAILED: $program"
        status=1
    fi
done
if [ "$count" -eq 0 ]; then
    echo "no fuzz target was built"
    status=1
fi
exit "$status"
