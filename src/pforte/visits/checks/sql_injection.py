"""SQL injection, judged by request rules with libinjection (``rules/sql-injection.conf``)."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.marks import ODD_ENCODED, ODD_QUOTE
from pforte.visits.checks.proof import proof_by_rules
from pforte.visits.checks.spelling import (
    CLOSE,
    COMMA,
    DOUBLE_QUOTE,
    EQUALS,
    GAP,
    OPEN,
    QUOTE,
    SEMICOLON,
    SPACE,
    STAR,
    TYPED,
    VALUE,
)
from pforte.visits.visit import Visit

ID = "visit.sql-injection"


def judge(_visit: Visit, facts: Facts) -> Finding | None:
    """Convict a visit in whose parameters, path or header fields SQL breaks out of its value."""
    return proof_by_rules(ID, facts, "a value that stays a value in the SQL it ends up in")


_NUMBER = VALUE + rb"-?[0-9]{1,12}"
_LEFT = rb"(?:" + QUOTE + rb"|" + DOUBLE_QUOTE + rb"|" + CLOSE + rb")"
_OUT = VALUE + rb"(?:-?[0-9]{1,12}|-?[a-z0-9_.]{0,20}" + _LEFT + rb"{1,2})" + GAP
_SELECT = _OUT + rb"union" + GAP + rb"(?:all" + GAP + rb")?select" + GAP + rb"[a-z0-9_]{1,40}"
_ALSO = _OUT + rb"(?:and|or)" + GAP
_END = rb"(?:" + SPACE + rb"?(?:--(?:" + SPACE + rb"[0-9-]{0,8})?|%(?:25)?23))?(?:&|$)"
_CERTAIN = Certainty(
    marks=(
        Mark(_SELECT + rb"(?:" + GAP + rb")?" + COMMA),
        Mark(_SELECT + GAP + rb"from" + GAP + rb"[a-z]"),
        Mark(_ALSO + rb"sleep" + OPEN + rb"[0-9]"),
        Mark(_ALSO + rb"benchmark" + OPEN + rb"[0-9]{3,12}" + COMMA),
        Mark(
            _ALSO + rb"(?:extractvalue|updatexml)" + OPEN + rb"[a-z0-9_]{1,20}" + COMMA + SPACE + rb"?concat"
        ),
        Mark(
            VALUE + rb"-?[a-z0-9_.]{0,20}" + _LEFT + rb"{0,2}" + SEMICOLON + SPACE + rb"?waitfor" + GAP
            + rb"delay" + GAP + QUOTE + rb"[0-9]"
        ),
        Mark(
            VALUE + rb"-?[a-z0-9_.]{0,20}(?:[0-9]|" + _LEFT + rb")" + SEMICOLON + SPACE + rb"?(?:drop"
            + GAP + rb"(?:table|database|view)|delete" + GAP + rb"from|insert" + GAP + rb"into)" + GAP
        ),
        Mark(
            _NUMBER + QUOTE + GAP + rb"(?:or|and)" + GAP + QUOTE + rb"[0-9]{1,12}" + QUOTE + EQUALS
            + QUOTE + rb"[0-9]{1,12}(?:&|$)"
        ),
        Mark(
            _NUMBER + _LEFT + rb"?" + GAP + rb"(?:or|and)" + GAP + rb"[0-9]{1,12}" + EQUALS
            + rb"[0-9]{1,12}" + _END
        ),
        Mark(
            _NUMBER + GAP + rb"(?:or|and)" + GAP + OPEN + rb"select" + GAP + rb"[0-9]{1,12}" + GAP
            + rb"from" + GAP + OPEN + rb"select" + GAP + rb"count" + OPEN + STAR + CLOSE + COMMA
            + rb"concat" + OPEN
        ),
    ),
    doubts=TYPED,
)  # fmt: skip

CHECK = Check(
    id=ID,
    standard="House rules s1.1",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(16, 21),
    summary=Text(
        en="A request carries SQL that tries to break out of a value into the database's command.",
        de="Eine Anfrage enthält SQL, das aus einem Wert in den Befehl an die Datenbank ausbrechen will.",
    ),
    remedy=Text(
        en="Requests like these come from attack tools such as sqlmap. Find the program on the machine that made"
        " them at the time shown; if nobody there runs a test that we agreed to, treat the machine as compromised:"
        " take it off the network, rebuild it and change the passwords that were used on it.",
        de="Solche Anfragen stammen von Angriffswerkzeugen wie sqlmap. Suchen Sie auf dem Rechner das Programm,"
        " das sie zur angegebenen Zeit gestellt hat. Wenn dort niemand einen mit uns vereinbarten Test ausführt,"
        " gilt der Rechner als übernommen: vom Netz nehmen, neu aufsetzen und die dort benutzten Passwörter ändern.",
    ),
    marks=(
        ODD_ENCODED,
        ODD_QUOTE,
        Mark(rb"union.{1,40}select"),
        Mark(rb"(?:sleep|benchmark|extractvalue|updatexml)\("),
        Mark(rb"information_schema|sqlite_master|pg_catalog|sysobjects|waitfor.{1,9}delay"),
        Mark(rb"(?:\+|%20|\*/)(?:and|or|xor)(?:\+|%20|/\*).{0,24}(?:[=<>]|%3d|select)"),
        Mark(rb"(?:\+|%20|\*/)order(?:\+|%20|/\*).{0,8}by(?:\+|%20|/\*)"),
        Mark(
            rb";(?:\+|%20){0,3}(?:select|drop|insert|update|delete|exec|declare|shutdown|create|alter|truncate|waitfor)"
        ),
    ),
    signs=(
        Mark(
            rb"['\"`]\W{0,8}(?:or|and|xor|union|having|order|group|r?like|between|div|procedure|--|#|/\*|;|=|\|\||&&)"
        ),
        Mark(
            rb"union\b.{1,40}select|\b(?:pg_)?sleep\W{0,4}\(|(?:benchmark|extractvalue|updatexml|load_file|sysdate)\W{0,4}\("
        ),
        Mark(
            rb"waitfor\b.{1,9}delay|xp_cmdshell|dbms_(?:pipe|lock)|into\b.{1,9}(?:out|dump)file|information_schema"
        ),
        Mark(
            rb"sqlite_master|sysobjects|from\W{1,8}pg_|all_tables|user_tables|msysaccessobjects|from\W{1,8}(?:mysql|sys|master|pg_catalog)\W"
        ),
        Mark(
            rb"[\d)\s/]\W{0,8}(?:or|and|xor|having|order|procedure)\W.{0,24}(?:[=<>\d]|like|between|in\W|select|analyse)"
        ),
        Mark(
            rb";\W{0,8}(?:select|drop|insert|update|delete|exec|declare|shutdown|create|alter|truncate|waitfor|if)\b"
        ),
    ),
    certain=_CERTAIN,
    judge=judge,
)
