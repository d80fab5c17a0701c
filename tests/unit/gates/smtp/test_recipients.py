"""For whom mail is taken; the whole way stands in test_conversation."""

import pytest

from pforte.gates.smtp.recipients import fault_in, why_not_ours
from pforte.gates.smtp.replies import FOREIGN

OURS = frozenset({"ours.example", "xn--bcher-kva.example"})


@pytest.mark.parametrize(
    "recipient", ["u@ours.example", "u@Ours.Example", "POSTMASTER", "ü@bücher.example", '"u v"@ours.example']
)
def test_ours(recipient):
    assert fault_in(recipient, international=True) is None
    assert why_not_ours(recipient, OURS) is None


@pytest.mark.parametrize(
    "recipient",
    [
        "u@other.example",
        "a%b@ours.example",
        "a!b@ours.example",
        '"a@b"@ours.example',
        "u@\u0378.example",
        "u@ours.example@other.example",
    ],
)
def test_not_ours(recipient):
    assert why_not_ours(recipient, OURS) is FOREIGN


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("", 501),
        ("u", 501),
        ("@ours.example", 501),
        ("u@", 501),
        ("u@ours.example.", 501),
        ("ü@ours.example", 553),
        ("x" * 65 + "@ours.example", 501),
    ],
)
def test_what_is_no_address(recipient, code):
    fault = fault_in(recipient, international=False)
    assert fault is not None
    assert fault.code == code
