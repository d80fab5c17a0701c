"""The short way: requests that are so plainly an attack that no check need be asked.

The targets of a block's candidates are passed together, once, for the certain marks of all checks
(:class:`~pforte.visits.checks.declaration.Certainty`). A line that has one is convicted by what it costs to read its
client and time; everything else goes the long way. Nothing is convicted here that the check would not convict.
"""

from pforte.robots.sites import Sites
from pforte.visits.block import EVIDENCE
from pforte.visits.checks.declaration import Mark
from pforte.visits.duties import Duty
from pforte.visits.engine import Candidate, Engine, Pass, build
from pforte.visits.formats.format import Format
from pforte.visits.posts import Post

_METHODS = frozenset((b"GET", b"POST", b"HEAD"))
_QUOTES = {"common": 2, "combined": 6, "vhost_combined": 6}
"""Formats whose lines can be cut by their quotes, and how many a usual line has."""
_HEAD = 30
"""Bytes of ``[17/May/2015:10:05:03 +0000] "``, which end before the request."""
_PARAMETERS = 200
"""Ampersands in a line from which on its parameters may be more than the checks look at."""
_SLASH, _BRACKET, _BACKSLASH = ord("/"), ord("["), b"\\"
_NOBODY = Mark(b'""')
"""No target holds a quote: this group is only told where the pass was cut short and names every group."""


class CertainPass:
    """Finds the requests that are convicted without being judged.

    Args:
        duties: the checks on duty; the bit of a duty is its place among them.
        sites: what the sites run.
        engine: engine of the pass, compiled when first needed.
    """

    def __init__(self, duties: tuple[Duty, ...], sites: Sites, engine: Engine) -> None:
        self._engine = engine
        self._scan: Pass | None = None
        self._sure: dict[int, int] = {}
        self._groups: list[tuple[Mark, ...]] = [(_NOBODY,)]
        self._proves = [0]
        self._hinders = [-1]
        doubted: dict[Mark, int] = {}
        runs = any(site.runs for site in sites.sites)
        for number, duty in enumerate(duties):
            certain = duty.check.certain
            if certain is None or not duty.convicts or (runs and certain.alone):
                continue
            self._add(certain.marks, proves=1 << number)
            for mark in certain.doubts:
                doubted[mark] = doubted.get(mark, 0) | 1 << number
        for mark, bits in doubted.items():
            self._add((mark,), hinders=bits)

    def _add(self, marks: tuple[Mark, ...], proves: int = 0, hinders: int = 0) -> None:
        self._groups.append(marks)
        self._proves.append(proves)
        self._hinders.append(hinders)

    def convicted(self, data: bytes, log: Format, post: Post, candidates: list[Candidate]) -> dict[int, int]:
        """Return by the offset of its line what each certain candidate is convicted of: the place of a duty."""
        quotes = _QUOTES.get(log.name)
        if quotes is None:
            return {}
        targets, lines = _targets(data, post, candidates)
        if not targets:
            return {}
        if self._scan is None:
            self._scan = build(self._groups, self._engine)
        known = self._sure
        found = {}
        for begin, _, groups in self._scan.candidates(b"\n".join(targets)):
            sure = known.get(groups)
            sure = self._judged(groups) if sure is None else sure
            start, end, able = lines[begin]
            sure &= able
            if sure and _is_plain(data[start:end], quotes):
                found[start] = (sure & -sure).bit_length() - 1  # the first one in their order
        return found

    def _judged(self, groups: int) -> int:
        """Return the duties that are certain where these groups were found, as bits, and remember it."""
        proven = hindered = 0
        for group, (proves, hinders) in enumerate(zip(self._proves, self._hinders, strict=True)):
            if groups >> group & 1:
                proven |= proves
                hindered |= hinders
        if len(self._sure) >= _REMEMBERED:
            self._sure.clear()
        self._sure[groups] = proven & ~hindered
        return proven & ~hindered


_REMEMBERED = 4096
_Lines = dict[int, tuple[int, int, int]]


def _targets(data: bytes, post: Post, candidates: list[Candidate]) -> tuple[list[bytes], _Lines]:
    """Return the usual targets that may be certain, and by its offset among them the line of each."""
    find, calls = data.find, post.calls
    targets: list[bytes] = []
    lines: _Lines = {}
    at = 0
    for start, end, groups in candidates:
        call = calls.get(groups) or post.call(groups)
        if not call.sure:
            continue
        first = find(b'"', start, end) + 1
        last = find(b'"', first, end)
        if data[last - 9 : last - 3] != b" HTTP/" or not first < last or data[first - _HEAD] != _BRACKET:
            continue
        begin = find(b" ", first, last) + 1
        if data[first : begin - 1] in _METHODS and data[begin] == _SLASH and begin < last - 9:
            target = data[begin : last - 9]
            targets.append(target)
            lines[at] = (start, end, call.sure)
            at += len(target) + 1
    return targets, lines


def _is_plain(line: bytes, quotes: int) -> bool:
    """Whether a line is as short as its evidence and its format reads it without a second thought."""
    answer = line.find(b'" ') + 2
    return (
        len(line) <= EVIDENCE
        and line.count(b'"') == quotes
        and _BACKSLASH not in line
        and line.count(b"&") < _PARAMETERS
        and line[answer : answer + 3].isdigit()
        and line[answer + 3 : answer + 4] == b" "
    )
