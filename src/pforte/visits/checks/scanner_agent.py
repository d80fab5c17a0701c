"""Agents of attack tools and of programs that search the whole internet for weak machines."""

import re
from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark, Threshold
from pforte.visits.checks.linear import linear
from pforte.visits.checks.proof import proof
from pforte.visits.visit import Visit

ID = "visit.scanner-agent"

TOOLS = (
    b"sqlmap", b"nikto", b"nuclei", b"nmap scripting engine", b"masscan", b"zgrab", b"wpscan", b"dirbuster",
    b"gobuster", b"feroxbuster", b"fuzz faster u fool", b"wfuzz", b"dirsearch", b"acunetix", b"netsparker",
    b"nessus", b"openvas", b"qualys was", b"w3af", b"arachni", b"skipfish", b"havij", b"jorgee", b"zmeu",
    b"morfeus", b"webinspect", b"owasp zap", b"whatweb", b"joomscan", b"cmsmap", b"droopescan", b"commix",
    b"xsstrike", b"dalfox", b"thc-hydra", b"l9explore", b"l9tcpid", b"leakix.net", b"libredtail-http",
    b"anonymousfox", b"xfa1,nvdorz", b"nvdorz", b"r00ts3c-owned-you", b"hello, world", b"mozlila/", b"gank-",
    b"bsqlbf", b"sqlninja", b"pangolin", b"absinthe", b"grendel-scan", b"n-stealth", b"vega/", b"httprobe",
    b"projectdiscovery", b"interactsh", b"katana/", b"censysinspect", b"internet-measurement", b"odin; https://docs.getodin",
    b"expanse, a palo alto", b"modatscanner", b"visionheight.com/scan", b"cyberok", b"custom-asynchttpclient",
)  # fmt: skip
"""Words that name an attack tool or an internet-wide scanner, lower case."""

_TOOL = linear(b"|".join(re.escape(tool) for tool in TOOLS))


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Count a visit whose agent is an attack tool or an internet-wide scanner."""
    agent = visit.agent[:1024].lower()
    if _TOOL.search(agent):
        return proof(ID, visit.agent, "no attack tool or internet-wide scanner as the agent")
    return None


def _pattern(tool: bytes) -> bytes:
    return b"".join(b"[ +]" if chr(byte) == " " else re.escape(bytes((byte,))) for byte in tool)


CHECK = Check(
    id=ID,
    standard="RFC 9110 s10.1.5",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(19, 21),
    summary=Text(
        en="The agent names an attack tool (sqlmap, nikto, nuclei, WPScan ...) or an internet-wide scanner, repeatedly.",
        de="Der Agent nennt wiederholt ein Angriffswerkzeug (sqlmap, nikto, nuclei, WPScan ...) oder einen"
        " internetweiten Scanner.",
    ),
    remedy=Text(
        en="Stop the tool, or point it at your own machines. Whoever surveys the internet for research can ask us to"
        " be left out or let in; tell us the address range and the purpose. If nobody started it, look for the"
        " program on that machine.",
        de="Halten Sie das Werkzeug an oder richten Sie es auf eigene Rechner. Wer das Internet zu Forschungszwecken"
        " vermisst, nennt uns Adressbereich und Zweck; wir lassen ihn dann aus oder zu. Hat es niemand gestartet,"
        " suchen Sie das Programm auf diesem Rechner.",
    ),
    marks=(Mark(b"|".join(_pattern(tool) for tool in TOOLS)),),
    threshold=Threshold(3, timedelta(minutes=10)),
    judge=judge,
)
