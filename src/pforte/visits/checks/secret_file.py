"""Probes for files that hold secrets: ``/.env``, ``/.git/config``, keys, backups of the configuration."""

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Certainty, Check, Facts, Finding, Mark
from pforte.visits.checks.linear import linear
from pforte.visits.checks.marks import ODD_ENCODED
from pforte.visits.checks.proof import proof
from pforte.visits.checks.spelling import ODD_BYTES
from pforte.visits.decoding import decode_target, normalise_path
from pforte.visits.visit import Visit

ID = "visit.secret-file"

_NAMES = (
    rb"/(?:"
    rb"\.env(?:[._-](?:local|dev|development|prod|production|staging|stage|test|testing|old|bak|backup|save|orig"
    rb"|live|docker|ci|swp|[0-9]{1,2}))?"
    rb"|\.git/(?:config|head|index|logs/head|packed-refs|refs/heads/[a-z0-9._-]{1,40}|objects/.{1,60})"
    rb"|\.git-credentials|\.svn/(?:entries|wc\.db|all-wcprops)|\.hg/(?:hgrc|store|dirstate)|\.bzr/branch.{0,40}"
    rb"|\.aws/(?:credentials|config)|\.ssh/[a-z0-9_.-]{1,40}|\.docker/config\.json|\.dockercfg|\.kube/config"
    rb"|\.azure/.{1,40}|\.config/gcloud/.{1,60}|\.npmrc|\.netrc|\.pgpass|\.my\.cnf|\.pypirc|\.s3cfg|\.boto"
    rb"|\.(?:bash|zsh|mysql|psql|python)_history|\.htpasswd|\.vscode/(?:sftp|ftp-sync)\.json|\.ftpconfig"
    rb"|\.idea/(?:datasources|webservers|deployment)\.xml|sftp-config\.json|\.remote-sync\.json"
    rb"|id_(?:rsa|dsa|ecdsa|ed25519)|(?:private|server|privatekey|ssl|localhost)\.(?:key|pem)"
    rb"|\.?wp-config(?:-backup|-sample)?\.(?:php[._~-].{0,12}|php_bak|php~|bak|old|txt|inc|save|orig|zip|swp)"
    rb"|(?:config|configuration|settings|local|database|db|connect|localsettings|web|parameters)"
    rb"(?:\.inc)?\.(?:php|yml|xml|config|py|ini)(?:~|[._-](?:bak|old|orig|save|swp|backup|txt|copy|dist~|[0-9]{1,2}))"
    rb"|actuator/heapdump|heapdump(?:\.hprof)?|proc/self/environ|etc/(?:passwd|shadow)"
    rb"|(?:secrets|credentials)\.(?:ya?ml|json|txt|env)"
    rb"|web\.config|storage/logs/laravel\.log"
    rb")"
)
_SECRET = linear(_NAMES + rb"$")
"""Asked for by nobody who means well, whatever the answer was."""

_BACKUP = linear(
    rb"/(?:backups?|dumps?|db|database|mysql|sql|www|wwwroot|public_html|htdocs|website|bak|mysqldump"
    rb"|[a-z0-9-]{1,40}_(?:db|backup|dump)|db_?(?:backup|dump)|(?:[a-z0-9-]{1,63}\.){1,3}(?:com|org|de|eu))"
    rb"[0-9_-]{0,12}\.(?:sql|bak|tar|tgz|zip|rar|7z|old)(?:\.(?:gz|bz2|xz|zip|bak))?$"
)
"""Guesses at backups; only where the site has no such file."""

_BROWSED = rb"/(?:raw|blob|src|tree|plain|blame|commits?|browse|edit|contents|-|patch|diff|log)/"
_BROWSED_CODE = linear(_BROWSED)
"""Pages of a code host, on which such names are meant to be read."""

_ABSENT = frozenset((400, 403, 404, 410, 444))
REPOSITORIES = ("git", "svn", "hg", "bzr")
"""Software whose folder a site may serve on purpose, where it says that it runs it."""
_REPOSITORY = linear(rb"/\.(" + "|".join(REPOSITORIES).encode() + rb")/")


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Convict a request for a file of secrets; for a backup only where the site says that it has none."""
    path = normalise_path(decode_target(visit.target).path).rstrip(b"/")
    if _BROWSED_CODE.search(path):
        return None
    if found := _SECRET.search(path):
        repository = _REPOSITORY.match(found[0])
        if repository and facts.site_runs(repository[1].decode("ascii")):
            return None
        return proof(ID, path, "no file of keys, passwords or the site's source")
    if visit.status in _ABSENT and _BACKUP.search(path):
        return proof(ID, path, "no guess at the site's backups")
    return None


_CERTAIN = Certainty(
    marks=(Mark(rb"^[^?%;]*" + _NAMES.replace(rb".{", rb"[a-z0-9/_-]{") + rb"(?:$|\?)"),),
    doubts=(ODD_BYTES, Mark(_BROWSED)),
    alone=True,
)

CHECK = Check(
    id=ID,
    standard="House rules s1.3",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(15, 21),
    summary=Text(
        en="A request for files that hold passwords, keys, source code or backups, such as /.env or /.git/config.",
        de="Eine Anfrage nach Dateien mit Passwörtern, Schlüsseln, Quelltext oder Sicherungen, etwa /.env oder"
        " /.git/config.",
    ),
    remedy=Text(
        en="No page links to such files; programs guess them to steal access. Find the program that asked at the"
        " time shown. On a rented server look for foreign cron jobs and new users; if nobody started a scanner,"
        " treat the machine as compromised and rebuild it.",
        de="Keine Seite verweist auf solche Dateien; Programme raten sie, um Zugänge zu stehlen. Suchen Sie das"
        " Programm, das zur angegebenen Zeit gefragt hat. Auf einem Mietserver: nach fremden cron-Einträgen und"
        " neuen Benutzern sehen; hat niemand einen Scanner gestartet, gilt der Rechner als übernommen und gehört"
        " neu aufgesetzt.",
    ),
    marks=(
        Mark(
            rb"(?:/|%2f)\.(?:env|git|svn|hg|bzr|aws|ssh|docker|kube|azure|config/gcloud|npmrc|netrc|pgpass|my\.cnf"
            rb"|pypirc|s3cfg|boto|bash_|zsh_|mysql_|psql_|python_|htpasswd|vscode|ftpconfig|idea/|remote-sync)"
        ),
        Mark(
            rb"(?:/|%2f)id_(?:rsa|dsa|ecdsa|ed25519)|(?:private|server|privatekey|ssl|localhost)\.(?:key|pem)"
        ),
        Mark(rb"wp-config|sftp-config\.json"),
        Mark(
            rb"(?:config|configuration|settings|local|database|db|connect|web|parameters)(?:\.inc)?"
            rb"\.(?:php|yml|xml|config|py|ini)[~._-]"
        ),
        Mark(rb"heapdump|proc/self/environ|/etc/(?:passwd|shadow)|/web\.config|/laravel\.log"),
        Mark(rb"(?:secrets|credentials)\.(?:ya?ml|json|txt|env)"),
        Mark(rb"/[a-z0-9._-]{2,120}\.(?:sql|bak|tar|tgz|zip|rar|7z|old)(?:\.(?:gz|bz2|xz|zip|bak))?[ ?\"]"),
        ODD_ENCODED,
    ),
    signs=(
        Mark(rb"[/\\]\.[a-z]"),
        Mark(
            rb"[/\\]id_[a-z]|\.(?:key|pem|sql|bak|tar|tgz|zip|rar|7z|old|ya?ml|json|txt|env|hprof)|\.(?:php|xml|config|py|ini)[~._-]"
        ),
        Mark(rb"wp-config|heapdump|self/environ|etc/(?:passwd|shadow)|web\.config|laravel\.log"),
    ),
    certain=_CERTAIN,
    judge=judge,
)
