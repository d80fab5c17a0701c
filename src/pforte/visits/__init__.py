"""Visits as logs tell them: formats, the scan that finds the few suspicious lines, and the checks.

Bytes of log come in, offences go out. Nothing here opens a file, a socket or a clock.
"""
