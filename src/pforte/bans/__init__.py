"""Offences, the ladder and bans: the visit regulation as pure values and functions.

Facts come in as arguments and decisions go out as values; nothing here reads a clock, a file,
a socket or the register.
"""
