# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154
# Shared by the live tests of provisioning, after lib.sh: a feed whose people have team group and role, and the truth.

mkdir -p "$work/own/feed-plain"
cat >"$work/own/feed-plain/users.yaml" <<'EOF'
fields:
  attributes:
    extras:
      team_group: {from: /team}
      sendoso_role: {from: /role}
EOF

# config [EXTRA_LINES_OF_SENDOSO [EXTRA_SYNC_SETTINGS]]
SCIM='scim: {token: env:SENDOSO_SCIM_TOKEN}'
config() {
    cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  hris:
    adapter: jsonl
    path: people.jsonl
    mappings: own
  sendoso:
    adapter: sendoso
    url: $SIM_URL
    token: env:SENDOSO_TOKEN
    rate: "off"
    ${1:-$SCIM}
syncs:
  people: {from: hris, to: sendoso${2:+, $2}}
EOF
}

# people LINE...: `ID FIRST LAST EMAIL TEAM ROLE STATUS`, the whole export; _ for a blank.
people() {
    python3 - "$work/people.jsonl" "$@" <<'EOF'
import json, os, sys
keys = ["id", "first_name", "last_name", "email", "team", "role", "status"]
with open(sys.argv[1] + ".new", "w", encoding="utf-8") as f:
    for line in sys.argv[2:]:
        f.write(json.dumps({k: v.replace("_", " ") for k, v in zip(keys, line.split()) if v != "-"}) + "\n")
os.rename(sys.argv[1] + ".new", sys.argv[1])
EOF
}

# person EMAIL: `first_name team role active` of that address, as the simulator knows it.
person() {
    curl -sS "$SIM_CONTROL/people" | python3 -c '
import json, sys
for p in json.load(sys.stdin):
    if p["email"].lower() == sys.argv[1]:
        print(p["first_name"], p["team_group"], p["role"], "active" if p["active"] else "inactive")' "$1"
}
id_of() {
    curl -sS "$SIM_CONTROL/people" | python3 -c '
import json, sys
print(*[p["id"] for p in json.load(sys.stdin) if p["email"].lower() == sys.argv[1]])' "$1"
}
invitations() { curl -sS "$SIM_CONTROL/invitations" | python3 -c '
import json, sys
print(sum(i["email"].lower() == sys.argv[1] for i in json.load(sys.stdin)))' "$1"; }
posts() { curl -sS "$SIM_CONTROL/log?path=$1" | python3 -c '
import json, sys
log = json.load(sys.stdin)
print(sum(r["method"] == sys.argv[1] for r in (log if isinstance(log, list) else log["requests"])))' "$2"; }

is() { # NAME WANTED GOT
    if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: wanted '$2', got '$3'"; fi
}
