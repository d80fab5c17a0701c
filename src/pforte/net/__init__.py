"""Addresses, networks and who really connected.

Knows nothing of the product: folding of v4-mapped addresses, the network an act is charged to,
longest-prefix look-up, and the client behind trusted proxies.
"""
