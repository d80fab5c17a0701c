"""What a check is made of."""

import pytest

from pforte.languages import Text


@pytest.mark.parametrize(("language", "said"), [("en", "ban"), ("de", "Sperre")])
def test_a_text_is_said_in_the_language_asked_for(language, said):
    """Outsiders read one of the two."""
    assert Text(en="ban", de="Sperre").said(language) == said
