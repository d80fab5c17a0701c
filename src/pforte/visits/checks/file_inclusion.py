"""File inclusion: a parameter that makes the site read a file, a stream or a foreign address."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.marks import ODD_ENCODED
from pforte.visits.checks.proof import proof
from pforte.visits.checks.spelling import COLON, SLASH, TYPED, VALUE
from pforte.visits.checks.system_file import SYSTEM_FILE, SYSTEM_FILE_SPELLED
from pforte.visits.decoding import Parameter, decode_target
from pforte.visits.visit import Visit

ID = "visit.file-inclusion"

_STREAM = linear(
    rb"(?i)^\s{0,8}(?:php://(?:input|filter|stdin|memory|temp)|expect://|phar://|zip://[^#]{1,200}#|data:[a-z/]{0,32};base64,"
    rb"(?:PD9waHA|PD89|PD8g)|data://text/plain|glob://|ogg://|rar://)"
)
_CUT_SHORT = linear(
    rb"(?i)^(?:https?|ftps?)://[^/?#\s]{1,253}/[^?#\s]{0,400}"
    rb"(?:\.(?:txt|inc|dat|log)\?{1,3}$|\x00)"
)
"""A foreign file whose question mark swallows the ending that a program adds."""
_SHELL = linear(
    rb"(?i)^(?:https?|ftps?)://[^\s]{1,400}/(?:shell|cmd|c99|r57|bypass|inject|fx29|evil|backdoor|rfi)[0-9]{0,8}\.txt$"
    rb"|^ftps?://[^\s/@]{1,80}:[^\s/@]{0,80}@"
)
"""A foreign file named like a back door, or fetched with a password."""
_METADATA = linear(
    rb"(?i)^(?:https?:)?//(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200|\[fd00:ec2::254\]"
    rb"|2852039166|0xa9fea9fe|instance-data)(?:[:/?#]|$)"
)
_PHP_SWITCH = linear(
    rb"(?i)(?:^|[\s?&])[-\xad]d\s{0,4}(?:allow_url_include|auto_prepend_file|safe_mode|disable_functions|open_basedir)"
    rb"|(?:allow_url_include|auto_prepend_file)\s{0,4}=\s{0,4}(?:1|on|php://)"
)
_DRIVE = linear(rb"^[a-z]:/")


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Convict a parameter that names a system file, a stream of PHP, a foreign script or the cloud's metadata."""
    target = decode_target(visit.target)
    if _PHP_SWITCH.search(target.query):
        return proof(ID, target.query, "no switches of the PHP interpreter in a query")
    for parameter in target.parameters:
        expected = _expected(parameter, typed=parameter.is_search and not target.disguised)
        if expected:
            return proof(ID, parameter.name + b"=" + parameter.value, expected)
    return None


def _expected(parameter: Parameter, *, typed: bool) -> str:
    value = parameter.value
    if _STREAM.match(value) and not typed:
        return "no stream wrapper as the name of a file"
    if _METADATA.match(value):
        return "no address of the cloud's metadata service"
    if typed:
        return ""
    if _names_system_file(value):
        return "no file of the operating system"
    if _CUT_SHORT.match(value) or _SHELL.match(value):
        return "no script from a foreign address"
    return ""


def _names_system_file(value: bytes) -> bool:
    """Whether the value is the absolute path of a system file (a climb is path traversal's)."""
    path = value.replace(b"\\", b"/").lower().lstrip()
    if b".." in path:
        return False
    if path.startswith(b"file:/"):
        path = path[5:].lstrip(b"/") if _DRIVE.match(path[5:].lstrip(b"/")) else b"/" + path[5:].lstrip(b"/")
    absolute = path[2:] if _DRIVE.match(path) else path
    return absolute.startswith(b"/") and SYSTEM_FILE.match(absolute.replace(b"//", b"/")) is not None


_PLACE = COLON + SLASH + SLASH
_CERTAIN = Certainty(
    marks=(
        Mark(
            VALUE + rb"(?:php" + _PLACE + rb"(?:input|filter|stdin|memory|temp)|(?:expect|phar)" + _PLACE
            + rb")"
        ),
        Mark(VALUE + rb"data" + _PLACE + rb"text" + SLASH + rb"plain"),
        Mark(VALUE + rb"file" + _PLACE + SLASH + SYSTEM_FILE_SPELLED),
        Mark(
            VALUE + rb"(?:https?|ftp)" + _PLACE + rb"[a-z0-9.-]{3,80}" + SLASH
            + rb"[a-z0-9_/.-]{0,80}\.(?:txt|inc|dat|log)\?{1,3}(?:&|$)"
        ),
        Mark(
            VALUE + rb"(?:https?|ftp)" + _PLACE + rb"[a-z0-9./-]{1,120}" + SLASH
            + rb"(?:shell|cmd|c99|r57|bypass|evil|backdoor)[0-9]{0,8}\.txt(?:&|$)"
        ),
        Mark(
            VALUE + rb"ftps?" + _PLACE + rb"[a-z0-9._-]{1,40}" + COLON + rb"[a-z0-9._-]{0,40}(?:@|%(?:25)?40)"
        ),
        Mark(VALUE + rb"https?" + _PLACE + rb"169\.254\.169\.254" + SLASH),
    ),
    doubts=(*TYPED, Mark(rb"\.\.|%(?:25)*2e")),
)  # fmt: skip

CHECK = Check(
    id=ID,
    standard="House rules s1.2",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(15, 21),
    summary=Text(
        en="A parameter tries to make the site read a system file, a foreign script or the cloud's metadata.",
        de="Ein Parameter soll die Website eine Systemdatei, ein fremdes Skript oder Cloud-Metadaten lesen lassen.",
    ),
    remedy=Text(
        en="This is what vulnerability scanners and worms send. Find the program that sent it at the time shown;"
        " if nobody started it, treat the machine as compromised. If the foreign address in the request is yours,"
        " look there for a planted script.",
        de="So etwas senden Schwachstellen-Scanner und Würmer. Suchen Sie das Programm, das es zur angegebenen Zeit"
        " gesendet hat; hat es niemand gestartet, gilt der Rechner als übernommen. Gehört die fremde Adresse in der"
        " Anfrage Ihnen, suchen Sie dort nach einem untergeschobenen Skript.",
    ),
    marks=(
        ODD_ENCODED,
        Mark(
            rb"=(?:[a-z](?::|%3a))?(?:/|\\|%2f)(?:etc|proc|root|home|var|run|usr|bin|win|boot|web-inf|meta-inf)"
        ),
        Mark(rb"=(?:php|expect|phar|zip|file|data|glob|ogg|rar)(?::|%3a)"),
        Mark(
            rb"=(?:https?|ftps?)(?::|%3a)[^ &\"]{3,253}"
            rb"(?:(?:\?|%3f)[ &?\"%]|/(?:shell|cmd|c99|r57|bypass|inject|fx29|evil|backdoor|rfi))"
        ),
        Mark(rb"=ftps?(?::|%3a)(?:/|%2f){2}[^ /&]{1,80}(?:@|%40)"),
        Mark(
            rb"169\.254\.169\.254|metadata\.google|100\.100\.100\.200|=(?:https?(?::|%3a))?(?:/|%2f){2}(?:2852039166|0xa9fe|instance-data)"
        ),
        Mark(rb"allow_url_include|auto_prepend_file"),
    ),
    signs=(
        Mark(
            rb"[/\\](?:etc|proc|root|home|var|run|usr|bin|windows|winnt|web-inf|meta-inf)[/\\]|(?:boot|win)\.ini|autoexec\.bat"
        ),
        Mark(rb"(?:php|expect|phar|zip|glob|ogg|rar|file|data|https?|ftps?):"),
        Mark(rb"169\.254\.169|metadata\.google|100\.100\.100|fd00:ec2|2852039166|0xa9fe|instance-data"),
        Mark(rb"allow_url_include|auto_prepend_file|safe_mode|disable_functions|open_basedir"),
    ),
    certain=_CERTAIN,
    judge=judge,
)
