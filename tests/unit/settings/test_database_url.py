"""A URL that cannot work is refused where it is written, and no password is shown while that is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from pforte.settings.database_url import database, hide_password

PORT = "needs a port from 1 to 65535"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite://",
        "sqlite:///register.sqlite",
        "sqlite:////var/lib/pforte/a@b:c.sqlite",
        "postgresql://pforte:s3cret@db/pforte",
        "postgresql+psycopg://pforte:s3:cret%40@[2001:db8::1]:5432/pforte?sslmode=require",
        "postgresql:///pforte?host=/run/postgresql",
        "postgresql://db",
    ],
)
def test_urls_that_can_work_pass(url):
    assert database(url) == ""
    if url:
        assert make_url(url).get_backend_name() in {"sqlite", "postgresql"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/var/lib/register.db", "is not a database URL"),
        ("postgresql:/db", "is not a database URL"),
        ("postgresql://pforte:s3cret@[::1/db", "is not a database URL"),
        ("postgresql://pforte:s3/cret@db/pforte", "%2F"),
        ("postgresql://pforte:s3@cret@db/pforte", "%40"),
        ("postgresql://pforte:53/cret@db/pforte", "%2F"),
        ("sqlite:////a\0b", "is not a database URL"),
        ("postgresql://pforte:s3cret@db:notaport/pforte", PORT),
        ("postgresql://db:/pforte", PORT),
        ("postgresql://db:0/pforte", PORT),
        ("postgresql://db:65536/pforte", PORT),
        ("postgresql://db:\u0661/pforte", PORT),
        ("mysql://root:s3cret@db/pforte", "mysql is not supported; use sqlite or postgresql"),
        ("postgresql+asyncpg://u:s3cret@db/x", "postgresql+asyncpg is not supported"),
        ("sqlite+aiosqlite:///x", "sqlite+aiosqlite is not supported"),
        ("sqlite://var/register.sqlite", "three slashes"),
        ("sqlite:///register.sqlite?mode=ro", "takes no options"),
    ],
)
def test_urls_that_cannot_work_are_refused_without_their_password(url, said):
    assert said in database(url)
    assert "s3" not in database(url)


@given(st.text(max_size=60) | st.from_regex(r"(sqlite|postgresql)://[^\0]{0,40}", fullmatch=True))
def test_whatever_passes_can_be_read_by_the_register(url):
    """A traceback at the start helps nobody."""
    if not database(url) and url:
        make_url(url)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://pforte:s3cret@db/pforte", "postgresql://pforte:***@db/pforte"),
        ("postgresql://pforte:s3/cr@et@db/pforte", "postgresql://pforte:***@db/pforte"),
        ("postgresql://:s3cret@db", "postgresql://:***@db"),
        ("postgresql://db/x?user=a&password=s3cret&sslmode=require", "postgresql://db/x?user=a&password=***&sslmode=require"),
        ("setting register.url: 'mysql://a:s3cret@db' is bad", "setting register.url: 'mysql://a:***@db' is bad"),
        ("https://me:s3cret@example.org/robots.txt", "https://me:***@example.org/robots.txt"),
        ("postgresql://pforte@db:5432/pforte", "postgresql://pforte@db:5432/pforte"),
        ("sqlite:////var/a:b@c/register.sqlite", "sqlite:////var/a:b@c/register.sqlite"),
        ("no URL at all: a@b", "no URL at all: a@b"),
    ],
)  # fmt: skip
def test_passwords_are_hidden(text, shown):
    assert hide_password(text) == shown
