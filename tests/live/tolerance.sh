#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything a Sendoso account may answer that is odd but no error: the read is complete, and says the same as a plain one.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need curl python3

cat >"$work/pick.py" <<'END'
"""Entries of an export, without what the test says may differ. usage: pick.py KINDS [FIELDS-OUT]"""
import json, sys

kinds, out = sys.argv[1].split(","), sys.argv[2].split(",") if len(sys.argv) > 2 else []
everything = json.load(sys.stdin)
for kind in kinds:
    for entry in everything[kind]:
        print(kind, json.dumps({k: v for k, v in entry.items() if k not in out}, sort_keys=True, ensure_ascii=False))
END
# read_with EXTRA OPTIONS...: one pull from a simulator of these options into $work/export.json.
read_with() {
    local extra=$1
    shift
    sim_start --users 250 --groups 4 --seed 6 "$@"
    rm -f "$work"/muster.db*
    write_config "$extra"
    expect 0 "tolerated: ${*:-plain}" muster pull sendoso
    said 'is complete' "tolerated: ${*:-plain}: complete"
    "$MUSTER" -c "$work/muster.yaml" export sendoso --format json >"$work/export.json"
    sim_stop
}
# same_as FILE NAME KINDS [FIELDS-OUT]
same_as() {
    if cmp -s <(python3 "$work/pick.py" "${@:3}" <"$1") <(python3 "$work/pick.py" "${@:3}" <"$work/export.json"); then
        ok "$2: the same as plain"
    else
        bad "$2: the same as plain" "$(diff <(python3 "$work/pick.py" "${@:3}" <"$1") <(python3 "$work/pick.py" "${@:3}" <"$work/export.json"))"
    fi
}
everything=users,groups,roles,memberships

# --- REST ---
off='rate: "off"'
read_with "$off" --rate off
cp "$work/export.json" "$work/plain.json"
for setting in ids=string budgets=number balances=number members=users members=data \
    total-name=other total-name=none total-name=null total-name=string extra-fields=on no-group-as=missing \
    past-end=404 past-end=last past-end=missing per-page-limit=50 per-page-over=400 order=reverse \
    me-role=admin gzip=on chunked=on keep-alive=off content-type=text content-type=scim; do
    read_with "$off" --rate off --set "$setting"
    same_as "$work/plain.json" "$setting" "$everything"
done
for setting in budgets=null budgets=decimal budgets=missing; do
    read_with "$off" --rate off --set "$setting"
    same_as "$work/plain.json" "$setting, but for budgets" "$everything" attributes,remote_data
done
for setting in balances=null balances=missing; do
    read_with "$off" --rate off --set "$setting"
    same_as "$work/plain.json" "$setting, but for balances" "$everything" attributes,remote_data
done
for setting in names-null=100 names-missing=100 names-empty=100; do
    read_with "$off" --rate off --set "$setting"
    same_as "$work/plain.json" "$setting, but for names" "$everything" first_name,last_name,name,remote_data
done

# --- SCIM beside it ---
scim='rate: "off"
    scim: {token: env:SENDOSO_SCIM_TOKEN}'
read_with "$scim" --rate off
cp "$work/export.json" "$work/scim.json"
for setting in scim-schema=user scim-filter=400 no-group-as=missing content-type=scim; do
    read_with "$scim" --rate off --set "$setting"
    same_as "$work/scim.json" "SCIM $setting" "$everything"
done
for setting in scim-roles=unknown scim-roles=null scim-roles=missing; do
    read_with "$scim" --rate off --set "$setting"
    same_as "$work/scim.json" "SCIM $setting, but for roles" users,groups roles,attributes,remote_data
done
# Other ids than REST's: the active are joined by e-mail, and only those whom REST doesn't show have SCIM's id.
read_with "$scim" --rate off --set scim-ids=other
cat >"$work/joined.py" <<'END'
import json, sys

plain, other = ({u["emails"][0]["email"]: u for u in json.load(open(path))["users"]} for path in sys.argv[1:])
assert plain.keys() == other.keys(), plain.keys() ^ other.keys()
for email, user in plain.items():
    if user["status"] == "active":
        assert other[email]["id"] == user["id"] and other[email].get("roles") == user.get("roles"), (user, other[email])
END
expect 0 "SCIM scim-ids=other: joined by e-mail" python3 "$work/joined.py" "$work/scim.json" "$work/export.json"

# --- slowed down: no hint, or one in any form ---
for settings in "" "--set retry-after=seconds" "--set retry-after=date" "--set rate-reset=epoch" "--set rate-reset=epoch-ms" \
    "--set rate-reset=delta" "--set rate-reset=date" "--set rate-reset=iso" "--set 429-body=html --set block=1"; do
    # shellcheck disable=SC2086  # words
    read_with "$off" --rate 5/s $settings
    same_as "$work/plain.json" "429 ${settings:-without a hint}" "$everything"
done
finish
