#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Six random lives of people between HRIS and Sendoso; COUNT SEED: as many as wanted (make check-worlds).
set -euo pipefail

command -v python3 >/dev/null || {
    echo "skipped: no python3 here"
    exit 77
}
exec python3 "${top_srcdir:?run through make check, or set top_srcdir}/tests/live/lifecycle.py" "${1:-6}" "${2:-1}"
