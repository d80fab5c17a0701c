"""What several settings must be together, where each alone is good."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pforte.settings.durations import render_duration
from pforte.settings.globs import covers
from pforte.settings.limits import suggestion
from pforte.settings.shape import Name, render_name
from pforte.settings.table import Settings, SourceSettings

KINDS = ("attack", "spam", "standards")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Settings that do not go together.

    Attributes:
        names: the settings, the one to change first in front.
        sentence: what is wrong and what is wanted.
        other: a setting whose place has to be told too, or ().
    """

    names: tuple[Name, ...]
    sentence: str
    other: Name = ()


def disagreements(settings: Settings) -> Iterator[Disagreement]:
    """Yield everything that does not go together, in the order of the table."""
    yield from _ladder(settings)
    yield from _history(settings)
    yield from _scan(settings)
    yield from _modes(settings)
    yield from _recipients(settings)
    yield from _smtp(settings)
    for index, source in enumerate(settings.source):
        yield from _source(settings, index, source)
    for index, site in enumerate(settings.site):
        name: Name = ("site", index, "name")
        if not site.name:
            yield Disagreement((name,), "must be set to the host name of the site")
        elif site.name in [other.name for other in settings.site[:index]]:
            yield Disagreement((name,), f'two sites are named "{site.name}"')


def unknown_software(settings: Settings, known: Collection[str]) -> Iterator[Disagreement]:
    """Yield the sites that say they run what no check knows; ``known`` are words in small letters."""
    for index, site in enumerate(settings.site):
        for software in site.runs:
            if software.lower() not in known:
                near = (
                    suggestion(software.lower(), sorted(known))
                    or "; `pforte checks reference` lists the words"
                )
                yield Disagreement((("site", index, "runs"),), f'no check asks for "{software}"{near}')


def unknown_checks(settings: Settings, known: Collection[str]) -> Iterator[Disagreement]:
    """Yield the recipient domains with modes for checks of mail that there are not."""
    mail = sorted(slug for slug in known if slug.startswith(_MAIL))
    for index, recipient in enumerate(settings.recipient):
        for mode in ("off", *_MAIL_MODES):
            for slug in getattr(recipient, mode):
                if slug not in mail:
                    sentence = f'there is no check of mail "{slug}"{suggestion(slug, mail)}'
                    yield Disagreement((("recipient", index, mode),), sentence)


def unknown_scopes(settings: Settings, checks: Collection[str]) -> Iterator[Disagreement]:
    """Yield a scope of the firewall that is named after no kind of offence and no check."""
    known = (*KINDS, *checks)
    for name in settings.gate.nftables.scope:
        if name not in known:
            sentence = f'"{name}" is no kind of offence and no check{suggestion(name, known)}'
            yield Disagreement((("gate", "nftables", "scope"),), sentence)


def unusable_formats(settings: Settings, mistake: Callable[[str], str]) -> Iterator[Disagreement]:
    """Yield the sources whose format cannot be used; ``mistake`` says what is wrong with one, or ""."""
    for index, source in enumerate(settings.source):
        said = "" if source.format == "auto" else mistake(source.format)
        if said:
            yield Disagreement((("source", index, "format"),), said)


def shared_files(settings: Settings, expand: Callable[[str], Iterable[str]]) -> Iterator[Disagreement]:
    """Yield the file sources that read a file now which one before them reads too: by links, or by two globs.

    Unlike :func:`disagreements` this looks at the disk, so it may take long. ``expand`` says which files a path or
    glob means now.
    """
    found: dict[tuple[int, int], int] = {}
    for index, source in enumerate(settings.source):
        if source.kind != "file" or not source.path:
            continue
        files = _by_inode(expand(source.path))
        twice = next((key for key in files if key in found), None)
        if twice is not None and not any(_meet(source, other) for other in settings.source[:index]):
            other: Name = ("source", found[twice])
            sentence = f"reads {files[twice]}, which {render_name(other)} reads too"
            yield Disagreement((("source", index, "path"),), sentence, other)
        found |= {key: index for key in files if key not in found}


def _by_inode(paths: Iterable[str]) -> dict[tuple[int, int], str]:
    """Return files by device and inode, links followed; one that is gone by now is left out."""
    found: dict[tuple[int, int], str] = {}
    for path in paths:
        with suppress(OSError):
            known = Path(path).stat()
            found.setdefault((known.st_dev, known.st_ino), path)
    return found


def _ladder(settings: Settings) -> Iterator[Disagreement]:
    regulation = settings.regulation
    durations, windows = ("regulation", "durations"), ("regulation", "windows")
    if len(regulation.durations) != len(regulation.windows):
        yield Disagreement(
            (windows, durations),
            f"needs one window for each of the {len(regulation.durations)} rungs of regulation.durations, "
            f"not {len(regulation.windows)}",
        )
    if list(regulation.durations) != sorted(set(regulation.durations)):
        yield Disagreement((durations,), "each rung must be longer than the one before it")
    first = min(regulation.durations, default=regulation.grace)
    if regulation.grace > first:
        yield Disagreement(
            (("regulation", "grace"), durations),
            f"must not be longer than the first rung ({render_duration(first)})",
        )
    if regulation.shared_rung > len(regulation.durations):
        yield Disagreement(
            (("regulation", "shared_rung"), durations),
            f"must be one of the {len(regulation.durations)} rungs",
        )


_MAIL = "mail."
_MAIL_MODES = ("watch", "mark", "defer", "reject")
_VISIT_MODES = ("watch", "enforce")


def _modes(settings: Settings) -> Iterator[Disagreement]:
    """A check of mail answers a sender, a check of visits sees what has happened: each has modes of its own."""
    for slug, check in settings.check.items():
        what, modes = ("mail", _MAIL_MODES) if slug.startswith(_MAIL) else ("visits", _VISIT_MODES)
        if check.mode not in ("", "off", *modes):
            words = ", ".join(("off", *modes[:-1])) + f" or {modes[-1]}"
            sentence = f'"{check.mode}" is no mode of a check of {what}; use {words}'
            yield Disagreement((("check", slug, "mode"),), sentence)


def _recipients(settings: Settings) -> Iterator[Disagreement]:
    for index, recipient in enumerate(settings.recipient):
        name: Name = ("recipient", index, "domain")
        domain = recipient.domain.lower()
        if not domain:
            yield Disagreement((name,), "must be set to the domain behind the @")
        elif domain in [other.domain.lower() for other in settings.recipient[:index]]:
            yield Disagreement((name,), f'two [[recipient]] are for "{domain}"')
        seen: dict[str, str] = {}
        for mode in ("off", *_MAIL_MODES):
            for slug in getattr(recipient, mode):
                if slug in seen:
                    sentence = f'"{slug}" stands in {seen[slug]} too; a check has one mode'
                    yield Disagreement((("recipient", index, mode),), sentence)
                seen.setdefault(slug, mode)


def _smtp(settings: Settings) -> Iterator[Disagreement]:
    smtp = settings.gate.smtp
    if smtp.enabled and not settings.mail.domains:
        yield Disagreement(
            (("mail", "domains"), ("gate", "smtp", "enabled")),
            "must name the domains for which the SMTP front takes mail",
        )
    if smtp.memory < smtp.max_message:
        yield Disagreement(
            (("gate", "smtp", "memory"), ("gate", "smtp", "max_message")),
            f"must hold one mail of gate.smtp.max_message ({smtp.max_message}) at least",
        )


def _history(settings: Settings) -> Iterator[Disagreement]:
    longest = max(settings.regulation.windows, default=settings.register.history)
    if settings.register.history < longest:
        yield Disagreement(
            (("register", "history"), ("regulation", "windows")),
            f"must be at least the longest of regulation.windows ({render_duration(longest)}), "
            "or the ladder forgets too early",
        )


def _scan(settings: Settings) -> Iterator[Disagreement]:
    if settings.scan.line > settings.scan.block:
        yield Disagreement(
            (("scan", "line"), ("scan", "block")),
            f"must not be longer than scan.block ({settings.scan.block})",
        )


def _source(settings: Settings, index: int, source: SourceSettings) -> Iterator[Disagreement]:
    here: Name = ("source", index)
    before = settings.source[:index]
    if source.kind == "file" and not source.path:
        yield Disagreement(((*here, "path"),), 'must be set where kind is "file"')
    if source.kind == "syslog" and source.transport == "unix" and not source.path:
        yield Disagreement(((*here, "path"),), 'must be set to the socket where transport is "unix"')
    if source.name and source.name in [other.name for other in before]:
        yield Disagreement(((*here, "name"),), f'two sources are named "{source.name}"')
    twin = next((at for at, other in enumerate(before) if _meet(source, other)), None)
    if twin is not None:
        other = ("source", twin)
        yield Disagreement(((*here, _place(source)[0]),), f"reads the same as {render_name(other)}", other)
    sites = [site.name for site in settings.site]
    if source.site and sites and source.site not in sites:
        names: list[Name] = [("site", at, "name") for at in range(len(sites))]
        yield Disagreement(
            ((*here, "site"), *names), f'no [[site]] is named "{source.site}"{suggestion(source.site, sites)}'
        )


def _meet(one: SourceSettings, other: SourceSettings) -> bool:
    """Say whether two sources read the same by what is written; what exists now is not looked at."""
    if one.kind == other.kind == "file" and one.path and other.path:
        return covers(one.path, other.path) or covers(other.path, one.path)
    return _place(one) == _place(other) and _place(one)[-1] is not None


def _place(source: SourceSettings) -> tuple[str, str, str | None]:
    """What no two sources may read at once: setting, kind and value, None where that is missing."""
    if source.kind == "stdin":
        return "kind", "stdin", ""
    if source.kind == "syslog" and source.transport != "unix":
        return "listen", source.transport, source.listen
    if source.kind == "journal":
        return "units", "journal", " ".join(sorted(source.units))
    return "path", source.kind, source.path or None
