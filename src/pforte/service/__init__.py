"""The running program: the only room that knows every part. It builds them from the settings and runs them.

``running`` holds the journey of a visit and the life of the program; the other files each join two or three parts
for one purpose of it.
"""
