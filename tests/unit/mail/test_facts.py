"""What is not known yet is None."""

from dataclasses import fields

from mail_house import facts


def test_what_nobody_has_found_out_is_none_or_empty():
    unknown = {field.name: getattr(facts(), field.name) for field in fields(facts())}
    given = {"now", "house", "session", "envelope", "message"}
    assert not any(value for name, value in unknown.items() if name not in given)
