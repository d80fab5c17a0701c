"""A session that is told wrongly is named with its place."""

import json
from datetime import UTC, datetime

import pytest

from pforte.commands.mail.session_file import MOST_BYTES, SessionError, read_beside, tell
from pforte.mail.session import Tls


@pytest.fixture
def write(tmp_path):
    def _write(content):
        (tmp_path / "m.eml.session.json").write_text(
            content if isinstance(content, str) else json.dumps(content)
        )
        return tmp_path / "m.eml"

    return _write


def test_without_a_file_the_options_stand(tmp_path):
    told = tell(ip="192.0.2.1", helo="h")
    assert read_beside(tmp_path / "m.eml", told) is told


def test_what_the_file_says_counts_and_the_rest_stands(write):
    told = read_beside(
        write({"helo": "other", "rcpt": "a@b", "at": "2026-03-01T12:00:00"}),
        tell(
            ip="192.0.2.1",
            helo="h",
            tls="TLSv1.3",
            names=("n.example",),
            user="u",
            sender="x@y",
            rcpt=("c@d",),
        ),
    )
    assert (str(told.session.address), told.session.helo, told.session.user) == ("192.0.2.1", "other", "u")
    assert (told.session.tls, told.session.names) == (Tls("TLSv1.3"), ("n.example",))
    assert (told.envelope.sender, told.envelope.recipients) == ("x@y", ("a@b",))
    assert told.at == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tls", "known", "found"), [("", False, None), ("none", True, None), ("TLSv1.2", True, Tls("TLSv1.2"))]
)
def test_no_encryption_is_told_from_an_unknown_one(write, tls, known, found):
    session = read_beside(write({"tls": tls}), tell()).session
    assert (session.tls_known, session.tls, session.client_known) == (known, found, False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "is no JSON object"),
        ("{", "Expecting"),
        ({"hello": "x"}, 'unknown key "hello"; did you mean "helo"?'),
        ({"ip": "x"}, "ip: "),
        ({"ip": 7}, "ip: must be a text"),
        ({"rcpt": [1]}, "rcpt: must be a text or a list of texts"),
        ({"at": "noon"}, 'at: "noon" is no moment'),
        ("[" * 100_000, "session.json: "),
        (" " * (MOST_BYTES + 1), "is larger than"),
    ],
)
def test_mistakes_name_their_place(write, content, said):
    with pytest.raises(SessionError, match=r"session\.json: ") as caught:
        read_beside(write(content), tell())
    assert said in str(caught.value)
