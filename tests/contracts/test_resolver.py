"""Every resolver answers alike: the one that reads zone files and the one that asks a real server over loopback."""

import asyncio
import contextlib
import socket
import struct
import threading
from datetime import timedelta
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zonefile
import pytest

from pforte.dns.forward_confirmed import Confirmation, Outcome, confirm
from pforte.dns.network_resolver import NetworkResolver
from pforte.dns.resolver import Answer, Status
from pforte.dns.zone_file import ZoneFileResolver

SOA = "ns.example.org. host.example.org. 1 2 3 4 300"
ZONE = r"""
www.example.org. 600 A 192.0.2.1
www.example.org. 600 A 192.0.2.2
www.example.org. 60 AAAA 2001:db8::1
four.example.org. 600 A 192.0.2.4
text.example.org. 600 TXT "v=spf1 " "-all"
text.example.org. 600 MX 10 mx.example.org.
alias.example.org. 500 CNAME second.example.org.
second.example.org. 400 CNAME four.example.org.
dangling.example.org. 400 CNAME nowhere.example.org.
loop.example.org. 400 CNAME loop.example.org.
*.wild.example.org. 600 A 192.0.2.9
1.2.0.192.in-addr.arpa. 600 PTR WWW.Example.org.
4.2.0.192.in-addr.arpa. 600 PTR www.example.org.
5.2.0.192.in-addr.arpa. 600 PTR servfail.example.org.
6.2.0.192.in-addr.arpa. 600 PTR a\.b\000\255\".example.org.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 600 PTR www.example.org.
"""
TROUBLES = {
    "servfail.example.org": "SERVFAIL",
    "refused.example.org": "REFUSED",
    "silent.example.org": "time-out",
}
LARGE = [f"10.1.{number // 200}.{number % 200}" for number in range(200)]


class Server:
    """A small recursive resolver on loopback, written without the code under test."""

    def __init__(self):
        soa = dns.rrset.from_text("example.org.", 600, "IN", "SOA", SOA)
        rrsets = [soa, *dns.zonefile.read_rrsets(ZONE)]
        self.records = {(rrset.name, rrset.rdtype): rrset for rrset in rrsets}
        self.asked = []
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.threads = [threading.Thread(target=serve) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self.threads:
            thread.start()

    def close(self):
        self.udp.sendto(b"", ("127.0.0.1", self.port))
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()

    def _serve_udp(self):
        while True:
            wire, peer = self.udp.recvfrom(4096)
            if not wire:
                return
            answer = self._answer(wire, over_udp=True)
            if answer is not None:
                self.udp.sendto(answer, peer)

    def _serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            with connection, connection.makefile("rb") as stream:
                size = stream.read(2)
                if not size:
                    return
                answer = self._answer(stream.read(struct.unpack("!H", size)[0]), over_udp=False)
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, wire, *, over_udp):
        query = dns.message.from_wire(wire)
        response = dns.message.make_response(query, recursion_available=True)
        name, kind = query.question[0].name, query.question[0].rdtype
        self.asked.append((name.to_text(), dns.rdatatype.to_text(kind), "udp" if over_udp else "tcp"))
        label = name.labels[0].decode("latin-1").lower()
        if label == "silent":
            return None
        if label in ("servfail", "refused"):
            response.set_rcode(dns.rcode.from_text(label))
        elif label == "garbage":
            return wire[:2] + b"\x84\x00" + b"\xff" * 20
        elif label == "large" and kind == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(name, 600, "IN", "A", *LARGE))
            if over_udp:
                response.answer.clear()
                response.flags |= dns.flags.TC
        elif label == "referral":
            response.authority.append(dns.rrset.from_text("example.net.", 600, "IN", "NS", "ns.example.net."))
        elif label == "half":
            response.answer.append(dns.rrset.from_text(name, 600, "IN", "CNAME", "four.example.org."))
        elif label.startswith("chain"):
            following = f"chain{int(label[5:]) + 1}.example.org."
            response.answer.append(dns.rrset.from_text(name, 600, "IN", "CNAME", following))
        else:
            self._resolve(response, name, kind)
        return response.to_wire(max_size=65_535)

    def _resolve(self, response, name, kind):
        for _ in range(12):
            star = dns.name.Name((b"*", *name.labels[1:]))
            for owner in (name, star):
                found = self.records.get((owner, kind)) or self.records.get((owner, dns.rdatatype.CNAME))
                if found is not None:
                    break
            else:
                exists = any(owner.is_subdomain(name) or owner == star for owner, _ in self.records)
                response.set_rcode(dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN)
                apex = dns.name.from_text("example.org.")
                if name.is_subdomain(apex):
                    response.authority.append(self.records[apex, dns.rdatatype.SOA])
                return
            response.answer.append(dns.rrset.from_rdata_list(name, found.ttl, list(found)))
            if found.rdtype == kind:
                return
            name = found[0].target


@pytest.fixture(scope="module")
def server():
    with contextlib.closing(Server()) as running:
        yield running


@pytest.fixture(params=["zone file", "network"])
def ask(request):
    """Return a function that runs a coroutine of the resolver under test."""
    if request.param == "zone file":
        resolver = ZoneFileResolver(f"example.org. 600 SOA {SOA}\n{ZONE}", troubles=TROUBLES)
    else:
        port = request.getfixturevalue("server").port
        resolver = NetworkResolver(["127.0.0.1"], port=port, timeout=timedelta(seconds=0.4))

    def _ask(question):
        return asyncio.run(question(resolver))

    return _ask


def addresses(*texts):
    return tuple(map(ip_address, texts))


@pytest.mark.parametrize(
    ("name", "version", "values", "ttl"),
    [
        ("www.example.org", None, ("192.0.2.1", "192.0.2.2", "2001:db8::1"), 60),
        ("WWW.EXAMPLE.ORG.", 4, ("192.0.2.1", "192.0.2.2"), 600),
        ("www.example.org", 6, ("2001:db8::1",), 60),
        ("four.example.org", None, ("192.0.2.4",), 600),
        ("alias.example.org", 4, ("192.0.2.4",), 400),
        ("any.wild.example.org", 4, ("192.0.2.9",), 600),
    ],
)
def test_addresses_are_found(ask, name, version, values, ttl):
    answer = ask(lambda resolver: resolver.addresses(name, version))
    assert (answer.status, set(answer.values), answer.ttl) == (Status.FOUND, set(addresses(*values)), ttl)
    assert [address.version for address in answer.values] == sorted(
        address.version for address in answer.values
    )


@pytest.mark.standard("8020:2")
@pytest.mark.parametrize(
    ("name", "version", "nonexistent"),
    [
        ("none.example.org", None, True),
        ("below.none.example.org", 4, True),
        ("four.example.org", 6, False),
        ("dangling.example.org", 4, False),  # an alias is a record of the name
        ("wild.example.org", 4, False),  # it stands above a name that exists (RFC 8020 s2)
        ("any.wild.example.org", 6, False),
    ],
)
def test_what_is_not_there_is_none_for_as_long_as_the_zone_says(ask, name, version, nonexistent):
    answer = Answer(status=Status.NONE, ttl=300, nonexistent=nonexistent)
    assert ask(lambda resolver: resolver.addresses(name, version)) == answer
    records = [ask(lambda resolver, kind=kind: resolver.records(name, kind)) for kind in ("TXT", "MX")]
    assert records == [answer, answer]


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".example.org", "bücher.example.org"])
def test_what_can_be_no_name_has_no_records(ask, name):
    assert ask(lambda resolver: resolver.addresses(name)).status is Status.NONE
    assert ask(lambda resolver: resolver.records(name, "TXT")).status is Status.NONE


@pytest.mark.parametrize(
    "name", ["servfail.example.org", "refused.example.org", "silent.example.org", "loop.example.org"]
)
def test_trouble_is_told_as_trouble(ask, name):
    for question in (
        lambda resolver: resolver.addresses(name),
        lambda resolver: resolver.records(name, "MX"),
    ):
        answer = ask(question)
        assert (answer.status, answer.values) == (Status.TROUBLE, ())
        assert answer.trouble


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("192.0.2.1", ("www.example.org",)),
        ("::ffff:192.0.2.1", ("www.example.org",)),
        ("2001:db8::1", ("www.example.org",)),
        ("192.0.2.6", (r"a\.b\000\255\".example.org",)),
    ],
)
def test_names_of_an_address_are_found(ask, address, names):
    answer = ask(lambda resolver: resolver.names(ip_address(address)))
    assert (answer.status, answer.values) == (Status.FOUND, names)


def test_an_address_without_a_name_has_none(ask):
    assert ask(lambda resolver: resolver.names(ip_address("192.0.2.77"))).status is Status.NONE


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("text.example.org", "TXT", ("v=spf1 -all",)),
        ("text.example.org", "mx", ("10 mx.example.org.",)),
        ("second.example.org", "CNAME", ("four.example.org",)),
    ],
)
def test_records_are_found(ask, name, kind, values):
    answer = ask(lambda resolver: resolver.records(name, kind))
    assert (answer.status, answer.values) == (Status.FOUND, values)


def test_an_unknown_record_type_is_a_mistake_of_the_caller(ask):
    with pytest.raises(ValueError, match="no DNS record type"):
        ask(lambda resolver: resolver.records("www.example.org", "NOPE"))


@pytest.mark.parametrize(
    ("address", "confirmation"),
    [
        ("192.0.2.1", Confirmation(Outcome.PASS, ("www.example.org",))),
        ("2001:db8::1", Confirmation(Outcome.PASS, ("www.example.org",))),
        ("192.0.2.4", Confirmation(Outcome.FAIL)),
        ("192.0.2.5", Confirmation(Outcome.TEMPERROR)),
        ("192.0.2.6", Confirmation(Outcome.FAIL)),
        ("192.0.2.77", Confirmation(Outcome.PERMERROR)),
    ],
)
def test_reverse_names_are_confirmed(ask, address, confirmation):
    assert ask(lambda resolver: confirm(resolver, ip_address(address))) == confirmation


# What only a network can do.


def over_network(question, *servers, port, timeout=0.4):
    return asyncio.run(question(NetworkResolver(servers, port=port, timeout=timedelta(seconds=timeout))))


def test_an_answer_that_does_not_fit_is_fetched_over_tcp(server):
    answer = over_network(
        lambda resolver: resolver.addresses("large.example.org", 4), "127.0.0.1", port=server.port, timeout=2
    )
    assert (answer.status, len(answer.values)) == (Status.FOUND, len(LARGE))
    assert ("large.example.org.", "A", "tcp") in server.asked


def test_an_alias_that_the_server_does_not_follow_is_followed(server):
    answer = over_network(
        lambda resolver: resolver.addresses("half.example.org", 4), "127.0.0.1", port=server.port
    )
    assert answer == Answer(status=Status.FOUND, values=addresses("192.0.2.4"), ttl=600)


def test_aliases_are_followed_to_a_bound(server):
    answer = over_network(
        lambda resolver: resolver.addresses("chain0.example.org", 4), "127.0.0.1", port=server.port
    )
    assert (answer.status, answer.trouble) == (Status.TROUBLE, "more than 8 aliases follow one another")
    chain = [name for name, _, _ in server.asked if name.startswith("chain")]
    assert len(chain) == 9


@pytest.mark.parametrize("name", ["referral.example.org", "garbage.example.org"])
def test_what_is_no_answer_is_trouble(server, name):
    answer = over_network(lambda resolver: resolver.addresses(name, 4), "127.0.0.1", port=server.port)
    assert answer.status is Status.TROUBLE


def test_a_second_server_is_asked_where_the_first_does_not_answer(server):
    answer = over_network(
        lambda resolver: resolver.addresses("four.example.org", 4),
        "127.0.0.77",
        "127.0.0.1",
        port=server.port,
        timeout=2,
    )
    assert answer.values == addresses("192.0.2.4")


def test_nobody_there_is_trouble():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    answer = over_network(
        lambda resolver: resolver.addresses("four.example.org", 4), "127.0.0.1", port=port, timeout=0.2
    )
    assert answer.status is Status.TROUBLE
