"""The forms of DNS servers: data of rbldnsd, and response policy zones for resolvers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from pforte.bans.offence import Kind
from pforte.clock import Clock
from pforte.gates.dnsbl.listing import TEST_BAN, code_of, words_of
from pforte.gates.dnsbl.zones import APEX_SECONDS, EXPIRE_SECONDS, REFRESH_SECONDS, RETRY_SECONDS, Keeper
from pforte.gates.files.renderings import RENDERINGS, Entry, Rendering
from pforte.gates.refusal import kind_of
from pforte.gates.table.packed import Held, held_of
from pforte.settings.gates import DnsblGateSettings

_TEST_ENTRIES = (("ip4trie", "127.0.0.2"), ("ip6trie", "::ffff:7f00:2"))


def render_rbldnsd(entries: Iterable[Entry], keeper: Keeper, seconds: int, page: str) -> Iterator[str]:
    """Render a ``combined`` dataset of rbldnsd: each kind in its subzone and in the zone of all.

    Args:
        entries: the bans.
        keeper: who serves the zone.
        seconds: how long it may be remembered that an address is listed.
        page: address of the page that explains a ban, without the reference.
    """
    # A serial of 0 stands for the time of the file.
    yield (
        f"$SOA {keeper.negative_seconds} {_dotted(keeper.servers[0])} {_dotted(keeper.mailbox)} 0 "
        f"{REFRESH_SECONDS} {RETRY_SECONDS} {EXPIRE_SECONDS} {keeper.negative_seconds}\n"
        f"$NS {APEX_SECONDS} {' '.join(map(_dotted, keeper.servers))}\n$TTL {seconds}\n"
    )
    for form, address in _TEST_ENTRIES:
        yield f"$DATASET {form}:test {' '.join(Kind)} @\n{address} {_rbldnsd_value(TEST_BAN, page)}\n"
    sorted_out: defaultdict[tuple[Kind | None, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        form = "ip6trie" if ":" in entry.network else "ip4trie"
        sorted_out[kind_of(entry.ban.reason), form].append(entry)
    for (kind, form), group in sorted_out.items():
        yield f"$DATASET {form}:{kind or 'other'} {kind or ''} @\n"
        for entry in group:
            yield f"{entry.network} {_rbldnsd_value(held_of(entry.ban), page)}\n"


def render_rpz(
    entries: Iterable[Entry], keeper: Keeper, clock: Clock, trigger: str, action: str
) -> Iterator[str]:
    """Render a response policy zone (draft-vixie-dnsop-dns-rpz); its serial is the second of the writing.

    Args:
        entries: the bans.
        keeper: who keeps the zone.
        clock: tells the second.
        trigger: what an address is compared with: ``rpz-ip`` the answer's, ``rpz-client-ip`` the asker's.
        action: what happens then, as the target of a CNAME record.
    """
    serial = int(clock.now().timestamp())
    yield (
        f"$TTL {keeper.negative_seconds}\n"
        f"@ SOA {_dotted(keeper.servers[0])} {_dotted(keeper.mailbox)} "
        f"{serial} {REFRESH_SECONDS} {RETRY_SECONDS} {EXPIRE_SECONDS} {keeper.negative_seconds}\n"
    )
    for server in keeper.servers:
        yield f"@ NS {_dotted(server)}\n"
    for entry in entries:
        yield f"{_rpz_owner(entry.network)}.{trigger} CNAME {action}\n"


def renderings_of(settings: DnsblGateSettings, clock: Clock) -> Mapping[str, Rendering]:
    """Return every form of the file gate, those of DNS servers too.

    Args:
        settings: the section ``[gate.dnsbl]``: what the zones are called and who serves them.
        clock: tells the second of a zone's serial.
    """
    keeper = Keeper(settings.servers, settings.mailbox, int(settings.negative_ttl.total_seconds()))
    rbldnsd = partial(
        render_rbldnsd, keeper=keeper, seconds=int(settings.ttl.total_seconds()), page=settings.page
    )
    answers = partial(render_rpz, keeper=keeper, clock=clock, trigger="rpz-ip", action=".")
    askers = partial(render_rpz, keeper=keeper, clock=clock, trigger="rpz-client-ip", action="rpz-drop.")
    return {
        **RENDERINGS,
        "rbldnsd": Rendering(file_name="rbldnsd.combined", comment="#", render=rbldnsd),
        "rpz": Rendering(file_name="rpz.zone", comment=";", render=answers),
        "rpz-client": Rendering(file_name="rpz-client.zone", comment=";", render=askers),
    }


def _rbldnsd_value(held: Held, page: str) -> str:
    code = ".".join(map(str, code_of(held)))
    return f":{code}:{words_of(held, page).decode('ascii').replace('$', '$$')}"


def _rpz_owner(text: str) -> str:
    """Return a network as these zones write it: length first, backwards, ``zz`` for the zeros that ``::`` leaves out."""
    address, _, length = text.partition("/")
    if ":" not in address:
        parts = address.split(".")
    else:
        before, zeros, after = address.partition("::")
        parts = [
            *filter(None, before.split(":")),
            *(["zz"] if zeros else []),
            *filter(None, after.split(":")),
        ]
    return ".".join((length, *reversed(parts)))


def _dotted(name: str) -> str:
    return f"{name.removesuffix('.')}."
