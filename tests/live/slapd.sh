#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A private slapd in a directory of its own, for tests, benchmarks and contrib/quickstart. Nothing of the system's slapd is touched.
#
#   slapd.sh setup DIR [switches]   makes DIR: configuration, keys, empty database
#   slapd.sh start DIR              starts it; DIR/env then says where it is (source it)
#   slapd.sh stop DIR               stops it; start starts it again on the same ports
#   slapd.sh dump DIR               the whole database as LDIF (slapcat)
#   slapd.sh clean DIR              stops it and removes DIR
#
# Switches of setup:
#   --base             the suffix entry dc=example,dc=org exists already
#   --writer           cn=writer,dc=example,dc=org may write too (same password); limits hold for it; implies --base
#   --sizelimit N      at most N entries a search, for all but the root DN; implies --writer
#   --readonly         writes are refused
#   --suffix DN        another suffix than dc=example,dc=org (the root DN stays)
#   --no-inetorgperson the schema lacks inetOrgPerson
#   --tls              ldaps:// and StartTLS, with a CA of its own (DIR/ca.pem)
#   --nosync           the database isn't flushed at each write
#   --audit            each write that succeeded is appended to DIR/audit.ldif (slapo-auditlog)
#   --maxsize MIB      room for the database (1024)
#   --index LIST       attributes indexed for equality (objectClass,uid,cn,mail,member,entryUUID,entryCSN)
#   --hide ATTRIBUTE   nobody but the root DN may read it
#   --overlay NAME     refint or memberof, which follow renames and removals in members' names by themselves
#   --limit-incoming N bytes of one request from a bound client (olcSockbufMaxIncomingAuth)
#
# DIR/env sets LDAP_URL LDAPI_URL LDAPS_URL LDAP_BASE LDAP_BIND_DN LDAP_WRITER_DN LDAP_PASSWORD_FILE LDAP_CA SLAPD_PID.
# Exit 77: no slapd on this machine.

set -euo pipefail

admin=cn=admin,dc=example,dc=org
writer=cn=writer,dc=example,dc=org
default_suffix=dc=example,dc=org

die() {
    printf 'slapd.sh: %s\n' "$*" >&2
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$*" >&2
    exit 77
}

# The first of the arguments that exists.
first_of() {
    local path
    for path in "$@"; do
        if [ -e "$path" ]; then
            printf '%s\n' "$path"
            return
        fi
    done
}

slapd_program() {
    local found
    found=${SLAPD:-$(PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/libexec:/usr/lib/openldap command -v slapd || true)}
    [ -x "$found" ] || skip "no slapd (Debian and Ubuntu: apt-get install slapd)"
    command -v ldapwhoami >/dev/null || skip "no ldapwhoami (Debian and Ubuntu: apt-get install ldap-utils)"
    printf '%s\n' "$found"
}

make_keys() {
    command -v openssl >/dev/null || skip "no openssl"
    local days=3650
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days $days -subj "/CN=muster test CA" \
        -addext "basicConstraints=critical,CA:TRUE" -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>"$dir/openssl.log"
    openssl req -newkey rsa:2048 -nodes -sha256 -subj "/CN=localhost" -keyout "$dir/server.key" \
        -out "$dir/server.csr" 2>>"$dir/openssl.log"
    openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -sha256 \
        -days $days -out "$dir/server.pem" 2>>"$dir/openssl.log" \
        -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n')
    chmod 600 "$dir/ca.key" "$dir/server.key"
}

configuration() {
    local schema modules name
    schema=$(first_of /etc/ldap/schema /etc/openldap/schema /usr/local/etc/openldap/schema)
    modules=$(first_of /usr/lib/ldap /usr/lib64/openldap /usr/lib/openldap /usr/local/libexec/openldap)
    [ -n "$schema" ] || skip "no schema files of slapd"
    for name in core cosine inetorgperson; do
        [ "$name/$inetorgperson" = inetorgperson/no ] || printf 'include "%s/%s.schema"\n' "$schema" "$name"
    done
    printf 'pidfile "%s/slapd.pid"\nargsfile "%s/slapd.args"\nloglevel none\n' "$dir" "$dir"
    if [ -n "$modules" ]; then printf 'modulepath "%s"\nmoduleload back_mdb\n' "$modules"; fi
    if [ -n "$overlay" ]; then printf 'moduleload %s\n' "$overlay"; fi
    if [ "$audit" = yes ]; then printf 'moduleload auditlog\n'; fi
    if [ "$tls" = yes ]; then
        printf 'TLSCACertificateFile "%s/ca.pem"\nTLSCertificateFile "%s/server.pem"\n' "$dir" "$dir"
        printf 'TLSCertificateKeyFile "%s/server.key"\n' "$dir"
    fi
    if [ -n "$incoming" ]; then printf 'sockbuf_max_incoming_auth %s\n' "$incoming"; fi
    printf 'sizelimit %s\n' "${sizelimit:-unlimited}"
    # Whoever runs this is the root DN over ldapi:// with SASL EXTERNAL.
    printf 'authz-regexp "gidNumber=%d\\\\+uidNumber=%d,cn=peercred,cn=external,cn=auth" "%s"\n' "$(id -g)" "$(id -u)" "$admin"
    printf 'database mdb\nsuffix "%s"\n' "$suffix"
    if [ "$suffix" = "$default_suffix" ]; then printf 'rootdn "%s"\nrootpw secret\n' "$admin"; fi
    printf 'directory "%s/db"\nmaxsize %s\n' "$dir" "$((maxsize * 1024 * 1024))"
    if [ -n "$index" ]; then printf 'index %s eq\n' "$index"; fi
    if [ "$nosync" = yes ]; then printf 'dbnosync\n'; fi
    if [ "$readonly" = yes ]; then printf 'readonly on\n'; fi
    if [ "$audit" = yes ]; then printf 'overlay auditlog\nauditlog "%s/audit.ldif"\n' "$dir"; fi
    printf 'access to attrs=userPassword by anonymous auth by * none\n'
    if [ -n "$hide" ]; then printf 'access to attrs=%s by * none\n' "$hide"; fi
    printf 'access to * by dn.exact="%s" write by * read\n' "$writer"
    case $overlay in
    refint) printf 'overlay refint\nrefint_attributes member manager\n' ;;
    memberof) printf 'overlay memberof\nmemberof-refint TRUE\n' ;;
    esac
}

# Entries that are there before the first start.
first_entries() {
    printf 'dn: %s\nobjectClass: organization\nobjectClass: dcObject\ndc: example\no: example\n\n' "$suffix"
    if [ "$with_writer" = yes ]; then
        printf 'dn: %s\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n' "$writer"
        printf 'cn: writer\nuserPassword: secret\n\n'
    fi
}

setup() {
    local tls=no nosync=no readonly=no inetorgperson=yes with_base=no with_writer=no sizelimit='' incoming=''
    local overlay='' audit=no hide=''
    local suffix=$default_suffix maxsize=1024 index=objectClass,uid,cn,mail,member,entryUUID,entryCSN program
    while [ $# -gt 0 ]; do
        case $1 in
        --tls) tls=yes ;;
        --nosync) nosync=yes ;;
        --readonly) readonly=yes ;;
        --hide) hide=${2:?--hide ATTRIBUTE} && shift ;;
        --overlay) overlay=${2:?--overlay NAME} && shift ;;
        --audit) audit=yes ;;
        --no-inetorgperson) inetorgperson=no ;;
        --base) with_base=yes ;;
        --writer) with_base=yes with_writer=yes ;;
        --sizelimit) with_base=yes with_writer=yes sizelimit=${2:?--sizelimit N} && shift ;;
        --limit-incoming) incoming=${2:?--limit-incoming N} && shift ;;
        --suffix) suffix=${2:?--suffix DN} && shift ;;
        --maxsize) maxsize=${2:?--maxsize MIB} && shift ;;
        --index) index=${2-} && shift ;;
        *) die "unknown switch $1" ;;
        esac
        shift
    done
    program=$(slapd_program)
    [ ! -e "$dir/.muster-slapd" ] || die "$dir is set up already; clean it first"
    mkdir -p "$dir/db" "$dir/bin"
    chmod 700 "$dir"
    : >"$dir/.muster-slapd"
    # A copy: where AppArmor confines the system's slapd (Ubuntu), it does so by the program's path.
    cp "$program" "$dir/bin/slapd"
    if [ "$tls" = yes ]; then make_keys; fi
    configuration >"$dir/slapd.conf"
    chmod 600 "$dir/slapd.conf"
    (umask 077 && printf 'secret' >"$dir/password")
    if [ "$with_base" = yes ]; then first_entries | "$dir/bin/slapd" -T add -q -f "$dir/slapd.conf"; fi
}

write_env() {
    local ldaps='' ca=''
    if [ -f "$dir/ca.pem" ]; then ldaps=ldaps://127.0.0.1:$tls_port ca=$dir/ca.pem; fi
    cat >"$dir/env" <<END
LDAP_PORT=$port
LDAP_TLS_PORT=$tls_port
LDAP_URL=ldap://127.0.0.1:$port
LDAPI_URL=ldapi://${socket//\//%2F}
LDAPS_URL=$ldaps
LDAP_BASE=$default_suffix
LDAP_BIND_DN=$admin
LDAP_WRITER_DN=$writer
LDAP_PASSWORD_FILE=$dir/password
LDAP_CA=$ca
SLAPD_PID=$(cat "$dir/slapd.pid")
END
}

answers() {
    ldapwhoami -x -H "ldapi://${socket//\//%2F}" >/dev/null 2>&1
}

# Tries to listen; fails when a port is taken.
listen() {
    local urls="ldap://127.0.0.1:$port/ ldapi://${socket//\//%2F}/" pid
    if [ -f "$dir/ca.pem" ]; then urls="$urls ldaps://127.0.0.1:$tls_port/"; fi
    # Its tables are as large as the number of files it may open: in some containers, a thousand million.
    if [ "$(ulimit -Sn)" = unlimited ] || [ "$(ulimit -Sn)" -gt 4096 ]; then ulimit -Sn 4096; fi
    # With -d it stays the process that was started, so that its end is seen.
    setsid "$dir/bin/slapd" -d 0 -f "$dir/slapd.conf" -h "$urls" -n slapd </dev/null >/dev/null 2>"$dir/slapd.log" &
    pid=$!
    until answers; do
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.02
    done
}

# A port that no other directory has, started or not, for as long as this one is there: a file says so. Below the ports
# that the kernel gives to outgoing connections. TLS has the one above.
take_port() {
    local place=${TMPDIR:-/tmp}
    for ((;;)); do
        port=$((10000 + RANDOM % 11000 * 2))
        if (set -C && printf '%s\n' "$dir" >"$place/muster-slapd.$port") 2>/dev/null; then break; fi
    done
    tls_port=$((port + 1))
    printf '%s\n' "$place/muster-slapd.$port" >>"$dir/ports"
}

start() {
    local socket=$dir/ldapi port tls_port tries
    [ -e "$dir/.muster-slapd" ] || die "$dir isn't set up"
    if running; then return; fi
    [ ${#socket} -lt 100 ] || die "$dir: too long a path for a socket"
    rm -f "$socket"
    if [ -f "$dir/env" ]; then
        port=$(sed -n 's/^LDAP_PORT=//p' "$dir/env")
        tls_port=$(sed -n 's/^LDAP_TLS_PORT=//p' "$dir/env")
        # Where the kernel gives this port away too, whoever has it for a moment ends.
        for ((tries = 0; tries < 300; tries++)); do
            ! listen || break
            sleep 0.1
        done
        [ "$tries" -lt 300 ] || die "does not start again: $(cat "$dir/slapd.log")"
        write_env
        return
    fi
    for ((tries = 0; tries < 20; tries++)); do
        take_port
        if listen; then
            write_env
            return
        fi
    done
    die "does not start: $(cat "$dir/slapd.log"; "$dir/bin/slapd" -T test -f "$dir/slapd.conf" 2>&1 | head -n 5)"
}

# $1 is the process of this directory, and no other that got its number since; and not a dead one nobody has buried.
ours() {
    [ "$(readlink "/proc/$1/exe" 2>/dev/null)" = "$dir/bin/slapd" ]
}

running() {
    [ -s "$dir/slapd.pid" ] && ours "$(cat "$dir/slapd.pid" 2>/dev/null)"
}

stop() {
    local pid tries
    running || return 0
    pid=$(cat "$dir/slapd.pid")
    kill -CONT "$pid"
    kill "$pid"
    for ((tries = 0; tries < 3000; tries++)); do
        ours "$pid" || return 0
        sleep 0.02
    done
    kill -9 "$pid"
    while ours "$pid"; do sleep 0.02; done
}

dump() {
    "$dir/bin/slapd" -T cat -o ldif-wrap=no -f "$dir/slapd.conf"
}

clean() {
    [ -e "$dir" ] || return 0
    [ -e "$dir/.muster-slapd" ] || die "$dir was not made by this script"
    stop
    if [ -f "$dir/ports" ]; then xargs -d '\n' rm -f <"$dir/ports"; fi
    rm -rf "$dir"
}

[ $# -ge 2 ] || die "usage: slapd.sh setup|start|stop|dump|clean DIR [switches]"
command=$1
dir=$(realpath -m "$2")
shift 2
case $command in
setup) setup "$@" ;;
start | stop | dump | clean) "$command" ;;
*) die "unknown command $command" ;;
esac
