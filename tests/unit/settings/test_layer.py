"""One layer is checked against the table; layers unite with the later over the earlier."""

import pytest

from pforte.settings.layer import Layer, Mistake, Text, build, merge
from pforte.settings.shape import render_name
from pforte.settings.table import Settings


@pytest.fixture
def taken():
    def _taken(tree, known_checks=None):
        mistakes = []
        layer = Layer(lambda name: f"at {render_name(name)}", known_checks, mistakes)
        layer.take(tree)
        return layer, [(render_name(mistake.name), mistake.sentence) for mistake in mistakes]

    return _taken


def test_values_and_places_are_kept(taken):
    layer, wrong = taken({"log": {"level": "error"}, "source": [{"path": "/a"}]})
    assert wrong == []
    assert layer.given == {"log": {"level": "error"}, "source": [{"path": "/a"}]}
    assert layer.places["log", "level"] == "at log.level"
    assert layer.places["source", 0] == "at source[1]"


def test_a_wrong_value_is_not_kept(taken):
    layer, wrong = taken({"log": {"level": "loud", "format": "json"}})
    assert layer.given == {"log": {"format": "json"}}
    assert [name for name, _ in wrong] == ["log.level"]


@pytest.mark.parametrize(
    ("tree", "name", "sentence"),
    [
        ({"log": 1}, "log", "is a section: write [log] and its settings below"),
        ({"gate": {"nftables": True}}, "gate.nftables", "is a section: write [gate.nftables] and its settings below"),
        ({"check": 1}, "check", 'is a section: write [check."NAME"] and its settings below'),
        ({"check": {"a": 1}}, "check.a", 'is a section: write [check."a"] and its settings below'),
        ({"check": {"visit": {"x": {}}}}, "check.visit", 'is cut at its points: put the whole name in quotes, [check."visit..."]'),
        ({"source": {"path": "/a"}}, "source", "is a list of sections: write [[source]] before each"),
        ({"source": ["/a"]}, "source", "is a list of sections: write [[source]] before each"),
        ({"log": {"levelx": "x"}}, "log.levelx", 'unknown setting; did you mean "level"?'),
        ({"log": {"grace": "x"}}, "log.grace", 'unknown setting; did you mean "regulation.grace"?'),
        ({"log": {"xyz": {}}}, "log.xyz", "unknown section"),
        ({"log": {"xyz": []}}, "log.xyz", "unknown setting"),
        ({"sources": [{}]}, "sources", 'unknown section; did you mean "source"?'),
        ({"nftables": {}}, "nftables", "unknown section"),
        ({"log": {"lewel": "x", "level": "info"}}, "log.lewel", 'unknown setting; did you mean "level"?'),
    ],
)  # fmt: skip
def test_each_mistake_says_what_to_write(taken, tree, name, sentence):
    _, wrong = taken(tree)
    assert [(wrong_name, said[: len(sentence)]) for wrong_name, said in wrong] == [(name, sentence)]


def test_unknown_checks_are_named_where_the_known_are_given(taken):
    tree = {"check": {"visit.prob": {"mode": "off"}}}
    assert taken(tree)[1] == []
    assert taken(tree, ["visit.probe"])[1] == [
        ('check."visit.prob"', 'unknown check; did you mean "visit.probe"?')
    ]


def test_texts_of_one_layer_unite():
    mistakes = []
    layer = Layer(lambda _: "here", None, mistakes)
    layer.take_text(("log", "level"), Text("error"))
    layer.take_text(("log", "format"), Text("json"))
    layer.take_text(("gate", "files", "enabled"), Text("yes"))
    layer.take_text(("site",), Text('[{name = "example.org"}]'))
    layer.take_text(("log",), Text("loud"))
    settings = build(Settings, layer.given)
    assert (settings.log.level, settings.log.format) == ("error", "json")
    assert settings.gate.files.enabled
    assert settings.site[0].name == "example.org"
    assert mistakes == [Mistake("here", ("log",), mistakes[0].sentence)]
    assert mistakes[0].sentence.startswith("is no TOML value")


def test_the_later_layer_wins_and_replaces_lists(taken):
    earlier, _ = taken(
        {"log": {"level": "error", "format": "json"}, "source": [{"path": "/a"}, {"path": "/b"}], "check": {"a": {"count": 1}}}
    )  # fmt: skip
    later, _ = taken({"log": {"level": "debug"}, "source": [{"path": "/c"}], "check": {"a": {"mode": "off"}}})
    given, places = merge([earlier, later])
    settings = build(Settings, given)
    assert (settings.log.level, settings.log.format) == ("debug", "json")
    assert [source.path for source in settings.source] == ["/c"]
    assert (settings.check["a"].count, settings.check["a"].mode) == (1, "off")
    assert ("source", 1) not in places
    assert ("check", "a", "count") in places


def test_nothing_given_is_the_defaults():
    assert build(Settings, merge([])[0]) == Settings()
