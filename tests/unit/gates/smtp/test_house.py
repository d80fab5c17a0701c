"""Judging fails as the setting says."""

import asyncio

import pytest
from smtp_house import Setup

from pforte.gates.smtp import house as module
from pforte.gates.smtp.house import UnjudgedError
from pforte.gates.smtp.replies import FOREIGN, UNJUDGED


async def fine(answer):
    return answer


async def broken():
    raise RuntimeError("a bug")


def test_a_judgement_is_passed_on():
    assert asyncio.run(Setup().house.ask(fine(FOREIGN))) is FOREIGN
    assert asyncio.run(Setup().house.ask(fine(None))) is None


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("judging", [broken, lambda: asyncio.sleep(9)])
def test_one_that_fails_or_takes_too_long_goes_by_the_setting(opens, judging, monkeypatch):
    monkeypatch.setattr(module, "JUDGE_SECONDS", 0.02)
    house = Setup(opens=opens).house
    assert asyncio.run(house.ask(judging())) is (None if opens else UNJUDGED)
    with pytest.raises(UnjudgedError):
        asyncio.run(house.judge(judging()))
