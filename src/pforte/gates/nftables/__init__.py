"""The firewall gate: bans as sets of nftables, in a table of its own.

Addresses stand in hash sets, where adding one of 100,000 takes a fraction of a millisecond. Other prefixes
stand in small interval sets, which this gate keeps free of overlaps itself: nftables would otherwise refuse
them or, with ``auto-merge``, mix up their ends. The kernel lets each element go at its end by itself.

Nothing outside the table is read or changed.
"""
