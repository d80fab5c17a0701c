"""DKIM signatures: a domain vouches for a message, and anybody can check that nothing signed was changed.

RFC 6376 with the algorithms of RFC 8301 and RFC 8463. The public key stands in the DNS below the domain that
signs. A signature that passes proves that domain's hand in the message and says nothing about who is right; one
that fails is worth as much as none. What the results mean for a mail is decided elsewhere.

Names outside ASCII in signatures (RFC 8616) are not read.
"""
