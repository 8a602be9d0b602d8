#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every shipped mapping and policy loads, and every example in it comes out as it says.

. "$(dirname "$0")/lib.sh"

[ -x "${MUSTER:-}" ] || skip "MUSTER names no program"

count=0
for file in mappings/*/*.yaml; do
    [ -f "$file" ] || continue
    count=$((count + 1))
    "$MUSTER" map check "$file" || finding "$file: map check"
    "$MUSTER" map test "$file" || finding "$file: map test"
done
[ "$count" -gt 0 ] || finding "no mapping found"

count=0
for file in contrib/examples/policy.yaml contrib/examples/*/policy.yaml; do
    [ -f "$file" ] || continue
    count=$((count + 1))
    "$MUSTER" policy test "$file" || finding "$file: policy test"
done
[ "$count" -gt 0 ] || finding "no policy found"

finish
