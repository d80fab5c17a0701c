"""Reading robots.txt into groups."""

import pytest

from pforte.robots.groups import LINE_LIMIT, SIZE_LIMIT, Group, Robots, Rule, parse_robots


def test_groups_keep_their_lines():
    """Every rule can be shown to the one it forbade, with its line as written."""
    robots = parse_robots(b"# us\nUser-agent: Foo\nUser-Agent: bar\n\n  Disallow : /x  # why\nAllow:/y\n")
    assert robots == Robots(
        groups=(
            Group(
                ("foo", "bar"),
                (Rule(False, b"/x", 5, "Disallow : /x"), Rule(True, b"/y", 6, "Allow:/y")),
                2,
            ),
        )
    )


@pytest.mark.standard("9309:2.2.1")
def test_groups_of_one_agent_are_merged():
    """RFC 9309 s2.2.1: all groups that name the agent count together, whatever stands between them."""
    robots = parse_robots(
        b"User-agent: a\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: A\nDisallow: /3"
    )
    assert [rule.pattern for rule in robots.rules_for("A") or ()] == [b"/1", b"/3"]
    assert robots.rules_for("c") is None
    assert robots.rules_for("*") is None


@pytest.mark.standard("9309:2.2.4")
@pytest.mark.parametrize(
    "record", [b"Sitemap: https://e.org/s.xml", b"Crawl-delay: 3", b"Host: e.org", b"junk"]
)
def test_other_records_do_not_end_a_group(record):
    """RFC 9309 s2.2.4: a group goes on after records outside the standard."""
    robots = parse_robots(b"User-agent: a\n" + record + b"\nUser-agent: b\nDisallow: /x")
    assert [group.agents for group in robots.groups] == [("a", "b")]


def test_sitemaps_are_kept():
    robots = parse_robots(b"Sitemap: https://e.org/s.xml\nsite-map: /t")
    assert robots.sitemaps == ("https://e.org/s.xml", "/t")


def test_a_last_group_without_rules_allows_everything():
    """RFC 9309 s2.1: the last group may have no rules."""
    assert parse_robots(b"User-agent: a").rules_for("a") == ()


@pytest.mark.standard("9309:2.5")
def test_only_whole_lines_within_the_limit_count():
    """A crawler may stop at 500 KiB; a rule cut there would forbid more than was written."""
    head = b"User-agent: *\nDisallow: /whole\n"
    filler = b"#" * (SIZE_LIMIT - len(head) - len(b"\nDisallow: /cut")) + b"\n"
    robots = parse_robots(head + filler + b"Disallow: /cut-in-the-middle\nDisallow: /after\n")
    assert robots.truncated
    assert [rule.pattern for rule in robots.rules_for("*") or ()] == [b"/whole"]
    exact = (head + b"#" * SIZE_LIMIT)[: SIZE_LIMIT - len(b"\nDisallow: /end")] + b"\nDisallow: /end"
    assert not parse_robots(exact).truncated
    assert len(parse_robots(exact).groups[0].rules) == 2


def test_lines_are_cut_where_google_cuts_them():
    robots = parse_robots(b"User-agent: *\nDisallow: /" + b"a" * 2 * LINE_LIMIT)
    assert len(robots.groups[0].rules[0].pattern) == LINE_LIMIT - len("Disallow: ")
    assert len(robots.groups[0].rules[0].text) == 500


def test_the_strict_reading_cuts_no_line():
    """RFC 9309 has no longest line: a crawler that reads the whole one must not be blamed for its beginning."""
    raw = b"User-agent: *\nDisallow: /" + b"a" * 2 * LINE_LIMIT
    assert len(parse_robots(raw, strict=True).groups[0].rules[0].pattern) == 2 * LINE_LIMIT + 1


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"])
def test_a_byte_order_mark_is_skipped_even_in_part(mark):
    assert parse_robots(mark + b"User-agent: a\nDisallow: /x").rules_for("a")


def test_octets_that_are_no_text_survive_in_the_pattern():
    """Evidence shows them escaped, matching sees them as they are."""
    rule = parse_robots(b"User-agent: *\nDisallow: /\xff\xfe").groups[0].rules[0]
    assert (rule.pattern, rule.text) == (b"/\xff\xfe", "Disallow: /\\xff\\xfe")


@pytest.mark.parametrize(
    ("line", "lenient"),
    [
        (b"Disallow /x", True),
        (b"Dissallow: /x", True),  # codespell:ignore dissallow
        (b"Disallow-all: /x", True),
        (b"Disallow: /x y", True),
        (b"Disallow: private", True),
        (b"Disallow: /x\0y", True),
        (b"Disallow: /caf\xe9", True),
        (b"Disallow: /caf\xc3\xa9", False),
        (b"Disallow: /x", False),
        (b"disallow:*.gif$", False),
        (b"DISALLOW\t:\t/x", False),
        (b"Disallow:", False),
    ],
)
def test_the_strict_reading_takes_only_the_grammar(line, lenient):
    """What only a lenient parser reads must not count against a crawler that follows RFC 9309 alone."""
    raw = b"User-agent: *\n" + line
    assert parse_robots(raw).rules_for("*")
    assert bool(parse_robots(raw, strict=True).rules_for("*")) is not lenient


@pytest.mark.parametrize(
    "line", [b"Useragent: foo", b"User-agent foo", b"User-agent: foo/1.0", b"User-agent: foo x"]
)
def test_the_strict_reading_takes_only_plain_agent_lines(line):
    raw = line + b"\nDisallow: /x"
    assert parse_robots(raw).rules_for("foo")
    assert not parse_robots(raw, strict=True).rules_for("foo")


def test_names_against_the_grammar_are_found_as_written():
    """MJ12bot and Mail.RU_Bot are real; their groups must be found by these names in both readings."""
    for strict in (False, True):
        robots = parse_robots(b"User-agent: MJ12bot\nUser-agent: Mail.RU_Bot\nDisallow: /", strict=strict)
        assert robots.rules_for("mj12bot")
        assert robots.rules_for("Mail.RU_Bot")
    assert parse_robots(b"User-agent: MJ12bot\nDisallow: /").rules_for("mj")
