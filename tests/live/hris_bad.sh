#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What can be wrong on the way from an HRIS to Sendoso, in rows, files, policies and answers.
set -euo pipefail

command -v python3 >/dev/null || {
    echo "skipped: no python3 here"
    exit 77
}
exec python3 "${top_srcdir:?run through make check, or set top_srcdir}/tests/live/hris_bad.py" "$@"
