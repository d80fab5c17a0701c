"""Template and expression injection: sums that only a template engine would do, and gadgets of OGNL, SpEL, Jinja."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.marks import ODD_BRACE, ODD_ENCODED, ODD_QUOTE
from pforte.visits.checks.proof import proof
from pforte.visits.checks.spelling import (
    BRACE,
    DOLLAR,
    EQUALS,
    LESS,
    OUTSIDE_PARAMETERS,
    PERCENT,
    SPACE,
    STAR,
    VALUE,
)
from pforte.visits.decoding import decode, decode_target
from pforte.visits.visit import Visit

ID = "visit.template-injection"

_SUM = linear(
    rb"(?:\$\{|#\{|%\{|\{\{|<%=|\*\{|@\(|\[\[|\{php\})[ \t]{0,4}['\"]?[0-9]{1,12}['\"]?[ \t]{0,4}[*+-][ \t]{0,4}['\"]?[0-9]{1,12}"
)
_OPEN = linear(rb"[$#%*@]\{|\{\{|\{%|<%|<#|\[\[\$?\{|__\$\{|\$\$\{")
_GADGET = linear(
    rb"__(?:class|mro|subclasses|globals|builtins|import|init)__"
    rb"|\bjava\.(?:lang\.(?:runtime|processbuilder|class|thread|system)|util\.scanner|io\.)|\bjavax\.script\."
    rb"|#_memberaccess|#context\[|#attr\[|@ognl\.|\bognlcontext|\bmemberaccess|\bgetruntime\b|\bnew freemarker|freemarker\.template\.utility"
    rb"|\bconstructor[.\[]{1,2}['\"]?constructor|_self\.env|\bregisterundefinedfiltercallback"
    rb"|\bt\(java\.|\.getclass\(\)|\bclass\.forname|\bconfig\.(?:items|from_)|\brequest\.application"
    rb"|\bself\._templatereference|\bcycler\.__init__|\blipsum\.|\bxwork\."
)
_ALWAYS = linear(
    rb"\bclass(?:\.|%2e)module(?:\.|%2e)classloader\.|#_memberaccess\s{0,4}=|@ognl\.ognlcontext@"
    rb"|\(#\w{1,40}=@java\.|\bt\(java\.lang\.runtime\)|freemarker\.template\.utility\.execute|\bredirect:\$\{"
)


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Convict an expression that a template engine of the server is meant to evaluate."""
    target = decode_target(visit.target)
    whole = (target.path + b"?" + target.query).lower()
    for text in (whole, decode(visit.agent).lower(), decode(visit.referrer, plus=True).lower()):
        found = _ALWAYS.search(text) or _SUM.search(text) or (_OPEN.search(text) and _GADGET.search(text))
        if found:
            return proof(
                ID, text[max(found.start() - 20, 0) :], "no expression for the server's template engine"
            )
    return None


_PRODUCT = rb"[0-9]{1,12}" + STAR + rb"[0-9]{1,12}"
_CERTAIN = Certainty(
    marks=(
        Mark(rb"(?:" + DOLLAR + rb"|" + BRACE + rb")" + BRACE + _PRODUCT),
        Mark(
            VALUE + rb"[0-9]{0,12}" + LESS + PERCENT + EQUALS + SPACE + rb"?[0-9]{1,12}" + SPACE + rb"?"
            + STAR + SPACE + rb"?[0-9]{1,12}"
        ),
        Mark(BRACE + rb"{2}[a-z0-9_.]{0,40}__(?:class|mro|subclasses|globals|builtins|import|init)__"),
        Mark(PERCENT + BRACE + rb"[^ ]{0,60}(?:@|%(?:25)?40)java\.lang\.runtime"),
    ),
    doubts=OUTSIDE_PARAMETERS,
)  # fmt: skip

CHECK = Check(
    id=ID,
    standard="House rules s1.1",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(15, 21),
    summary=Text(
        en="A request carries an expression that a template engine of the server is meant to evaluate.",
        de="Eine Anfrage enthält einen Ausdruck, den eine Template-Engine des Servers auswerten soll.",
    ),
    remedy=Text(
        en="Expressions such as ${7*7} or #_memberAccess are sent by vulnerability scanners only. Stop the scanner"
        " or point it at your own machines; if nobody started one, treat the machine as compromised.",
        de="Ausdrücke wie ${7*7} oder #_memberAccess senden nur Schwachstellen-Scanner. Halten Sie den Scanner an"
        " oder richten Sie ihn auf eigene Rechner; hat ihn niemand gestartet, gilt der Rechner als übernommen.",
    ),
    marks=(
        ODD_ENCODED,
        ODD_BRACE,
        ODD_QUOTE,
        Mark(rb"class\.module\.classloader"),
        Mark(rb"java\.lang\.|_memberaccess"),
    ),
    signs=(
        Mark(rb"[$#%*@]\{|\{[{%]|<[%#]|\[\[|@\(|\{php\}"),
        Mark(
            rb"class\.module\.classloader|_memberaccess|ognlcontext|\(#[a-z0-9_]{1,40}=@java|java\.lang\.runtime|freemarker\.template"
        ),
    ),
    certain=_CERTAIN,
    judge=judge,
)
