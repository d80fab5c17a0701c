"""Command injection: a shell command behind a separator, Shellshock, or a known downloader's line."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.marks import ODD_ENCODED, ODD_QUOTE
from pforte.visits.checks.proof import proof
from pforte.visits.checks.spelling import (
    DOLLAR,
    OPEN,
    SEMICOLON,
    SLASH,
    SPACE,
    TYPED,
    VALUE,
    spelled,
)
from pforte.visits.decoding import decode, decode_target
from pforte.visits.visit import Visit

ID = "visit.command-injection"

_SPACE = rb"(?:[ \t+]|\$\{?ifs\}?(?:\$9)?|%09){1,8}"
_BEHIND = rb"(?:[;|`\n]|&&|\$\(|\bthen |\bdo )[ \t]{0,8}"
_PATH = rb"(?:/(?:usr/)?(?:local/)?s?bin/|/tmp/)?"
_COMMAND = linear(
    _BEHIND + _PATH + rb"(?:"
    rb"(?:wget|curl|tftp|ftpget|fetch|lwp-download)"
    + _SPACE
    + rb"[^;|&]{0,120}?(?:https?:|ftp:|-[a-z]|[0-9]{1,3}\.[0-9])"
    rb"|cat" + _SPACE + rb"(?:/|\.\./|[a-z]:)"
    rb"|rm" + _SPACE + rb"-[rf]"
    rb"|cd" + _SPACE + rb"/(?:tmp|var|dev|etc|mnt|root)"
    rb"|chmod" + _SPACE + rb"(?:[0-7]{3,4}|\+x|[ugoa]\+)"
    rb"|(?:ba|da|z|k)?sh" + _SPACE + rb"(?:-[ci]|/)"
    rb"|(?:ba|da)?sh[ \t]{0,4}(?:$|[;|&`])"
    rb"|(?:nc|ncat|netcat)" + _SPACE + rb"(?:-|[0-9])"
    rb"|ping" + _SPACE + rb"-[cn]"
    rb"|(?:nslookup|dig|host)" + _SPACE + rb"[$`a-z0-9(-]{1,100}\."
    rb"|(?:sleep|timeout)" + _SPACE + rb"[0-9]"
    rb"|uname(?:" + _SPACE + rb"-[a-z]|[ \t]{0,4}(?:$|[;|&`)]))"
    rb"|(?:python|perl|php|ruby|lua)[0-9.]{0,4}" + _SPACE + rb"-[cer]"
    rb"|(?:powershell|cmd)(?:\.exe)?" + _SPACE + rb"[-/]"
    rb"|busybox" + _SPACE + rb"[a-z]"
    rb"|(?:echo|printf)" + _SPACE + rb"[^;|&]{0,120}[|>]"
    rb"|mkfifo" + _SPACE + rb"/|base64" + _SPACE + rb"-d"
    rb")"
)
_ALONE = rb"(?:id|whoami|ifconfig|ipconfig|printenv|netstat|uname|hostname|pwd|ls|dir|env|ps)"
_BARE = linear(
    rb"(?:^|[^\s|;&])(?:[;|\n]|&&|\|\||\$\()[ \t]?" + _PATH + _ALONE + rb"[ \t]{0,2}(?:$|[;|&)#<>\n])"
    rb"|^(?:[;|]|&&|\$\()[ \t]?" + _PATH + _ALONE + rb"[ \t]{0,2}(?:$|[;|&)#<>\n])"
    rb"|^[^\s`]{0,40}`" + _PATH + _ALONE + rb"`[^\s`]{0,20}$"
)
"""A command without arguments, right behind a separator; in prose a separator has a blank before it."""
_DOWNLOADER = linear(
    rb"(?:^|[?&=/;])cd[ \t+]/(?:tmp|var/run|mnt|root|dev/shm)[;&|]"
    rb"|\b(?:wget|curl)"
    + _SPACE
    + rb"(?:-[a-z]{1,3}"
    + _SPACE
    + rb"){0,4}(?:https?://)?[^\s;|&]{4,200}[ \t]{0,4}"
    rb"(?:;|\||&&)[ \t]{0,4}(?:/bin/)?(?:chmod|(?:ba)?sh|perl|python|cat|busybox)\b"
    rb"|/bin/busybox" + _SPACE + rb"[a-z]|/dev/tcp/[0-9]"
)
_SHELLSHOCK = linear(rb"\(\)[ \t]{0,8}\{[^}]{0,40}\}?[ \t]{0,8};")
_PHP_CALL = linear(
    rb"\b(?:system|exec|shell_exec|passthru|popen|proc_open|assert|eval|phpinfo|base64_decode|file_put_contents|md5)[ \t]{0,4}"
    rb"\((?:[ \t]{0,4}(?:['\"$)]|base64_decode|chr\(|-?[0-9]))"
)
_PHP_OPEN = linear(
    rb"<\?(?:php|=)|\$\{(?:@|print|eval|system)|\}\)?;[ \t]{0,4}(?:die|exit|echo|print|system|eval)\b"
)


def judge(visit: Visit, _facts: Facts) -> Finding | None:
    """Convict a shell command in the target, or Shellshock in the target or a header field."""
    target = decode_target(visit.target)
    for field in (target.path, target.query, decode(visit.agent), decode(visit.referrer)):
        if _SHELLSHOCK.search(field):
            return proof(ID, field, "no function definition of a shell in a request")
    path = target.path.lower()
    if found := _DOWNLOADER.search(path) or _COMMAND.search(path):
        return proof(ID, path[found.start() :], "no command line in a path")
    between = target.query.find(b"&&")
    if between >= 0 and (found := _COMMAND.match(target.query[between:].lower())):
        return proof(ID, found[0], "no command line between two parameters")
    for parameter in target.parameters:
        finding = _in_value(parameter.value.lower(), typed=parameter.is_search and not target.disguised)
        if finding is not None:
            return finding
    return None


def _in_value(text: bytes, *, typed: bool) -> Finding | None:
    """Return what a value holds; people type commands into searches, but no PHP in braces."""
    if not typed and (found := _COMMAND.search(text) or _BARE.search(text) or _DOWNLOADER.search(text)):
        return proof(ID, text[found.start() :], "no command line in a value")
    if _PHP_OPEN.search(text) and (found := _PHP_CALL.search(text)):
        return proof(ID, text[found.start() :], "no call of PHP in a value")
    return None


_SEPARATOR = (
    rb"(?:"
    + SEMICOLON
    + rb"|"
    + spelled(b"|")
    + rb"|"
    + spelled(b"`")
    + rb"|%(?:25)?0a|"
    + DOLLAR
    + OPEN
    + rb"|%26%26)"
)
_CERTAIN = Certainty(
    marks=(
        Mark(
            VALUE + rb"[a-z0-9_.-]{0,24}(?:" + _SEPARATOR + rb"[a-z]{1,12})?" + _SEPARATOR + SPACE
            + rb"{0,2}(?:cat" + SPACE + SLASH + rb"|rm" + SPACE + rb"-[rf]|(?:wget|curl)" + SPACE
            + rb"(?:https?" + spelled(b":") + rb"|-[a-z])|nc" + SPACE + rb"[-0-9]|ping" + SPACE
            + rb"-[cn]|uname" + SPACE + rb"-[a-z])"
        ),
        Mark(rb"\?cd(?:\+|%20)/(?:tmp|var/run|mnt|root|dev/shm);[a-z0-9;:%/._*|+-]{0,300}$"),
    ),
    doubts=TYPED,
)  # fmt: skip

CHECK = Check(
    id=ID,
    standard="House rules s1.1",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(15, 21),
    summary=Text(
        en="A request carries a command line that the server's shell or PHP is meant to run.",
        de="Eine Anfrage enthält eine Befehlszeile, die die Shell oder PHP des Servers ausführen soll.",
    ),
    remedy=Text(
        en="Lines such as 'wget ...; chmod 777; sh' spread worms from machine to machine: the sender is very likely"
        " infected itself. Take it off the network, look for programs in /tmp, /var/run and in cron, rebuild it;"
        " for a router, camera or recorder: reset it, update its firmware and change its password.",
        de="Zeilen wie 'wget ...; chmod 777; sh' verbreiten Würmer von Rechner zu Rechner: Der Absender ist sehr"
        " wahrscheinlich selbst befallen. Nehmen Sie ihn vom Netz, suchen Sie Programme in /tmp, /var/run und cron,"
        " setzen Sie ihn neu auf; Router, Kamera oder Rekorder: zurücksetzen, Firmware erneuern, Passwort ändern.",
    ),
    marks=(
        ODD_ENCODED,
        ODD_QUOTE,
        Mark(
            rb"(?:[;&]|%26)(?:\+|%20){0,2}(?:/(?:usr/)?bin/)?(?:wget|curl|tftp|ftpget|cat|rm|cd|chmod|sh|bash|nc|ping"
            rb"|nslookup|sleep|uname|id|whoami|ifconfig|python|perl|php|powershell|cmd|busybox|echo|printf)"
            rb"(?:[+ ;|&`\")-]|%20|\$|\.exe)"
        ),
        Mark(rb"\(\)(?:\+|%20| )?\{"),
        Mark(rb"cd(?:\+|%20)/(?:tmp|var|mnt|root|dev)"),
        Mark(rb"busybox|/dev/tcp"),
        Mark(rb"\$\{(?:@|print|eval|system)"),
    ),
    signs=(
        Mark(
            rb"[;|`&(\s](?:/[a-z/]{1,20}/)?(?:wget|curl|tftp|ftpget|fetch|lwp-download|cat|rm|cd|chmod|(?:ba|da|z|k)?sh|nc|ncat|netcat"
            rb"|ping|nslookup|dig|host|sleep|timeout|uname|id|whoami|ifconfig|ipconfig|printenv|netstat|hostname|pwd|ls|dir|env|ps|python|perl|php|ruby|lua"
            rb"|powershell|cmd|busybox|echo|printf|mkfifo|base64)\b"
        ),
        Mark(rb"\(\)\W{0,9}\{|cd[ +]/|busybox|/dev/tcp/"),
        Mark(rb"(?:wget|curl)[\s$+]"),
        Mark(rb"<\?|\$\{(?:@|print|eval|system)|;\W{0,4}(?:die|exit|echo|print|system|eval)\b"),
    ),
    certain=_CERTAIN,
    judge=judge,
)
