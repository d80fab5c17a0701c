"""Log formats: how a line becomes a visit.

``format.py`` says what a format is, ``catalogue.py`` names them all and turns a setting into one, ``detect.py``
finds the format of a file from its first lines. Formats of web servers give :class:`~pforte.visits.visit.Visit`,
formats of login services give :class:`~pforte.visits.visit.LoginFailure`.

Nothing here judges, and nothing guesses an address: a line whose client is a host name gives nothing, because a
name can be made to point anywhere.
"""
