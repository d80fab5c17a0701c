"""Making the scanner that the settings describe; ``scan``, ``replay``, ``checks`` and the service share it."""

from pathlib import Path

from pforte.commands.compiled_marks import open_shelf
from pforte.robots.sites import Site, Sites
from pforte.robots.versions import Versions, read_version
from pforte.settings.table import Settings
from pforte.visits.checks import CHECKS
from pforte.visits.engine import Engine, EngineError
from pforte.visits.request_rules import CoreRuleSet, RequestRules, RulesError
from pforte.visits.scan import Plan, Scanner

DEBIAN_CORE_RULES = Path("/usr/share/modsecurity-crs/rules")
MOST_RULE_BYTES = 4_194_304


class ScanningError(Exception):
    """Rules, robots.txt or engine cannot be used; the sentence names the file or setting and what to do next."""


def shipped_rules() -> Path:
    """Return the folder of the request rules that come with the program."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent.parent / "rules"


def read_rules(settings: Settings) -> RequestRules:
    """Read the request rules, and the Core Rule Set where it is wanted.

    Raises:
        ScanningError: a folder or file cannot be read, there is no rule in it, or a rule is wrong.
    """
    folder = shipped_rules() if settings.scan.rules == Path() else settings.scan.rules
    texts = {str(file): _read(file) for file in sorted(folder.glob("*.conf"))}
    if not texts:
        raise ScanningError(
            f"{folder} holds no request rules (*.conf); set scan.rules to the folder that does"
        )
    try:
        return RequestRules(texts, core=_core_rules(settings))
    except RulesError as error:
        raise ScanningError(str(error)) from error


def _core_rules(settings: Settings) -> CoreRuleSet | None:
    wanted = settings.scan.crs
    if wanted == "off":
        return None
    folder = DEBIAN_CORE_RULES if wanted == "auto" else Path(wanted)
    files = tuple(str(file) for file in sorted(folder.glob("*.conf")))
    if not files and wanted == "auto":
        return None
    if not files:
        raise ScanningError(
            f"{folder} holds no rules of the Core Rule Set; set scan.crs to the folder that does"
        )
    return CoreRuleSet(files, settings.scan.crs_paranoia, settings.scan.crs_threshold)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_RULE_BYTES + 1)
        if len(raw) > MOST_RULE_BYTES:
            raise ScanningError(f"{file} is larger than {MOST_RULE_BYTES} bytes; it is no rule file")
        return raw.decode("utf-8")
    except OSError as error:
        raise ScanningError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScanningError(f"{file} is not UTF-8 at byte {error.start}") from error


def sites_of(settings: Settings, versions: dict[str, Versions]) -> Sites:
    """Return the sites of the settings with the robots.txt versions that are known of them."""
    return Sites(
        Site(
            name=site.name,
            versions=versions.get(site.name, Versions()),
            traps=site.traps,
            runs=frozenset(software.lower() for software in site.runs),
        )
        for site in settings.site
    )


def sites_offline(settings: Settings, robots: Path | None) -> Sites:
    """Return the sites for judging a file: each robots.txt that is a file here is taken as always in force.

    Args:
        settings: name the sites.
        robots: robots.txt of the first site, or of the only one where the settings name none.

    Raises:
        ScanningError: a robots.txt cannot be read.
    """
    if robots is not None and not settings.site:
        return Sites([Site(name="localhost", versions=_always(robots))])
    versions = {}
    for number, site in enumerate(settings.site):
        if number == 0 and robots is not None:
            versions[site.name] = _always(robots)
        elif site.robots and "://" not in site.robots:
            hint = f'; the setting robots of the site "{site.name}" names it: correct it, or take it out if there is none'
            versions[site.name] = _always(Path(site.robots), hint)
    return sites_of(settings, versions)


def pages_of_robots(settings: Settings, robots: Path | None) -> list[tuple[str, str]]:
    """Return name and address of each site whose robots.txt is only to be had from the web, which offline is nobody's.

    Args:
        settings: name the sites.
        robots: robots.txt that was given for the first site, or None.
    """
    first = 0 if robots is None else 1
    return [(site.name, site.robots) for site in settings.site[first:] if "://" in site.robots]


def _always(file: Path, hint: str = "") -> Versions:
    try:
        with file.open("rb") as opened:
            return Versions((read_version(opened.read(MOST_RULE_BYTES)),))
    except OSError as error:
        raise ScanningError(f"{file} cannot be read: {error.strerror}{hint}") from error


def build_scanner(settings: Settings, sites: Sites, *, tracked: bool = False) -> Scanner:
    """Build the scanner with all checks.

    Args:
        settings: the settings in force.
        sites: the web sites with their robots.txt.
        tracked: whether changes of counts are remembered for the register.

    Raises:
        ScanningError: the rules cannot be read, or no engine for the passes is installed.
    """
    plan = plan_of(settings, sites, tracked=tracked)
    try:
        return Scanner(plan)
    except EngineError as error:
        raise ScanningError(str(error)) from error


def plan_of(settings: Settings, sites: Sites, *, tracked: bool = False) -> Plan:
    """Return what the settings want to be looked for.

    Args:
        settings: the settings in force.
        sites: the web sites with their robots.txt.
        tracked: whether changes of counts are remembered for the register.

    Raises:
        ScanningError: the rules cannot be read.
    """
    return Plan(
        checks=CHECKS,
        settings=settings.check,
        sites=sites,
        rules=read_rules(settings),
        engine=Engine(settings.scan.engine, open_shelf()),
        networks=settings.scan.networks,
        findings=settings.scan.findings,
        ipv6_prefix=settings.regulation.ipv6_prefix,
        future=settings.regulation.future,
        tracked=tracked,
    )
