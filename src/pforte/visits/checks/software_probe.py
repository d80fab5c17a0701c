"""Probes for software that the site does not run: log-in pages and consoles, tried one after the other."""

from datetime import timedelta

from pforte.bans.offence import Kind, Mode
from pforte.languages import Text
from pforte.visits.checks.declaration import Check, Facts, Finding, Mark, Threshold
from pforte.visits.checks.linear import Table
from pforte.visits.checks.proof import proof
from pforte.visits.decoding import decode_target, normalise_path
from pforte.visits.visit import Visit

ID = "visit.software-probe"

_ABSENT = frozenset((400, 404, 410, 444))
"""Answers that say the software is not there. 403 may guard a real one, a redirect may lead to it."""

DOORS: tuple[tuple[str, bytes], ...] = (
    ("wordpress", rb"/(?:wp-login\.php|xmlrpc\.php|wp-cron\.php|wp-admin(?:/[a-z0-9._-]{0,60}){0,3}|wlwmanifest\.xml)$"),
    ("wordpress", rb"/wp-(?:content|includes)/.{0,200}\.php$|/wp-json/wp/v2/users"),
    ("phpmyadmin", rb"/(?:phpmyadmin[0-9._-]{0,12}|pma[0-9]{0,4}|myadmin|mysqladmin|dbadmin|sqlmanager|mysqlmanager|php-my-admin|websql|mysql-admin)(?:/(?:index\.php|scripts/setup\.php|main\.php|print\.css))?$"),
    ("adminer", rb"/adminer(?:-[0-9.]{1,12}(?:-mysql)?(?:-en)?)?\.php$"),
    ("joomla", rb"/administrator(?:/index\.php)?$|/components/com_[a-z0-9]{2,40}(?:/|$)"),
    ("drupal", rb"/user/register$|/node/add(?:/[a-z]{1,20})?$|/sites/all/modules(?:/|$)|/core/install\.php$"),
    ("admin", rb"/admin(?:istrator)?(?:/login|/index|/admin|)?\.(?:php|asp|aspx|jsp|cgi)$|/admin/(?:config|controller|account)\.php$"),
    ("editor", rb"/(?:fckeditor|ckfinder|kcfinder|elfinder|filemanager|kindeditor|ueditor)(?:/|$)"),
    ("tomcat", rb"/(?:host-)?manager/(?:html|text|status)$"),
    ("phpinfo", rb"/(?:phpinfo|php_info|info|i|test|_profiler/phpinfo|phpversion)[0-9]{0,2}\.php$|/_profiler/phpinfo$"),
    ("composer", rb"/composer\.(?:json|lock)$|/docker-compose\.ya?ml$|/package(?:-lock)?\.json$|/\.ds_store$|/\.gitignore$|/setup\.cgi$"),
    ("server-status", rb"/server-(?:status|info)$|/nginx_status$"),
    ("solr", rb"/solr(?:/admin/(?:info/system|cores|ping))?$"),
    ("actuator", rb"/(?:[a-z0-9-]{1,20}/)?actuator(?:/(?:env|health|info|mappings|beans|configprops|loggers|jolokia))?$|/jolokia(?:/|$)"),
    ("jenkins", rb"/jenkins(?:/(?:login|script))?$|/hudson(?:/script)?$"),
    ("owa", rb"/owa/auth/(?:logon\.aspx|x\.js)$|/ecp/current/exporttool|/owa$|/ecp$"),
    ("vpn", rb"/dana-na/auth(?:/|$)|/remote/login$|/\+cscoe\+(?:/|$)|/global-protect(?:/|$)|/sslvpn_logon\.shtml$|/vpn/index\.html$"),
    ("geoserver", rb"/geoserver/web$|/geoserver$"),
    ("nacos", rb"/nacos(?:/v1/auth/users|/index\.html)?$|/druid/index\.html$"),
    ("api", rb"/v1/agent/self$|/_cat/indices$|/api/v1/pods$|/v2/_catalog$|/containers/json$|/version\.json~$"),
    ("weblogic", rb"/console/login/loginform\.jsp$|/console$"),
    ("debug", rb"/telescope/requests$|/debug/default/view$|/debug/pprof$|/app_dev\.php$|/_debugbar/open$|/elmah\.axd$|/trace\.axd$"),
    ("magento", rb"/downloader/index\.php$|/magento_version$|/rss/catalog/notifystock$|/admin/cms_wysiwyg(?:/|$)"),
    ("coldfusion", rb"/cfide/administrator"),
    ("freepbx", rb"/admin/ajax\.php$|/recordings/(?:index\.php)?$|/(?:a2billing|vtigercrm)(?:/|$)"),
    ("nmap", rb"/(?:sdk|evox/about)$"),
    ("webshell", rb"/(?:1|2|a|x|xx|xmr|up|upload|uploader|mini|cmd|about|radio|lock360|wp-22|wp-conflg|wp-sigunq|simple|moon|dropdown|atomlib)\.php$"),
    ("backup-admin", rb"/(?:typo3conf|bitrix/admin|netcat/admin|umbraco|sitecore/login|kentico)(?:/|$)"),
)  # fmt: skip
"""Software and the pattern of its doors, for a normalised path without a slash at its end."""

_TABLE = Table([pattern for _, pattern in DOORS])


def judge(visit: Visit, facts: Facts) -> Finding | None:
    """Count a request for the door of software that the site does not have (the answer says so)."""
    if visit.status not in _ABSENT:
        return None
    path = normalise_path(decode_target(visit.target).path).rstrip(b"/")
    for place in _TABLE.found(path):
        software = DOORS[place][0]
        if not facts.site_runs(software):
            return proof(ID, path, f"no search for {software} where there is none")
    return None


CHECK = Check(
    id=ID,
    standard="House rules s1.3",
    default=Mode.ENFORCE,
    kind=Kind.ATTACK,
    categories=(21, 19),
    summary=Text(
        en="Several log-in pages or consoles of software that the site does not run were tried in a short time.",
        de="In kurzer Zeit wurden mehrere Anmeldeseiten oder Konsolen von Software probiert, die es hier nicht gibt.",
    ),
    remedy=Text(
        en="A program goes through a list of doors (wp-login.php, phpMyAdmin, /manager/html ...) on every site it"
        " finds. If it is a customer's scanner or monitor, let it name its own sites; if nobody started it, the"
        " machine runs somebody else's program.",
        de="Ein Programm probiert auf jeder Website eine Liste von Türen durch (wp-login.php, phpMyAdmin,"
        " /manager/html ...). Ist es der Scanner oder Monitor eines Kunden, soll er nur eigene Websites prüfen;"
        " hat ihn niemand gestartet, läuft auf dem Rechner ein fremdes Programm.",
    ),
    marks=(
        Mark(rb"/(?:wp-login|xmlrpc|wp-cron)\.php|/wp-admin|wlwmanifest\.xml|/wp-(?:content|includes)/[^ ?\"]{1,200}\.php|/wp-json/wp/v2/users"),
        Mark(rb"/(?:php-?my-?admin|pma|mysql-?admin|myadmin|dbadmin|sqlmanager|mysqlmanager|websql|adminer)[0-9./ _-]"),
        Mark(rb"/administrator[/ ]|/components/com_|/user/register|/node/add|/sites/all/modules/|/core/install\.php"),
        Mark(rb"/admin(?:istrator)?(?:/(?:login|index|admin|config|controller|account|ajax))?\.(?:php|aspx?|jsp|cgi)"),
        Mark(rb"/(?:fckeditor|ckfinder|kcfinder|elfinder|filemanager|kindeditor|ueditor)/"),
        Mark(rb"/manager/(?:html|text|status)|/phpinfo|/php_info|/info[0-9]?\.php|/test[0-9]?\.php|/i\.php|/phpversion\.php"),
        Mark(rb"/server-(?:status|info)|/nginx_status|/solr[/ ]|/actuator|/jolokia|/jenkins[/ ]|/hudson"),
        Mark(rb"/owa[/ ]|/ecp[/ ]|/dana-na/auth|/remote/login|/\+cscoe\+|/global-protect|/sslvpn_logon|/vpn/index"),
        Mark(rb"/geoserver|/nacos[/ ]|/druid/index|/v1/agent/self|/_cat/indices|/api/v1/pods|/v2/_catalog|/containers/json"),
        Mark(rb"/console[/ ]|/telescope/|/debug/(?:default|pprof)|/app_dev\.php|/_debugbar|/(?:elmah|trace)\.axd|/cfide/"),
        Mark(rb"/downloader/index\.php|/magento_version|/rss/catalog/|/admin/cms_|/recordings/|/a2billing/|/vtigercrm/"),
        Mark(rb"/sdk[ ?]|/evox/about"),
        Mark(rb"/composer\.(?:json|lock)|/docker-compose\.|/package(?:-lock)?\.json|/\.ds_store|/\.gitignore|/setup\.cgi"),
        Mark(rb"/(?:1|2|a|x|xx|xmr|up|upload|uploader|mini|cmd|about|radio|lock360|wp-22|wp-conflg|wp-sigunq|simple|moon|dropdown|atomlib)\.php"),
        Mark(rb"/typo3conf|/bitrix/admin|/netcat/admin|/umbraco|/sitecore/login|/kentico"),
    ),
    threshold=Threshold(3, timedelta(hours=1), distinct=True),
    judge=judge,
)  # fmt: skip
