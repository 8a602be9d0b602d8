#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# muster serve as a service: ready or not, metrics, schedules, reload, drain, sockets and messages of systemd, logs.
set -euo pipefail
# shellcheck source=tests/live/lib.sh
. "${top_srcdir:?}/tests/live/lib.sh"
need slapd ldapsearch curl python3

slapd_start --nosync
sim_start --users 30 --groups 3 --seed 5 --rate off
write_config
token=$(muster -q token create --name watcher --methods get --tags operations --expires 30d)
call() { curl -sS -D "$work/head" -o "$work/out" -H "Authorization: Bearer $token" "$@"; tr -d '\r' <"$work/head" >"$work/err"; }

reloaded() { [ "$(grep -c reloaded "$work/serve.err")" -ge "$1" ]; }

# --- ready ---
serve_start --log-format json
call "$SERVE_URL/readyz"
said '^HTTP/1.1 503 ' "nothing was pulled: not ready"
said 'muster pull sendoso' "says what to do"
muster -q pull sendoso
call "$SERVE_URL/readyz"
said '^HTTP/1.1 200 ' "ready"

# --- metrics ---
# A request counts when its answer has been sent: later than it is there.
counted() { call "$SERVE_URL/metrics" && grep -qF -- "$1" "$work/out"; }
wait_for "metrics: what was asked is counted" counted 'muster_http_request_duration_seconds_count{route="/readyz",method="GET"} 2'
call "$SERVE_URL/metrics"
said '^HTTP/1.1 200 ' "metrics"
for line in 'muster_pulls_total\{account="sendoso",verdict="complete"\} 1' 'muster_snapshot_entries\{account="sendoso",kind="user"\} 30' \
    'muster_token_expiry_timestamp_seconds\{token="watcher"\} [0-9]+' 'muster_http_requests_total\{route="/readyz",method="GET",code="5xx"\} 1' \
    'muster_http_request_duration_seconds_count\{route="/readyz",method="GET"\} 2' 'process_resident_memory_bytes [0-9]+' \
    'muster_build_info\{version="[0-9.]+"\} 1'; do
    said "^$line" "metrics: $line"
done
if command -v promtool >/dev/null; then
    promtool check metrics <"$work/out" >"$work/prom" 2>&1 && ok "promtool finds nothing" || bad "promtool" "$(cat "$work/prom")"
fi
python3 - "$work/out" <<'END' && ok "metrics: families stand together, each with HELP and TYPE" || bad "metrics: families" "$(cat "$work/out")"
import re, sys
seen, kind = [], {}
for line in open(sys.argv[1]):
    if line.startswith("# HELP"):
        name = line.split()[2]
        assert name not in seen, f"{name} twice"
        seen.append(name)
    elif line.startswith("# TYPE"):
        kind[line.split()[2]] = line.split()[3]
    else:
        m = re.fullmatch(r'([a-zA-Z_:][\w:]*)(\{(\w+="(\\.|[^"\\])*",?)*\})? [-+.eE0-9NaIinf]+\n', line)
        assert m, line
        assert m[1].startswith(seen[-1]), f"{m[1]} below {seen[-1]}"
        assert (kind[seen[-1]] == "counter") == m[1].endswith("_total"), m[1]
END

# --- calls of an account's API, whoever makes them ---
asker=$(muster -q token create --name asker --methods read)
ask() { curl -sS -o "$work/answer" -H "Authorization: Bearer $asker" "$@"; }
upstream() { # CODE
    call "$SERVE_URL/metrics"
    sed -n "s/^muster_upstream_requests_total{account=\"sendoso\",code=\"$1\"} //p" "$work/out"
}
grew() { # NAME CODE BEFORE BY: `+` any number
    local after
    after=$(upstream "$2")
    case $4 in
    +) [ "${after:-0}" -gt "${3:-0}" ] ;;
    *) [ "${after:-0}" -eq $((${3:-0} + $4)) ] ;;
    esac && ok "metrics: $1" || bad "metrics: $1" "code $2: from ${3:-0} to ${after:-0}, not by $4: $(cat "$work/answer")"
}
before=$(upstream 200)
ask "$SERVE_URL/unified/user-directory/users?max_age=0s"
grew "a pull that an answer wanted" 200 "$before" +
before=$(upstream 200)
ask -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"tools/call",
    "params":{"name":"list_all_sendoso_me","arguments":{}}}' "$SERVE_URL/mcp"
grew "a tool of MCP" 200 "$before" 1
before=$(upstream 404)
ask "$SERVE_URL/proxy/sendoso/api/v3/nothing"
grew "what is passed through" 404 "$before" 1
fault '{"path": "/api/v3/me", "kind": "status", "status": 429, "body": "{}", "times": 1}'
for n in 1 2; do # the account that is opened for the first is lent to the second
    ask -D "$work/head" "$SERVE_URL/proxy/sendoso/api/v3/me"
    [ "$n" = 2 ] || fault '{"path": "/api/v3/me", "kind": "status", "status": 429, "body": "{}", "times": 1}'
    id=$(tr -d '\r' <"$work/head" | sed -n 's/^X-Request-Id: //p')
    logged "told to slow down.*\"request_id\":\"$id\"" && ok "what an account tells the log names its request, $n" ||
        bad "request id $id, $n" "$(cat "$work/serve.err")"
done

# --- a line for each request ---
echo 'serve: {idle: 30s, access_log: true}' >>"$work/muster.yaml"
kill -HUP "$serve_pid"
wait_for "SIGHUP turns lines on" reloaded 1
call "$SERVE_URL/readyz?not=$token" -X HEAD -I
id=$(sed -n 's/^X-Request-Id: //p' "$work/err")
wait_for "a request has a line" logged "\"request_id\":\"$id\",\"method\":\"HEAD\",\"path\":\"/readyz\",\"route\":\"/readyz\",\"status\":[0-9]+,\"ms\":[0-9.]+,\"bytes\":0,\"token\":\"watcher\"[,}]"
if logged '"path":"/metrics"'; then bad "none before that"; else ok "none before that"; fi
call "$SERVE_URL/mcp/$token/nothing"
wait_for "a path that isn't there has a line" logged '"path":"/mcp/\(token\)/nothing","status":404'
call "$SERVE_URL/mcp/$token" -H "Content-Type: application/json" -d "{}"
wait_for "a token in the address is not in its line" logged '"path":"/mcp/\{token\}"'
if grep -qF "$token" "$work/serve.err"; then bad "no token in any line" "$(grep -F "$token" "$work/serve.err")"; else ok "no token in any line"; fi
sed -i '/^serve:/d' "$work/muster.yaml"

# --- schedules ---
cat >>"$work/muster.yaml" <<'END'
serve: {idle: 30s}
END
sed -i 's/to: corp}/to: corp, every: 1s}/' "$work/muster.yaml"
kill -HUP "$serve_pid"
wait_for "SIGHUP reads the configuration again" reloaded 2
wait_for "a sync runs by itself" logged 'scheduled sync teams-to-ldap: done: [1-9]'
wait_for "and again" logged 'scheduled sync teams-to-ldap: nothing'
[ "$(ldap_dump '(objectClass=inetOrgPerson)' dn | grep -c '^dn:')" = 30 ] && ok "everybody is there" || bad "everybody is there"
muster runs --format json >"$work/runs"
grep -q '"command":"sync (scheduled)"' "$work/runs" && ok "the journal says how" || bad "the journal says how" "$(cat "$work/runs")"
call "$SERVE_URL/metrics"
said '^muster_sync_results_total\{sync="teams-to-ldap",result="done"\} 1' "metrics: the sync"
said '^muster_scheduled_timestamp_seconds\{what="sync teams-to-ldap"' "metrics: when"

# --- a configuration that can't be used ---
cp "$work/muster.yaml" "$work/good.yaml"
echo 'nonsense: 1' >>"$work/muster.yaml"
kill -HUP "$serve_pid"
wait_for "a bad configuration changes nothing" logged 'not reloaded, the old configuration stays.*nonsense'
call "$SERVE_URL/healthz"
said '^ok' "still there"
cp "$work/good.yaml" "$work/muster.yaml"

# --- logs ---
python3 - "$work/serve.err" "$token" <<'END' && ok "each line of the log is JSON, no token in it" || bad "log" "$(head -5 "$work/serve.err")"
import json, sys
text = open(sys.argv[1]).read()
for line in text.splitlines():
    json.loads(line)
assert sys.argv[2] not in text
END

# --- what is being answered comes to its end, whoever asks meanwhile is answered ---
sed -i '/^syncs:/i\  hris: {adapter: csv, path: people.csv}' "$work/muster.yaml"
python3 -c 'print("id,email,first_name,last_name,department")
for n in range(25000): print(f"{n},person{n}@example.test,First{n},Last{n},Department {n % 7}")' >"$work/people.csv"
muster -q pull hris
kill -HUP "$serve_pid"
wait_for "an account more" reloaded 4 # one of them was refused
cat >"$work/drain.py" <<'END'
import http.client, os, socket, sys
from urllib.parse import urlsplit
url, pid, token = urlsplit(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def stream():
    """25,000 lines, more more than fits on the way; the first few bytes are read."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(600)
    s.connect((url.hostname, url.port))
    c = http.client.HTTPConnection(url.hostname, url.port)
    c.sock = s
    c.request("GET", "/unified/user-directory/users?account=hris&format=stream", headers={"Authorization": "Bearer " + token})
    answer = c.getresponse()
    assert answer.status == 200, answer.status
    return answer, answer.read(1000)
def whole(answer, begun):
    answer.fp.raw._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    lines = (begun + answer.read()).splitlines()
    assert len(lines) == 25000, len(lines)
kept = http.client.HTTPConnection(url.hostname, url.port, timeout=600)
def ask(c):
    c.request("GET", "/healthz")
    answer = c.getresponse()
    assert answer.status == 200 and answer.read() == b"ok\n", answer.status
    return answer.getheader("Connection")
ask(kept)
begun = stream()
os.kill(pid, 1)
while ask(kept) != "close":
    pass
ask(http.client.HTTPConnection(url.hostname, url.port, timeout=600))
whole(*begun)
begun = stream()
kept = http.client.HTTPConnection(url.hostname, url.port, timeout=600)
ask(kept)
os.kill(pid, 15)
while ask(kept) != "close":
    pass
try: # until nobody new is answered
    while True:
        ask(http.client.HTTPConnection(url.hostname, url.port, timeout=600))
except ConnectionError:
    pass
whole(*begun)
END
python3 "$work/drain.py" "$SERVE_URL" "$serve_pid" "$asker" >"$work/drain.out" 2>&1 && ok "all that was asked is answered, over SIGHUP and SIGTERM" || {
    bad "drained" "$(cat "$work/drain.out")"
    kill "$serve_pid" 2>/dev/null || true
}

# --- the end: a schedule that was missed is made up for once ---
serve_ended
sed -i 's/every: 1s/every: 1h/' "$work/muster.yaml"
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("UPDATE turn SET began = began - 86400"); c.commit()' "$work/muster.db"
serve_start
wait_for "a missed turn is made up for" logged 'scheduled sync teams-to-ldap: nothing'
serve_stop
serve_start
sleep 1
logged 'scheduled sync' && bad "once" || ok "once"
serve_stop

# --- systemd ---
cat >"$work/activate.py" <<'END'
import os, socket, subprocess, sys, urllib.request
work, command = sys.argv[1], sys.argv[2:]
listening = socket.create_server(("127.0.0.1", 0))
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(work + "/notify")
notify.settimeout(600)
def child():
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    os.environ["LISTEN_PID"] = str(os.getpid())
env = dict(os.environ, LISTEN_FDS="1", NOTIFY_SOCKET=work + "/notify")
shell = 'exec 3<&%d; export LISTEN_PID=$$; exec "$@"' % listening.fileno()
p = subprocess.Popen(["bash", "-c", shell, "sh", *command], env=env, pass_fds=[listening.fileno()])
assert notify.recv(100) == b"READY=1"
url = "http://127.0.0.1:%d/healthz" % listening.getsockname()[1]
assert urllib.request.urlopen(url, timeout=600).read() == b"ok\n"
p.send_signal(1)
said = notify.recv(100)
assert said.startswith(b"RELOADING=1\nMONOTONIC_USEC="), said
assert notify.recv(100) == b"READY=1"
assert urllib.request.urlopen(url, timeout=600).read() == b"ok\n"
p.terminate()
assert notify.recv(100) == b"STOPPING=1"
assert p.wait(600) == 0
END
python3 "$work/activate.py" "$work" "$MUSTER" -c "$work/muster.yaml" serve 2>"$work/serve.err" &&
    ok "a socket of systemd is taken, and it is told" || bad "systemd" "$(cat "$work/serve.err")"

finish
