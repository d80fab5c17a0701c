from pforte.languages import Text


def test_a_text_is_said_in_the_language_asked_for() -> None:
    text = Text(en="shut out", de="gesperrt")
    assert (text.said("en"), text.said("de")) == ("shut out", "gesperrt")
