"""The table gate: the bans in force in the memory of this process, for every gate that answers questions.

HTTP, Postfix, DNSBL and the like ask it whether an address is shut out. One look takes less than 2 microseconds with a
million hosts in it, and a decision changes it in place.
"""
