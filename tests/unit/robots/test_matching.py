"""Which rule decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.robots.groups import parse_robots
from pforte.robots.matching import NO_RULE, Decision, canonical, decide, path_of, path_of_url, patterns_of


def verdict(rules: str, path: str) -> Decision:
    return decide(parse_robots(b"User-agent: *\n" + rules.encode()), "b", path)


def test_an_allowed_index_page_allows_its_folder():
    """As in Google's parser; a forbidden index page forbids only itself."""
    assert verdict("Disallow: /\nAllow: /a/index.html", "/a/") == Decision(True, "Allow: /a/index.html", 3)
    assert not verdict("Disallow: /\nAllow: /a/index.html", "/a/b").allowed
    assert verdict("Disallow: /a/index.html", "/a/").allowed


def test_the_decision_names_its_line():
    assert verdict("Allow: /a\nDisallow: /ab # x", "/abc") == Decision(False, "Disallow: /ab", 3)
    assert verdict("Disallow: /ab", "/a") is NO_RULE


@pytest.mark.standard("9309:2.2.2")
@pytest.mark.parametrize(
    "path", ["/robots.txt", "/robots.txt?v=1", "https://e.org/robots.txt", "/%72obots.txt"]
)
def test_robots_txt_is_always_allowed(path):
    """RFC 9309 s2.2.2: whoever may read nothing may read why."""
    assert verdict("Disallow: /", path).allowed
    assert not verdict("Disallow: /", "/robots.txt.bak").allowed
    assert not verdict("Disallow: /", "/a/robots.txt").allowed


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (b"/a?b=c&d;e:f@g", b"/a?b=c&d;e:f@g"),
        (b"/%7e%41", b"/~A"),
        (b"/%2f%3f", b"/%2F%3F"),
        (b"/\xc3\xa9", b"/%C3%A9"),
        (b'/a b"<>\\^`{|}\x00\x7f', b"/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%00%7F"),
        (b"/100%", b"/100%25"),
        (b"/%zz%4", b"/%25zz%254"),
        (b"/*$", b"/%2A%24"),
        (b"/%2a%24", b"/%2A%24"),
        (b"/%252f", b"/%252f"),
    ],
)
@pytest.mark.standard("9309:2.2.2")
def test_paths_have_one_spelling(raw, plain):
    """RFC 9309 s2.2.2 and RFC 3986 s6.2.2: one resource, one spelling."""
    assert canonical(raw) == plain


@given(st.binary(max_size=40))
def test_canonical_paths_stay_as_they_are(raw):
    """A log may hold a path that was encoded once already."""
    once = canonical(raw)
    assert canonical(once) == once
    assert once.isascii()


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/a?b#c", b"/a?b"),
        (b"//host/a", b"//host/a"),
        (b"http://e.org/a", b"/a"),
        (b"http://e.org?x=/y", b"/?x=/y"),
        (b"http://e.org", b"/"),
        (b"*", b""),
        (b"", b""),
        (b"e.org:443", b""),
        (b"\x16\x03\x01", b""),
    ],
)
def test_targets_of_logs_become_paths(target, path):
    """RFC 9112 s3.2: origin and absolute form have a path, the others none; two slashes begin a path too."""
    assert path_of(target) == path


def test_typed_urls_may_lack_a_scheme():
    assert path_of_url("e.org/a") == path_of_url("//e.org/a") == path_of_url("/a") == b"/a"
    assert path_of_url("") == b"/"


def slow_match(pattern: str, path: str) -> bool:
    """The definition itself, by recursion."""
    if pattern in ("", "$"):
        return not pattern or not path
    if pattern[0] == "*":
        return any(slow_match(pattern[1:], path[start:]) for start in range(len(path) + 1))
    return path[:1] == pattern[0] and slow_match(pattern[1:], path[1:])


@given(
    pattern=st.text(alphabet="ab*", max_size=8),
    end=st.sampled_from(["", "$"]),
    path=st.text(alphabet="ab", max_size=9),
)
def test_wildcards_match_by_their_definition(pattern, end, path):
    """RFC 9309 s2.2.3: "*" is any number of octets, a last "$" the end."""
    robots = parse_robots(f"User-agent: *\nDisallow: /{pattern}{end}".encode())
    (found,) = patterns_of(robots.groups[0].rules)
    assert found.matches(b"/" + path.encode()) == slow_match("/" + pattern + end, "/" + path)


def test_a_hundred_wildcards_on_a_long_path_end():
    """No pattern makes matching explode: this would not end with backtracking."""
    hostile = "/" + "*a" * 100 + "*b$"
    assert verdict("Disallow: " + hostile, "/" + "a" * 65_535).allowed
    assert not verdict("Disallow: " + hostile, "/" + "a" * 65_534 + "b").allowed
