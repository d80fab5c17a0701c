"""Chains of seals over the example message."""

from dataclasses import replace

from signing_keys import BODY, FIELDS, NOW, RSA, RSA_RECORD, run, zone

from pforte.mail.identity.arc.sealing import seal
from pforte.mail.identity.arc.validation import validate

FINDINGS = b"lists.example.org;\r\n\tspf=pass smtp.mailfrom=example.org; dkim=pass header.d=example.org"
SEALERS = [replace(RSA, domain=f"list{number}.example") for number in range(1, 6)]
ZONE = zone(
    {
        "rsa._domainkey.example.org": RSA_RECORD,
        **{f"rsa._domainkey.{signer.domain}": RSA_RECORD for signer in SEALERS},
    }
)


def chain(length, fields=FIELDS, body=BODY):
    """Return the message's fields as so many sealers pass them on."""
    fields = list(fields)
    for signer in SEALERS[:length]:
        state = run(validate(fields, body, ZONE, NOW)).result
        fields[:0] = seal(fields, body, signer, NOW, state, FINDINGS)
    return fields


def result_of(fields, body=BODY, resolver=ZONE):
    """Validate a chain."""
    return run(validate(fields, body, resolver, NOW))
