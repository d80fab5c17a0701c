"""Lets the tests of this room import what they share, whichever way pytest imports them."""

import asyncio
import sys
from pathlib import Path

import pytest
import uvloop

sys.path.insert(0, str(Path(__file__).parent))

from bouncer_house import House


@pytest.fixture
def house():
    """Return a gate that has loaded no bans."""
    made = House()
    made.load()
    return made


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run_in_loop(request):
    """Run a coroutine to its end in each kind of loop that the service may have."""

    def _run(coroutine):
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(coroutine)

    return _run
