"""The block list in another name server, kept up to date by signed updates (RFC 2136, RFC 8945).

For operators who serve their zones by secondaries: a server such as Knot is the hidden primary, takes the updates, and
hands them on by NOTIFY and IXFR. ``nodes`` says which names a ban needs there, ``content`` which records a zone must
hold, ``primary`` talks to the server, ``gate`` brings both together.
"""
