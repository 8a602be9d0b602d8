#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./configure without the libraries it needs: one refusal that names all of them, with the Debian packages, which are the
# ones contrib/install-deps installs.

. "$(dirname "$0")/lib.sh"

configure=$root/configure
[ -x "$configure" ] || skip "no configure here"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && env -u PKG_CONFIG_PATH PKG_CONFIG_LIBDIR="$work/nowhere" "$configure" -q >out 2>&1) &&
    finding "configure is content without any library"

mapfile -t packages < <(sed -n 's/^ *MU_NEED(\[[A-Z0-9]*\], *\[[^]]*\], *\[\([a-z0-9.+-]*\)\].*/\1/p' configure.ac)
[ "${#packages[@]}" -ge 8 ] || finding "configure.ac: only ${#packages[@]} needed libraries found"
line=$(grep 'apt-get install' "$work/out" || true)
[ -n "$line" ] || finding "the refusal has no apt-get line: $(cat "$work/out")"
for package in "${packages[@]}"; do
    grep -qw -- "$package" contrib/install-deps || finding "contrib/install-deps does not install $package"
    # OpenLDAP is found without a .pc file, too.
    [ "$package" = libldap-dev ] || grep -qw -- "$package" <<<"$line" || finding "the refusal does not name $package"
done

finish
