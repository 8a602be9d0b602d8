#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What to ask a server in a benchmark: every user by id and by address, and every page of 100 by its cursor.

usage: targets.py SERVE_URL IDS_FILE ADDRESSES_FILE PAGES_FILE
"""
import json
import sys
import urllib.parse
import urllib.request

url, ids_file, addresses_file, pages_file = sys.argv[1:]
users = "/unified/user-directory/users"
with (urllib.request.urlopen(url + users + "?format=stream") as lines, open(ids_file, "w", encoding="utf-8") as ids,
      open(addresses_file, "w", encoding="utf-8") as addresses):
    for line in lines:
        user = json.loads(line)
        ids.write(f"{users}/{user['id']}\n")
        addresses.write(f"{users}?email={urllib.parse.quote(user['emails'][0]['email'])}\n")
with open(pages_file, "w", encoding="utf-8") as out:
    page = f"{users}?limit=100"
    while page:
        out.write(page + "\n")
        with urllib.request.urlopen(url + page) as got:
            cursor = json.load(got)["next_cursor"]
        page = cursor and f"{users}?limit=100&cursor={cursor}"
