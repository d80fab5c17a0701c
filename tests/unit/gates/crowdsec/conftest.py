"""Lets the tests of this room import what they share, whichever way pytest imports them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bouncer_house import House


@pytest.fixture
def house():
    """Return a gate that has loaded no bans."""
    made = House()
    made.load()
    return made
