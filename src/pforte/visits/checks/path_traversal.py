"""Path traversal: climbing out of the site's folder with ``..``.

A browser resolves ``..`` before it asks (RFC 3986 s5.2.4), but some crawlers do not, and send one or two levels of
plain ``..`` for relative links. So only a climb that reaches for a system file, that is disguised, or that goes
far beyond what any link could mean convicts.
"""

import re

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.marks import ODD_CLIMB, ODD_ENCODED
from pforte.visits.checks.proof import proof
from pforte.visits.checks.spelling import DOT, TYPED, VALUE
from pforte.visits.checks.system_file import SYSTEM_FILE, SYSTEM_FILE_SPELLED
from pforte.visits.decoding import Target, decode_target
from pforte.visits.visit import Visit

ID = "visit.path-traversal"
FAR = 5
"""Levels of ``..`` in one value that no link of a real site needs."""
BEYOND_ROOT = 3
"""Levels above the root in the path of a request, where no folder can be."""

_CLIMB = re.compile(rb"(?:^|(?<=[/=:,@]))(?:\.{2,4}/{1,8}){1,64}")
_TRICK = re.compile(rb"(?i)\.\.(?:%2f|%5c|;/)|%2e%2e[/\\%]|\.%2e[/\\%]|%2e\.[/\\%]|%c0%a[ef]|\.\.\\")


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Convict a climb to a system file, a disguised climb above the root, or one of absurd length."""
    target = decode_target(visit.target)
    path = _slashed(target.path)
    if b".." in path and (_reaches_system(path) or _leaves_root(path, visit.target, target)):
        return proof(ID, path, "a path within the site")
    for parameter in target.parameters:
        value = _slashed(parameter.value)
        if b".." in value and _attacks(value, typed=parameter.is_search and not target.disguised):
            return proof(ID, value, "a name without a climb out of its folder")
    return None


def _attacks(value: bytes, *, typed: bool) -> bool:
    """Whether a value climbs; in what people type into a search, only as far as nobody types for reading."""
    far = _longest_climb(value) >= FAR
    if typed:
        return far and _reaches_system(value)
    return far or _reaches_system(value) or (b"\0" in value and _CLIMB.search(value) is not None)


def _slashed(text: bytes) -> bytes:
    return text.replace(b"\\", b"/").lower()


def _reaches_system(text: bytes) -> bool:
    """Whether a climb in ``text`` is followed by a system file."""
    climb = _CLIMB.search(text)
    return climb is not None and SYSTEM_FILE.search(text, climb.end() - 1) is not None


def _longest_climb(text: bytes) -> int:
    return max((climb[0].count(b"..") for climb in _CLIMB.finditer(text)), default=0)


def _leaves_root(path: bytes, raw: bytes, target: Target) -> bool:
    """Whether the path climbs above the root, in disguise or further than a broken link would."""
    depth = lowest = 0
    for segment in path.split(b"/"):
        if segment.partition(b";")[0].rstrip(b"\0") == b"..":
            depth -= 1
            lowest = min(lowest, depth)
        elif segment not in (b"", b"."):
            depth += 1
    disguised = target.disguised or _TRICK.search(raw[:16_384]) is not None
    return lowest <= -BEYOND_ROOT or (disguised and lowest < 0)


_ANY_SLASH = rb"(?:/|%(?:25)?(?:2f|5c)|%c0%af){1,2}"
_STEP = rb"(?:" + DOT + rb"{2,4}" + _ANY_SLASH + rb")"
_UP = rb"(?:" + DOT + rb"{2}" + _ANY_SLASH + rb")"
_FOLDERS = rb"^/(?:[a-z0-9_-]{1,40}/){0,3}"
_CERTAIN = Certainty(
    marks=(
        Mark(VALUE + _STEP + rb"{5}"),
        Mark(VALUE + _STEP + rb"{1,4}" + SYSTEM_FILE_SPELLED),
        Mark(_FOLDERS + _UP + rb"{6}"),
        Mark(_FOLDERS + _STEP + rb"{1,16}" + SYSTEM_FILE_SPELLED),
    ),
    doubts=TYPED,
)

CHECK = Check(
    id=ID,
    standard="RFC 3986 s5.2.4",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(15, 21),
    summary=Text(
        en="A request climbs out of the site's folder (../) towards files of the system.",
        de="Eine Anfrage klettert mit ../ aus dem Ordner der Website zu Dateien des Systems.",
    ),
    remedy=Text(
        en="No browser sends such paths. Find the program that made the request; an attack tool that nobody of you"
        " started means that the machine is compromised. If it is your own crawler, let it resolve '..' before it"
        " asks (RFC 3986 section 5.2.4).",
        de="Kein Browser sendet solche Pfade. Suchen Sie das Programm, das die Anfrage gestellt hat; ein"
        " Angriffswerkzeug, das bei Ihnen niemand gestartet hat, bedeutet einen übernommenen Rechner. Ist es Ihr"
        " eigener Crawler, lösen Sie '..' vor der Anfrage auf (RFC 3986, Abschnitt 5.2.4).",
    ),
    marks=(ODD_ENCODED, ODD_CLIMB),
    signs=(Mark(rb"\.\."),),
    certain=_CERTAIN,
    judge=judge,
)
