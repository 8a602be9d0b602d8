#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What to ask a server in a benchmark: every user by id, and every page of 100 by its cursor.

usage: targets.py SERVE_URL IDS_FILE PAGES_FILE
"""
import json
import sys
import urllib.request

url, ids_file, pages_file = sys.argv[1:]
users = "/unified/user-directory/users"
with urllib.request.urlopen(url + users + "?format=stream") as lines, open(ids_file, "w", encoding="utf-8") as out:
    for line in lines:
        out.write(f"{users}/{json.loads(line)['id']}\n")
with open(pages_file, "w", encoding="utf-8") as out:
    page = f"{users}?limit=100"
    while page:
        out.write(page + "\n")
        with urllib.request.urlopen(url + page) as got:
            cursor = json.load(got)["next_cursor"]
        page = cursor and f"{users}?limit=100&cursor={cursor}"
