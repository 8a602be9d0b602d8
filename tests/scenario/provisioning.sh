#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every scenario of provisioning/, interrupted at a few of its moments; --full: at all of them (make check-drill).
set -euo pipefail

command -v python3 >/dev/null || {
    echo "skipped: no python3 here"
    exit 77
}
exec python3 "${top_srcdir:?run through make check, or set top_srcdir}/tests/scenario/provisioning.py" "$@"
