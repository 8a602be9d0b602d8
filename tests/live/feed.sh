#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From an HRIS export to a directory: what a file can be, and that half of one never sets anybody aside.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch python3

slapd_start --nosync

# feed [EXTRA_SETTING_LINES]
feed() {
    cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  hris:
    adapter: csv
    path: people.csv
    trailer: "TOTAL,{count}"
    ${1:-max_age: 26h}
  lines:
    adapter: jsonl
    path: people.jsonl
  corp:
    adapter: ldap
    url: $LDAP_URL
    bind: {dn: "$BIND_DN", password: env:LDAP_PASSWORD}
    base: dc=example,dc=org
syncs:
  people: {from: hris, to: corp}
EOF
}

# people [PYTHON]: writes the whole export again, after PYTHON changed `rows` (a list of dicts), `head` or `total`.
people() {
    python3 - "$work" "${1:-pass}" <<'EOF'
import csv, json, os, sys
work, change = sys.argv[1:]
head = ["Employee ID", "First name", "Last name", "E-mail", "Title", "Department", "Status", "Salary"]
names = ["Ada", "Bo", "Zoë", "Σοφία", "Jo \"J\" Lee", "O,Neil"]
rows = [dict(zip(head, ["%04d" % i, names[i % len(names)], "Quist\nvan Dyke" if i == 3 else "Quist %d" % i,
                        "u%d@example.test" % i, "Sales Lead" if i % 2 else "", ["Sales", "Ops", "R&D", "sales "][i % 4],
                        "Active", str(1000 + i)])) for i in range(60)]
total = None
exec(change)
with open(work + "/people.new", "w", newline="", encoding="utf-8") as f:
    w = csv.DictWriter(f, head, lineterminator="\r\n", extrasaction="ignore")
    w.writeheader()
    w.writerows(rows)
    f.write("TOTAL,%d\r\n" % (len(rows) if total is None else total))
os.rename(work + "/people.new", work + "/people.csv")
with open(work + "/people.jsonl", "w", encoding="utf-8") as f:
    keys = ["employee_id", "first_name", "last_name", "email", "title", "department", "status", "salary"]
    for r in rows:
        f.write(json.dumps(dict(zip(keys, [r.get(h) for h in head])), ensure_ascii=False) + "\n")
EOF
}

count() { ldap_dump -b "$1,dc=example,dc=org" "(objectClass=$2)" dn 2>/dev/null | grep -c '^dn:' || true; }

# nobody_goes NAME EXIT PATTERN: a pull of what lies there; its exit code and words; and that no plan takes anybody away.
nobody_goes() {
    expect "$2" "$1" muster pull hris
    said "$3" "$1: says what was wrong"
    expect 0 "$1: nothing to take away" muster plan people
    unsaid '^-|set aside' "$1: nobody is set aside"
}

# --- all is well ---

feed
people
expect 0 "the whole export" muster pull hris
said 'complete' "the whole export is complete"
said 'users .* 60 +60 .* 60$' "rows as the trailer promises"
expect 0 "users" muster users hris --format csv
said '^0003,.*"Quist.*van Dyke"|Quist van Dyke' "a quoted newline is kept in the name"
unsaid '1003' "salaries are not stored"
expect 0 "groups" muster groups hris
said 'department:sales +Sales' "departments are groups, however they are written"
expect 0 "nothing of the salary in the store" bash -c "! grep -qa Salary '$work/muster.db'"
expect 0 "the first sync" muster sync people --yes
expect 0 "the second plan is empty" muster plan people
expect 0 "60 people in the directory" test "$(count ou=people inetOrgPerson)" = 60
expect 0 "3 departments in the directory" test "$(count ou=groups groupOfNames)" = 3

expect 0 "the same as JSON lines" muster pull lines
muster users hris --format json >"$work/a"
muster users lines --format json >"$work/b"
expect 0 "gives the same people" cmp "$work/a" "$work/b"
expect 0 "doctor" muster doctor hris
said 'rows, each of use' "doctor has looked at the rows"

people 'rows[5]["Title"] = "Boss"; rows.append(dict(rows[6], **{"Employee ID": "0100", "E-mail": "new@example.test"}))'
expect 0 "a changed title and a new person" muster sync people --yes
expect 0 "are in step" muster plan people
people
expect 0 "one person less in a whole file" muster pull hris
expect 2 "one is to be set aside" muster plan people
said 'new@example.test' "and named"
expect 0 "set aside" muster sync people --yes

# --- half a file, in every way ---

whole=$(cat "$work/people.csv" && echo .)
whole=${whole%.}
printf '%s' "$whole" | head -n 20 >"$work/people.csv"
nobody_goes "a third of the file" 4 'trailer'
printf '%s' "$whole" | head -n 55 >"$work/people.csv"
nobody_goes "nine tenths of the file" 4 'trailer'
printf '%s' "$whole" | head -n -1 >"$work/people.csv"
nobody_goes "all but the trailer" 4 'trailer'
printf '%s' "$whole" | head -c 250 >"$work/people.csv"
nobody_goes "cut within a row" 4 'trailer|fields'
printf '%s' "$whole" | sed '/^0010/d' >"$work/people.csv"
nobody_goes "a row less than the trailer says" 4 '59 rows received, 60 promised'
printf '%s' "$whole" | sed 's/^0010,/"0010,/' >"$work/people.csv"
nobody_goes "a quote that is never closed" 4 'closing quote|never closed'
printf '%s' "$whole" | sed 's/^0010,[^,]*,/0010,/' >"$work/people.csv"
nobody_goes "a row with a field less" 4 'line 13: 7 fields'
: >"$work/people.csv"
nobody_goes "an empty file" 3 'empty'
printf '%s' "$whole" | head -n 1 >"$work/people.csv"
nobody_goes "a header alone" 3 'none came|trailer'
rm "$work/people.csv"
nobody_goes "no file" 3 'No such file'
mkfifo "$work/people.csv"
nobody_goes "a pipe" 3 'pipe'
rm "$work/people.csv"
printf '%s' "$whole" >"$work/people.csv"
touch -d '2 days ago' "$work/people.csv"
nobody_goes "a file of the day before yesterday" 3 'max_age'

# --- another file than yesterday's ---

people 'head.remove("Title")'
nobody_goes "a column that is gone" 3 'title.*column is gone'
people 'head[head.index("Title")] = "Titel"'
nobody_goes "a column of another name" 3 'title.*column is gone'
people 'for r in rows: r["Department"] = ""'
nobody_goes "a column that is empty" 3 'department.*nobody has a value'
people 'head[head.index("Employee ID")] = "Badge"'
nobody_goes "no column for the id" 3 'no column'
people 'head.append("Title")'
nobody_goes "a column twice" 3 'two columns Title'
people 'rows = rows[:6]'
nobody_goes "a tenth of yesterday's people" 4 'less than 50'
feed 'checksum: people.csv.sha256'
people
echo "0000000000000000000000000000000000000000000000000000000000000000  people.csv" >"$work/people.csv.sha256"
nobody_goes "a file its checksum doesn't fit" 3 'SHA-256'
(cd "$work" && sha256sum people.csv >people.csv.sha256)
expect 0 "a file its checksum fits" muster pull hris

# --- a shape of one's own, and a layer over a shipped one ---

mkdir -p "$work/own/feed-acme" "$work/own/feed-plain"
cat >"$work/own/feed-acme/users.yaml" <<'EOF'
kind: user
fetch: {rows: all}
fields:
  id: {from: /employee_id, type: id, required: true}
  title: {from: /title, transform: [upper]}
EOF
cat >"$work/own/feed-plain/users.yaml" <<'EOF'
fields:
  attributes: {extras: {pay: {from: /salary}}}
EOF
people
feed 'mappings: own
    shape: acme'
expect 4 "a shape of one's own, without groups" muster -q pull hris
expect 0 "its people" muster users hris --format json
said '"id":"0001","title":"SALES LEAD"}' "are as it says"
feed 'mappings: own'
expect 0 "a layer over a shipped shape" muster -q pull hris
expect 0 "its people, too" muster users hris 0001 --format json
said '"pay":"1001"' "have what it adds"
expect 0 "all mappings are tested" muster map test
said 'own/feed-plain/users.yaml' "those of feeds too"
sed -i 's/rows: all/rows: some/' "$work/own/feed-acme/users.yaml"
expect 78 "a mistake in one" muster map check
said 'feed-acme/users.yaml:2:15: rows some is unknown' "is told with its place"
rm -r "$work/own"

# --- people who can't be used, among those who can ---

feed
people 'rows[1]["Employee ID"] = ""; rows[2]["E-mail"] = "nobody"; rows[4]["Status"] = "probation"; rows[8]["Employee ID"] = "0009"'
expect 4 "bad rows" muster pull hris
said 'line 3: id: missing' "a row without an id: its line"
said 'parked +users 0002: line 4: username: expected an e-mail' "an address that is none: whose, and its line"
said 'line 7: status: a word' "an unknown status: its line"
said 'line 11: id 0009 stands in more' "an id that stands twice: its line"
said 'line 12: id 0009 stands in more' "an id that stands twice: the other line"
expect 0 "bad rows: nothing is taken away, and nobody mixed up" muster plan people
people 'rows[7]["E-mail"] = "U9@Example.TEST"'
expect 0 "an address in two rows is still a read" muster pull hris
expect 4 "and the two are told" muster plan people
said 'u9@example.test' "by their address"
people 'rows[7]["E-mail"] = "Zoe\u0308@example.test"; rows[9]["E-mail"] = "ZO\u00cb@Example.test"; rows[11]["E-mail"] = ""'
expect 0 "one in two Unicode forms, and somebody without any: still a read" muster pull hris
expect 4 "the two are told, though no byte is the same" muster plan people
said 'zoë@example.test.*asked for by .*0009' "by the address they share"
said 'left alone: .*uid=u11@example.test.*uid: missing' "who has none any more is left alone"
unsaid 'member' "and in their groups"
people 'rows[3]["E-mail"] = "a@example.test; b@example.test"; rows[7]["E-mail"] = "<u7@example.test>"'
expect 4 "two addresses in a cell" muster pull hris
said 'users 0003: line [0-9]+: username: expected an e-mail' "are none: whose, and the line"
said 'users 0007: line [0-9]+: username: expected an e-mail' "nor is one in brackets"

feed 'encoding: windows-1252'
people 'rows = [r for r in rows if r["First name"] not in ("Σοφία",)]'
iconv -f utf-8 -t windows-1252 <"$work/people.csv" >"$work/people.latin" && mv "$work/people.latin" "$work/people.csv"
expect 0 "Windows-1252, declared" muster pull hris
expect 0 "Windows-1252, declared: shown" muster users hris
said 'Zoë' "is the letter it was"
feed
expect 4 "Windows-1252, not declared" muster pull hris
said 'not UTF-8; set encoding' "says what to declare"

finish
