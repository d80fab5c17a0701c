"""Our reading of robots.txt against Google's own parser.

Two packages carry it: ``jwm.robotstxt`` wraps the original, ``fast_robotstxt`` a fork that also normalises
URLs. Protego is a third, independent reader. Where the two of Google agree we must agree with them, down to
the deciding line; each difference stands in ``docs/decisions/0007-robots-readings.md`` and in a case below.
"""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jwm.robotstxt.googlebot import RobotsMatcher as GoogleMatcher
from protego import Protego
from robotstxt import RobotsMatcher as ForkMatcher

from pforte.robots.compiled import CompiledRobots
from pforte.robots.groups import parse_robots
from pforte.robots.matching import decide

google = GoogleMatcher()
fork = ForkMatcher()


def ask_google(robots: str, agent: str, url: str):
    allowed = google.OneAgentAllowedByRobots(robots, agent, url)
    return allowed, google.matching_line()


def ask_fork(robots: str, agent: str, url: str):
    allowed = fork.is_allowed(robots, agent, url)
    return allowed, fork.matching_line


def ask_us(robots: str, agent: str, url: str):
    decision = decide(parse_robots(robots.encode("utf-8", "surrogateescape")), agent, url)
    return decision.allowed, decision.line


STAR = "User-agent: *\n"
MISSPELT = "Dissallow: /a\nDisalow: /b\nDiasllow: /c\nDisallaw: /d\nDissalow: /e"  # codespell:ignore disalow,dissallow,dissalow
TYPO = MISSPELT[:9]
RFC_EXAMPLE = (
    "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n"
    "User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n"
    "User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n"
)

# robots.txt, agent, URL, allowed, deciding line
AGREED = [
    # RFC 9309 s5.1
    (RFC_EXAMPLE, "anybot", "https://e.org/a.gif", False, 2),
    (RFC_EXAMPLE, "anybot", "https://e.org/a.gif?x", True, 0),
    (RFC_EXAMPLE, "anybot", "https://e.org/example/", False, 3),
    (RFC_EXAMPLE, "anybot", "https://e.org/publications/a.gif", True, 4),
    (RFC_EXAMPLE, "foobot", "https://e.org/example/page.html", True, 8),
    (RFC_EXAMPLE, "foobot", "https://e.org/a.gif", False, 7),
    (RFC_EXAMPLE, "barbot", "https://e.org/example/page.html", False, 13),
    (RFC_EXAMPLE, "bazbot", "https://e.org/example/", True, 0),
    (RFC_EXAMPLE, "quxbot", "https://e.org/example/", True, 0),
    # RFC 9309 s5.2 and s2.2.2: longest match, Allow wins ties
    (
        "User-agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
        "foobot",
        "https://e.org/example/page/disallowed.gif",
        False,
        3,
    ),
    (STAR + "Disallow: /\nAllow: /p", "b", "/page", True, 3),
    (STAR + "Allow: /folder\nDisallow: /folder", "b", "/folder/page", True, 2),
    (STAR + "Disallow: /folder\nAllow: /folder", "b", "/folder/page", True, 3),
    (STAR + "Allow: /page\nDisallow: /*.htm", "b", "/page.htm", False, 3),
    (STAR + "Allow: /$\nDisallow: /", "b", "https://e.org/", True, 2),
    (STAR + "Allow: /$\nDisallow: /", "b", "https://e.org/page.htm", False, 3),
    (STAR + "Disallow: /x\nDisallow: /x", "b", "/x", False, 2),
    # empty patterns
    (STAR + "Disallow:", "b", "/x", True, 2),
    (STAR + "Disallow:\nDisallow: /x", "b", "/x", False, 3),
    (STAR + "Allow:\nDisallow: /", "b", "/x", False, 3),
    (STAR + "Disallow:\nAllow:", "b", "/x", True, 3),
    ("", "b", "/x", True, 0),
    ("Disallow: /", "b", "/x", True, 0),
    # wildcards and ends
    (STAR + "Disallow: /*.php$", "b", "/a/b.php", False, 2),
    (STAR + "Disallow: /*.php$", "b", "/a/b.php?x", True, 0),
    (STAR + "Disallow: /*.php$", "b", "/a/b.php/", True, 0),
    (STAR + "Disallow: /fish*.php", "b", "/fishheads/catfish.php?p", False, 2),
    (STAR + "Disallow: /fish*.php", "b", "/Fish.PHP", True, 0),
    (STAR + "Disallow: /a*b*c$", "b", "/abcabc", False, 2),
    (STAR + "Disallow: /a*bc$", "b", "/abcb", True, 0),
    (STAR + "Disallow: /a*aa$", "b", "/aa", True, 0),
    (STAR + "Disallow: /a*aa$", "b", "/aaa", False, 2),
    (STAR + "Disallow: *", "b", "/", False, 2),
    (STAR + "Disallow: /**//***x", "b", "/a//x", False, 2),
    (STAR + "Disallow: $", "b", "/", True, 0),
    (STAR + "Disallow: /x$y", "b", "/x$yz", False, 2),
    (STAR + "Disallow: /x$$", "b", "/x$", False, 2),
    (STAR + "Disallow: *$", "b", "/anything", False, 2),
    (STAR + "Disallow: private", "b", "/private", True, 0),
    # percent-encoding and UTF-8
    (STAR + "Disallow: /mus\u00e9", "b", "/mus%C3%A9", False, 2),
    (STAR + "Disallow: /mus%c3%a9", "b", "/mus%C3%A9", False, 2),
    (STAR + "Disallow: /\u30c4", "b", "/%E3%83%84", False, 2),
    (STAR + "Disallow: /a%2fb", "b", "/a%2Fb", False, 2),
    (STAR + "Allow: /\u00e9*\nDisallow: /%C3%A9ab", "b", "/%C3%A9abc", False, 3),
    (STAR + "Disallow: /x\u00a0", "b", "/x", True, 0),
    # byte order mark, line ends, long lines
    ("\ufeffUser-agent: *\nDisallow: /x", "b", "/x", False, 2),
    (STAR.replace("\n", "\r") + "Disallow: /x\rAllow: /x/y", "b", "/x/y", True, 3),
    ("User-agent: *\r\n\r\nDisallow: /x\r\n", "b", "/x", False, 3),
    ("User-agent: *\n\rDisallow: /x", "b", "/x", False, 3),
    (STAR + "Disallow: /x", "b", "/x", False, 2),
    (STAR + "#" + "x" * 17_000 + "\nDisallow: /a", "b", "/a", False, 3),
    (STAR + "Disallow: /" + "a" * 17_000, "b", "/" + "a" * 16_652, False, 2),
    (STAR + "Disallow: /" + "a" * 17_000, "b", "/" + "a" * 16_651, True, 0),
    # comments, white space, lenience
    (STAR + "Disallow: /x#y", "b", "/x", False, 2),
    (STAR + "Disallow: /x y", "b", "/x", True, 0),
    ("  user-AGENT \t:\t* \n dIsAllow\t:/x\t", "b", "/x", False, 2),
    (STAR + "Disallow /x", "b", "/x", False, 2),
    (STAR + "Disallow /x y", "b", "/x", True, 0),
    (STAR + MISSPELT, "b", "/c", False, 4),
    ("Useragent: b\nDisallow: /x\nUser agent: c\nDisallow: /y", "c", "/y", False, 4),
    (STAR + "Disallowed: /x", "b", "/x", False, 2),
    (STAR + ": /x\nfoo\n\0\nDisallow: /x", "b", "/x", False, 5),
    # groups
    (
        "User-agent: a\nDisallow: /x\nUser-agent: *\nDisallow: /\nUser-agent: A\nDisallow: /y",
        "a",
        "/y",
        False,
        6,
    ),
    (
        "User-agent: a\nDisallow: /x\nUser-agent: *\nDisallow: /\nUser-agent: A\nDisallow: /y",
        "a",
        "/z",
        True,
        0,
    ),
    ("User-agent: a\nUser-agent: b\n\nDisallow: /x", "a", "/x", False, 4),
    ("User-agent: a\nSitemap: /s\nUser-agent: b\nDisallow: /x", "a", "/x", False, 4),
    ("User-agent: a\nCrawl-delay: 5\nUser-agent: b\nDisallow: /x", "a", "/x", False, 4),
    ("User-agent: a\nUser-agent: *\nDisallow: /x", "a", "/x", False, 3),
    ("User-agent: a\nAllow:\nUser-agent: *\nDisallow: /", "a", "/x", True, 2),
    ("User-agent: *\nDisallow: /x\nUser-agent: *\nDisallow: /y", "q", "/x", False, 2),
    ("User-agent: * bots\nDisallow: /", "q", "/x", False, 2),
    ("User-agent: *bots\nDisallow: /", "q", "/x", True, 0),
    # names
    ("User-agent: Googlebot\nDisallow: /", "Googlebot-Image", "/x", True, 0),
    ("User-agent: Googlebot-Image\nDisallow: /", "Googlebot", "/x", True, 0),
    ("User-agent: googleBOT\nDisallow: /", "GOOGLEbot", "/x", False, 2),
    ("User-agent: Googlebot/2.1\nDisallow: /", "Googlebot", "/x", False, 2),
    ("User-agent: Googlebot Images\nDisallow: /", "Googlebot", "/x", False, 2),
    ("User-agent: foo\nDisallow: /", "foobar", "/x", True, 0),
    ("User-agent: a\nDisallow: /", "apple", "/x", True, 0),
    ("User-agent: a\nDisallow: /", "a", "/x", False, 2),
    # index.html stands for its folder where it is allowed
    (STAR + "Allow: /a/index.html\nDisallow: /", "b", "/a/", True, 2),
    (STAR + "Allow: /a/index.htm\nDisallow: /", "b", "/a/b", False, 3),
    (STAR + "Disallow: /a/index.html", "b", "/a/", True, 0),
    # URLs
    (STAR + "Disallow: /?x", "b", "http://e.org?x", False, 2),
    (STAR + "Disallow: /", "b", "e.org", False, 2),
    (STAR + "Disallow: /a", "b", "e.org/a", False, 2),
    (STAR + "Disallow: /a", "b", "//e.org/a", False, 2),
    (STAR + "Disallow: /a", "b", "https://u:p@e.org:8443/a#b", False, 2),
    (STAR + "Disallow: /x", "b", "https://e.org/#/x", True, 0),
    (STAR + "Disallow: /b", "b", "/r?u=http://e.org/b", True, 0),
]

# Where we differ from one or both of them on purpose, with the reason.
DIFFERENT = [
    # RFC 9309 s2.2.2: /robots.txt is implicitly allowed; Google leaves that to its fetcher.
    (STAR + "Disallow: /", "b", "https://e.org/robots.txt", True, 0),
    # RFC 9309 s2.2.2: what is encoded without need is decoded; the original expects that of its caller.
    (STAR + "Disallow: /~joe", "b", "/%7ejoe", False, 2),
    (STAR + "Disallow: /%62%61%7A", "b", "/baz", False, 2),
    (STAR + "Disallow: /mus\u00e9", "b", "/mus%c3%a9", False, 2),
    # RFC 9309 s2.2.3: %2A and %24 name the characters themselves; the original expects that of its caller.
    (STAR + "Disallow: /file-%2A.html", "b", "/file-*.html", False, 2),
    (STAR + "Disallow: /foo-%24", "b", "/foo-$", False, 2),
    # RFC 3986 s2.2: an encoded reserved character is another one; the fork decodes it.
    (STAR + "Disallow: /a%2Fb", "b", "/a/b", True, 0),
    # Names with digits (against s2.2.1, but MJ12bot is real) are found; Google reads them as "MJ".
    ("User-agent: MJ12bot\nDisallow: /", "MJ12bot", "/x", False, 2),
    # A whole agent is searched for its name; Google takes only bare product tokens.
    ("User-agent: Googlebot\nDisallow: /", "Googlebot/2.1", "/x", False, 2),
    (
        "User-agent: foobot\nDisallow: /",
        "Mozilla/5.0 (compatible; FooBot/1.0; +https://e.org/)",
        "/x",
        False,
        2,
    ),
    # RFC 3986 s3.2: ";" does not end the authority; the original thinks it does.
    (STAR + "Disallow: /;x", "b", "http://e.org;x", True, 0),
]


@pytest.mark.parametrize(("robots", "agent", "url", "allowed", "line"), AGREED)
def test_google_and_we_read_the_same(robots, agent, url, allowed, line):
    """The table holds what Google's parser says, so a crawler that uses it is never blamed wrongly."""
    assert ask_us(robots, agent, url) == (allowed, line)
    assert ask_google(robots, agent, url) == (allowed, line)
    if "\0" not in robots:  # the fork takes NUL for a character of the pattern
        assert ask_fork(robots, agent, url) == (allowed, line)


@pytest.mark.parametrize(("robots", "agent", "url", "allowed", "line"), DIFFERENT)
def test_known_differences_stay_as_written(robots, agent, url, allowed, line):
    """A difference on purpose must differ from someone still, or it has become a mistake of this table."""
    assert ask_us(robots, agent, url) == (allowed, line)
    theirs = {ask_google(robots, agent, url), ask_fork(robots, agent, url)}
    assert theirs != {(allowed, line)}


agents = st.sampled_from(["a", "ab", "Foo", "foo-bar", "foo_bar", "FOO"])
words = st.text(alphabet="ab/*$?=.-", min_size=0, max_size=8)
patterns = st.one_of(words.map("/".__add__), words, st.just("/index.html"), st.just(""))
rule_lines = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["Allow", "Disallow", "disallow", TYPO, "allow ", "\tDisallow", "Disallowx"]),
    st.sampled_from([":", ": ", " : ", " "]),
    patterns,
    st.sampled_from(["", " ", "# c", " #"]),
)
agent_lines = st.builds(
    "{}{}".format,
    st.sampled_from(["User-agent: ", "user-agent:", "useragent:", "User agent : "]),
    st.one_of(agents, st.sampled_from(["*", "* x", "*x", "foo/1.0", "foo bar"])),
)
other_lines = st.sampled_from(["", "# c", "Sitemap: /s", "Crawl-delay: 1", "junk", ": x", " ", "Noindex: /a"])
files = st.builds(
    lambda lines, end, last: end.join(lines) + (end if last else ""),
    st.lists(st.one_of(agent_lines, rule_lines, rule_lines, other_lines), max_size=14),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
paths = st.text(alphabet="ab/?=.-", max_size=10).map("/".__add__)


@settings(max_examples=200, deadline=None)
@given(robots=files, agent=agents, path=paths)
def test_generated_files_read_as_google_reads_them(robots, agent, path):
    """Any file, any agent, any plain path: the same answer from the same line as Google's parser."""
    url = "https://e.org" + path
    assert ask_us(robots, agent, url) == ask_google(robots, agent, url)


raw_lines = st.lists(
    st.one_of(
        st.just("User-agent: *"),
        st.text(alphabet="ab/*$%25cC3aA9é\u30c4 ~", max_size=10).map("Disallow: /{}".format),
        st.text(alphabet="ab/*$%25cC3aA9é\u30c4 ~", max_size=10).map("Allow: /{}".format),
    ),
    max_size=6,
).map(lambda lines: "\n".join(["User-agent: *", *lines]))
escaped_paths = st.lists(
    st.sampled_from(["a", "b", "/", "%C3%A9", "%25", "%2F", "?", "%E3%83%84", "~", "9", "C", "3"]), max_size=8
).map(lambda parts: "/" + "".join(parts))


@settings(max_examples=150, deadline=None)
@given(robots=raw_lines, path=escaped_paths)
def test_percent_encoding_reads_as_google_reads_it(robots, path):
    """Where Google's parser and its fork agree about an encoded path, we agree with both."""
    # A wildcard next to a piece of an escape matches inside escapes; spellings then decide, not meaning.
    assume(not any(mark in robots for mark in ("*", "$")) or "%" not in robots + path)
    theirs = ask_google(robots, "b", path)[0]
    assume(theirs == ask_fork(robots, "b", path)[0])
    assert ask_us(robots, "b", path)[0] == theirs


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(st.one_of(st.sampled_from(["User-agent: foo", "User-agent: *"]), rule_lines), max_size=8),
    path=paths,
)
def test_protego_reads_the_same_groups(lines, path):
    """An independent reader agrees on well-formed files, so Google's code is not our only witness."""
    plain = [line for line in lines if line.startswith(("User-agent", "Allow: /", "Disallow: /"))]
    plain = [line.split("#")[0].strip() for line in plain]
    # Protego's own ways: it ranks patterns by the length of a rewritten pattern, index.html is no folder to
    # it, and a user-agent line without rules ends the group before it only sometimes.
    assume(not any(mark in line for line in plain[1:] for mark in ("*", "$", "index")))
    robots = "\n".join(["User-agent: foo", *(line for line in plain if not line.startswith("User-agent"))])
    url = "https://e.org" + path
    assert ask_us(robots, "foo", url)[0] == Protego.parse(robots).can_fetch(url, "foo")


@settings(max_examples=150, deadline=None)
@given(robots=files, agent=agents, path=paths)
def test_the_compiled_form_decides_the_same(robots, agent, path):
    """The hot path is the plain one, faster: same answer, same line."""
    parsed = parse_robots(robots.encode())
    compiled = CompiledRobots(parsed).rules_for((agent.lower(),))
    assert compiled.decide(path.encode()) == decide(
        parsed, agent, path if not path.startswith("//") else "http://e.org" + path
    )
