"""Every version of a document is kept with the time it came into force."""

from datetime import timedelta
from hashlib import sha256

HOUR = timedelta(hours=1)
NAME = "robots:example.net"


def test_versions_come_oldest_first(register, clock):
    assert register.save_document(NAME, b"User-agent: *\n", clock.now())
    assert register.save_document(NAME, b"Disallow: /\xff", clock.now() + HOUR)
    first, second = register.documents(NAME)
    assert (first.content, first.came_into_force) == (b"User-agent: *\n", clock.now())
    assert (second.name, second.sha256) == (NAME, sha256(b"Disallow: /\xff").hexdigest())
    assert register.documents("robots:other.example") == []


def test_what_says_the_same_is_no_new_version(register, clock):
    register.save_document(NAME, b"a", clock.now())
    assert not register.save_document(NAME, b"a", clock.now() + HOUR)
    assert len(register.documents(NAME)) == 1


def test_a_return_to_an_older_text_is_a_version(register, clock):
    for number, content in enumerate((b"a", b"b", b"a")):
        assert register.save_document(NAME, content, clock.now() + number * HOUR)
    assert [document.content for document in register.documents(NAME)] == [b"a", b"b", b"a"]


def test_a_document_without_a_history_is_one_row(register, clock):
    """What changes with every answer of the DNS would fill the register."""
    register.save_document("robots:other.example", b"x", clock.now())
    for number, content in enumerate((b"a", b"b", b"c")):
        register.replace_document(NAME, content, clock.now() + number * HOUR)
    assert [(each.content, each.came_into_force) for each in register.documents(NAME)] == [
        (b"c", clock.now() + 2 * HOUR)
    ]
    register.replace_document(NAME, b"d", clock.now())
    assert [each.content for each in register.documents(NAME)] == [b"d"]
    assert len(register.documents("robots:other.example")) == 1


def test_two_versions_cannot_come_into_force_at_once(register, clock):
    register.save_document(NAME, b"a", clock.now())
    assert not register.save_document(NAME, b"b", clock.now())
    assert [document.content for document in register.documents(NAME)] == [b"a"]
