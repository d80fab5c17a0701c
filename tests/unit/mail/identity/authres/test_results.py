"""A result gives the value that is asked for."""

from pforte.mail.identity.authres import MethodResult, Property


def test_the_first_property_of_a_kind_and_name_counts():
    dkim = MethodResult(
        "dkim",
        "pass",
        (
            Property("header", "d", "a.example"),
            Property("header", "d", "b.example"),
            Property("header", "b", "x"),
        ),
    )
    assert dkim.value("header", "d") == "a.example"
    assert dkim.value("header", "b") == "x"
    assert dkim.value("smtp", "d") == ""
