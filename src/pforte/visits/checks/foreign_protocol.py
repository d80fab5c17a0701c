"""Bytes of another protocol on the web port: remote desktop, SSH, SMB, mining, remote-control trojans."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.proof import proof
from pforte.visits.visit import Visit

ID = "visit.foreign-protocol"

PROTOCOLS: tuple[tuple[str, bytes], ...] = (
    ("remote desktop", rb"mstshash=|^\x03\x00\x00[\x0b-\x40]"),
    ("SMB", rb"^\x00\x00..[\xff\xfe]SMB|SMBr\x00"),
    ("SSH", rb"^SSH-[12]\.[0-9]{1,2}-"),
    ("mining", rb'"(?:method|id)"\s{0,4}:\s{0,4}"?(?:mining\.(?:subscribe|authorize)|eth_submitLogin|login"\s{0,4},\s{0,4}"params)'),
    ("a trojan", rb"^Gh0st|^MGLNDD_|^\$\$\$|^abcdefgh$"),
    ("WebLogic T3", rb"^t3 [0-9]{1,2}\.[0-9]"),
    ("Redis", rb"^\*[0-9]{1,2}(?:\r\n|$)|^(?:\*[0-9]\$[0-9])|^CONFIG SET |^SLAVEOF "),
    ("adb", rb"^CNXN\x00\x00"),
    ("SOCKS", rb"^\x05[\x01-\x04]\x00|^\x04\x01\x00\x50"),
    ("SIP", rb"^(?:REGISTER|OPTIONS|INVITE) sip:"),
    ("RTSP", rb"^(?:OPTIONS|DESCRIBE) (?:\*|rtsp://[^ ]{0,200}) RTSP/|^OPTIONS / RTSP/"),
    ("MQTT", rb"^\x10.\x00\x04MQTT"),
    ("Java RMI", rb"^JRMI\x00"),
)  # fmt: skip
"""Protocol and how it begins."""

_PROTOCOLS = tuple((name, linear(pattern)) for name, pattern in PROTOCOLS)


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Convict a request line that is the beginning of another protocol."""
    if visit.method and visit.method not in (b"OPTIONS", b"REGISTER", b"INVITE", b"DESCRIBE"):
        return None
    line = b" ".join(part for part in (visit.method, visit.target[:1024], visit.protocol) if part)
    for name, pattern in _PROTOCOLS:
        if pattern.search(line):
            return proof(ID, line, f"HTTP on the web port, not {name}")
    return None


CHECK = Check(
    id=ID,
    standard="RFC 9112 s3",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(14, 15),
    summary=Text(
        en="The web port was spoken to in another protocol: remote desktop, SSH, SMB, mining or a trojan's.",
        de="Der Web-Port wurde in einem anderen Protokoll angesprochen: Remote Desktop, SSH, SMB, Mining oder das"
        " eines Trojaners.",
    ),
    remedy=Text(
        en="Scanners send these greetings to every open port to find services to break into. Find the program on the"
        " sending machine; if nobody started it, treat the machine as compromised.",
        de="Scanner senden diese Grüße an jeden offenen Port, um Dienste zum Einbrechen zu finden. Suchen Sie das"
        " Programm auf dem sendenden Rechner; hat es niemand gestartet, gilt der Rechner als übernommen.",
    ),
    marks=(
        Mark(rb"mstshash="),
        Mark(rb"[\"' ]ssh-[12]\."),
        Mark(rb"mining\.(?:subscribe|authorize)|eth_submitlogin"),
        Mark(rb"[\"' ](?:gh0st|mglndd_|t3 [0-9]{1,2}\.|jrmi|cnxn|\*[0-9]{1,2}[\"$\\]|config set |slaveof )"),
        Mark(rb"(?:register|options|invite) sip:|[ ]rtsp/1"),
    ),
    judge=judge,
)
