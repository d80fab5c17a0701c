"""The file gate: the bans in force as files that other software reads.

Each file is replaced as a whole, so a reader never sees half of one.
"""
