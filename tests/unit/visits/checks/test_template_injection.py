"""Expressions for template engines."""

import pytest

from pforte.visits.checks import template_injection


@pytest.mark.parametrize(
    "target",
    [
        b"/?n=${7*7}",
        b"/?n=%23%7B7*7%7D",
        b"/?n={{7*'7'}}",
        b"/?n=<%=7*7%>",
        b"/?n={{config.items()}}",
        b"/?n=${T(java.lang.Runtime).getRuntime()}",
        b"/?n=%25%7B(%23_memberAccess%3d1)%7D",
        b"/?class.module.classLoader.x=1",
        b"/?n={{''.__class__}}",
        b"/?n={{constructor.constructor('x')()}}",
        b"/?n=[[${1-1}]]",
    ],
)
def test_convicts(asking, target):
    """Sums and gadgets only an engine would evaluate."""
    finding = asking(template_injection.CHECK)(target)
    assert finding is not None
    assert finding.check == template_injection.ID
    assert finding.observed


@pytest.mark.parametrize(
    "target",
    [
        b"/{{url}}",
        b"/?u={{item.src|safe}}",
        b"/?n=${WEBLOC}",
        b"/?q=7*7",
        b"/?n={7*7}",
        b"/doc/java.lang.Runtime",
        b"/?a={%22b%22:1}",
        b"/?x=__class__",
        b"/?n={{date-from}}",
    ],
)
def test_acquits(asking, target):
    """Templates that nobody rendered, and texts about classes."""
    assert asking(template_injection.CHECK)(target) is None


def test_header_fields_are_read_too(asking):
    """Struts evaluated a header field (CVE-2017-5638)."""
    agent = b"%{(#a=@java.lang.Runtime@getRuntime())}"
    assert asking(template_injection.CHECK)(b"/", agent=agent) is not None
