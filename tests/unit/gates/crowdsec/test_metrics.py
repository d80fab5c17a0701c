"""Reports of bouncers are taken as programs really send them, and nothing else."""

import gzip
import json
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pforte.gates.crowdsec import metrics
from pforte.gates.crowdsec.metrics import Report, ReportError, parse_report, unpack

ITEMS = [
    {"name": "dropped", "value": 3.0, "unit": "packet", "labels": {"origin": "crowdsec"}},
    {"name": "dropped", "value": 4, "unit": "packet", "labels": {"origin": "cscli"}},
    {"name": "processed", "value": 100, "unit": "packet"},
]


def report(metrics=None, **changes):
    component = {
        "type": "crowdsec-firewall-bouncer",
        "version": "v0.0.34",
        "name": "edge",
        "feature_flags": [],
        "utc_startup_timestamp": 1_700_000_000,
        "os": {"name": "debian", "version": "12"},
        "metrics": [{"meta": {"window_size_seconds": 900, "utc_now_timestamp": 1}, "items": ITEMS}],
    }
    if metrics is not None:
        component["metrics"] = metrics
    return {"remediation_components": [component | changes], "log_processors": [], "lapi": None}


@pytest.mark.parametrize(
    "metrics", [[{"items": ITEMS}], {"items": ITEMS}, [{"items": ITEMS[:1]}, {"items": ITEMS[1:]}]]
)
def test_metrics_are_a_list_or_as_the_documentation_shows_them(metrics):
    found = parse_report(json.dumps(report(metrics)).encode())
    assert found == Report("crowdsec-firewall-bouncer", "v0.0.34", {"dropped": 7.0, "processed": 100})


@pytest.mark.parametrize("empty", [[], [{}], {"items": []}])
def test_a_report_without_figures_is_one(empty):
    assert parse_report(json.dumps(report(empty)).encode()).counts == {}
    assert parse_report(json.dumps(report() | {"log_processors": None}).encode()).version == "v0.0.34"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"remediation_components":[]}', 400),
        (b'{"remediation_components":[1]}', 400),
        (json.dumps({"remediation_components": report()["remediation_components"] * 2}).encode(), 400),
        (json.dumps(report(version=None)).encode(), 422),
        (json.dumps(report(utc_startup_timestamp="x")).encode(), 422),
        (json.dumps(report([1])).encode(), 422),
        (json.dumps(report("x")).encode(), 422),
        (json.dumps(report([{"items": 1}])).encode(), 422),
        (json.dumps(report([{"items": [1]}])).encode(), 422),
        (json.dumps(report([{"items": [{"name": 1, "value": 1}]}])).encode(), 422),
        (json.dumps(report([{"items": [{"name": "a", "value": "1"}]}])).encode(), 422),
        (json.dumps(report([{"items": [{"name": "a", "value": True}]}])).encode(), 422),
    ],
)
def test_what_is_no_report_is_refused(raw, status):
    with pytest.raises(ReportError) as raised:
        parse_report(raw)
    assert raised.value.status == status


def test_items_are_counted(monkeypatch):
    monkeypatch.setattr(metrics, "MOST_ITEMS", 2)
    with pytest.raises(ReportError, match="more than 2"):
        parse_report(json.dumps(report()).encode())


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
    ],
)
def test_bodies_come_packed_in_several_ways(encoding, pack):
    assert unpack(pack(b"told"), encoding) == b"told"


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"told", "br", 415),
        (b"told", "gzip", 400),
        (gzip.compress(b"told", mtime=0)[:-5], "gzip", 400),
        (gzip.compress(b"0" * 5000, mtime=0), "gzip", 413),
        (b"", "gzip", 400),
    ],
    ids=["unknown", "not packed", "cut off", "grows", "empty"],
)
def test_a_body_that_cannot_be_unpacked_or_grows_too_far_is_refused(monkeypatch, body, encoding, status):
    monkeypatch.setattr(metrics, "LONGEST_REPORT", 1000)
    with pytest.raises(ReportError) as raised:
        unpack(body, encoding)
    assert raised.value.status == status


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["remediation_components", "metrics", "items", "name", "value", "version", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON | JSON.map(report), st.binary(max_size=50))
def test_any_body_is_taken_or_refused(told, raw):
    for body in (json.dumps(told).encode(), raw):
        with suppress(ReportError):
            parse_report(unpack(body, "gzip" if body == raw else ""))
