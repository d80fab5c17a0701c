"""What the DNS says of a mail domain: whether anybody could answer to it (RFC 5321 s5.1, RFC 7505)."""

from pforte.dns.resolver import Resolver, Status
from pforte.mail.facts import DomainFacts


async def look_at_domain(resolver: Resolver, name: str) -> DomainFacts:
    """Return what is known of a domain: its MX records, or else its addresses (the implicit MX)."""
    mx = await resolver.records(name, "MX")
    hosts = [record.split()[-1] for record in mx.values if record.split()]
    if hosts:
        null = len(hosts) == 1 and hosts[0] == "."
        return DomainFacts(name=name, takes_mail=Status.NONE if null else Status.FOUND, null_mx=null)
    if mx.status is Status.TROUBLE:
        return DomainFacts(name=name, takes_mail=Status.TROUBLE, trouble=mx.trouble)
    answer = await resolver.addresses(name)
    return DomainFacts(
        name=name, takes_mail=Status.FOUND if answer.values else answer.status, trouble=answer.trouble
    )
