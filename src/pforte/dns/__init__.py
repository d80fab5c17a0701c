"""Look-ups in the Domain Name System, and forward-confirmed reverse names.

One protocol with two resolvers: one asks the configured servers, the other reads zone files (for tests and for
commands that work without a network). Trouble is an answer of its own and never a verdict: a server that does
not answer says nothing about a name.
"""
