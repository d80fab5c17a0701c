"""The ARC test suite of ValiMail over our validator.

It comes with no package, so it is not fetched: set ARC_TEST_SUITE to a checkout of ValiMail/arc_test_suite.
"""

import os
import re
from pathlib import Path

import pytest
import yaml
from signing_keys import NOW, run, zone

from pforte.mail.identity.arc.validation import validate

FOLDER = Path(os.environ.get("ARC_TEST_SUITE", "/nonexistent"))
FILE = FOLDER / "tests" / "arc-draft-validation-tests.yml"
FIELD = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*")
OTHERWISE = {
    # It was written for drafts of the standard. By RFC 8617 s4.1.2 a message signature means what DKIM's means:
    "ams_fields_c_na": "fail",  # without c= it is simple/simple, and the suite signed relaxed/relaxed
    "ams_fields_h_empty": "fail",  # h= must name From (RFC 6376 s5.4)
}


def _cases():
    if not FILE.exists():
        return []
    scenarios = yaml.safe_load_all(FILE.read_text(encoding="utf-8"))
    return [
        pytest.param(scenario["txt-records"], name, case, id=name)
        for scenario in scenarios
        for name, case in scenario["tests"].items()
    ]


@pytest.mark.skipif(not FILE.exists(), reason="set ARC_TEST_SUITE to a checkout of ValiMail/arc_test_suite")
@pytest.mark.parametrize(("records", "name", "case"), _cases())
def test_validation(records, name, case):
    header, _, body = (case["message"] or "").encode().partition(b"\n\n")
    validation = run(validate(FIELD.findall(header + b"\n"), body, zone(records), NOW))
    # Three cases expect nothing that can be read; by their names those chains are broken.
    expected = OTHERWISE.get(name, str(case["cv"] or "fail").strip().lower())
    assert validation.result.value == expected, validation.why
