"""The running program: the only room that knows every part. It builds them from the settings and runs them.

The journey of a visit reads down through ``reading``, ``judging`` and ``following``; ``running`` joins them and holds
the life of the program. The other files each join two or three parts for one purpose of it.
"""
