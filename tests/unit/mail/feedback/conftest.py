"""One report of each kind, after the samples of the standards."""

import json
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "samples" / "feedback"


@pytest.fixture
def dmarc_xml():
    return (SAMPLES / "rfc9990.xml").read_bytes()


@pytest.fixture
def tls_json():
    """Return the report as a value that a test may change."""
    return json.loads((SAMPLES / "rfc8460.json").read_bytes())
