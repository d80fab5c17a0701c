"""Reports of spam robots."""

import pytest

from pforte.visits.checks import form_spam


@pytest.mark.parametrize(
    "target",
    [
        b"/x/+++Result:+chosen+nickname+%22abc%22;sent;",
        b"/x%20Result:%20registered;",
        b"/x++Result:+%E8%F1%EF%EE+%EB+%22newkos%22;+ReCaptcha",
    ],
)
def test_convicts(asking, target):
    """The robot's own words."""
    finding = asking(form_spam.CHECK)(target)
    assert finding is not None
    assert finding.check == form_spam.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/Result:+12",
        b"/?q=chosen+nickname",
        b"/result",
        b"/x+Result:+%D0%B8%D1%82%D0%BE%D0%B3",
    ],
)
def test_acquits(asking, target):
    """Pages with results."""
    assert asking(form_spam.CHECK)(target) is None


def test_a_crawler_that_follows_such_an_address_is_spared(asking, facts):
    """Logs are published, and crawlers read them."""
    target = b"/x/+++Result:+chosen+nickname+%22abc%22;sent;"
    assert asking(form_spam.CHECK)(target, facts(declared="MJ12bot")) is None
