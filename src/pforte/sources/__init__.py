"""Sources: where visits are read from.

A source yields blocks of whole lines and, with each block, the position from which reading goes on once everything
in that block is recorded. It holds no policy: it does not know what a visit or an offence is.
"""
