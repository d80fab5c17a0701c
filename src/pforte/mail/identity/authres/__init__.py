"""Authentication-Results (RFC 8601): the header field in which a mail server tells what it found of a mail's identity.

Whoever reads a mail later believes the field of a server it trusts, known by the name at its beginning. So a server
writes its own field at the top (:func:`render_results`), and takes out all that came in from outside and bear its
name (:func:`forged_fields`). What a trusted server wrote is read by :func:`parse_results`.
"""

from pforte.mail.identity.authres.claims import claims, forged_fields
from pforte.mail.identity.authres.parsing import ResultsError, parse_results
from pforte.mail.identity.authres.rendering import FIELD, render_results
from pforte.mail.identity.authres.results import MethodResult, Property, Results

__all__ = [
    "FIELD",
    "MethodResult",
    "Property",
    "Results",
    "ResultsError",
    "claims",
    "forged_fields",
    "parse_results",
    "render_results",
]
