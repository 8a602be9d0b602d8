#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A report as CSV, opened by LibreOffice and saved again: every cell is as it was written, and none was computed.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need soffice python3

cat >"$work/people.csv" <<'EOF'
id,first_name,email,status
1,"=HYPERLINK(""http://x.test"",""click"")",=a@x.test,active
2,"+1+1",plus@x.test,active
3,"-2+3",-minus@x.test,active
4,"@SUM(1,2)",@x.test@x.test,active
5,"a, ""b""; c",five@x.test,active
6,"<script>alert(1)</script>",six@x.test,active
007,Zero Seven,seven@x.test,active
8,Ünï Cödé 王,eight@x.test,active
EOF
cat >"$work/muster.yaml" <<EOF
store: muster.db
accounts:
  hris: {adapter: csv, path: people.csv}
EOF
muster -q pull hris >/dev/null 2>&1 || true
expect 2 "a report as CSV" muster audit --fail-on info --check no-group --format csv -o "$work/audit.csv"
# Comma, double quote, UTF-8, from line 1, and every column as text.
columns=$(for i in $(seq 17); do printf '%s/2/' "$i"; done)
expect 0 "LibreOffice opens it" soffice -env:UserInstallation="file://$work/office" --headless \
    --infilter="CSV:44,34,76,1,${columns%/}" --convert-to fods --outdir "$work/out.d" "$work/audit.csv"
cat >"$work/same.py" <<'PY'
import csv, sys
import xml.etree.ElementTree as xml
T, O = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
want = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8-sig")))
got = []
for row in xml.parse(sys.argv[2]).iter(T + "table-row"):
    cells = []
    for cell in row.findall(T + "table-cell"):
        assert T + "formula" not in cell.attrib, cell.attrib
        text = "\n".join("".join(p.itertext()) for p in cell.findall(O + "p"))
        cells += [text] * min(int(cell.get(T + "number-columns-repeated", 1)), 20)
    got.append((cells + [""] * 17)[:17])
assert len(want) > 5
for w, g in zip(want, got):
    assert w == g, (w, g)
PY
expect 0 "its cells are as they were written" python3 "$work/same.py" "$work/audit.csv" "$work/out.d/audit.fods"

# The way a spreadsheet opens it by itself, formulas evaluated: there is none to evaluate.
expect 0 "LibreOffice opens it with formulas" soffice -env:UserInstallation="file://$work/office" --headless \
    --infilter="CSV:44,34,76,1,,0,false,true,false,false,false,0,true" --convert-to fods --outdir "$work/out.e" "$work/audit.csv"
expect 1 "and finds none" grep -q 'table:formula' "$work/out.e/audit.fods"
expect 0 "though it shows the names" grep -q 'HYPERLINK' "$work/out.e/audit.fods"

finish
