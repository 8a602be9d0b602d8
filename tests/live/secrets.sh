#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Where secrets must not be: core files, logs at their most talkative, the store, and what it leaves beside it.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl

sim_start --users 30 --groups 3 --seed 5 --rate off
write_config 'scim: {token: env:SENDOSO_SCIM_TOKEN}'

# The command that tells a secret inherits what muster allows itself.
if ulimit -c 64 2>/dev/null; then
    sed -i "s|    token: env:SENDOSO_TOKEN|    token: 'command:ulimit -c >$work/core.limit; printenv SENDOSO_TOKEN'|" "$work/muster.yaml"
    expect 0 "a secret from a command" muster pull sendoso
    if [ "$(cat "$work/core.limit")" = 0 ]; then ok "no core file"; else bad "no core file" "$(cat "$work/core.limit")"; fi
fi

expect 0 "a read that tells all" muster pull sendoso -v
said "Bearer \*\*\*" "it shows the calls"
unsaid "$SIM_TOKEN|$SCIM_TOKEN" "and no token"
SENDOSO_TOKEN=wrong-token expect 3 "a wrong token" muster pull sendoso -v
unsaid "wrong-token" "isn't shown either"
if grep -aq -e "$SIM_TOKEN" -e "$SCIM_TOKEN" "$work"/muster.db*; then bad "the store holds a token"; else ok "the store holds no token"; fi
for file in "$work"/muster.db*; do
    case $(stat -c %a "$file") in
    600) ok "private: ${file##*/}" ;;
    *) bad "private: ${file##*/}" "$(stat "$file")" ;;
    esac
done
finish
