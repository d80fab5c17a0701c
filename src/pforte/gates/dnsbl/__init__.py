"""The DNS block list: mail servers and others ask for an address as a name and learn whether it is shut out (RFC 5782).

``wire`` reads questions and puts answers together, ``owner`` reads the address in a name, ``zones`` says which zones
there are, ``answers`` decides. ``datagrams`` and ``streams`` carry the bytes, ``gate`` opens and closes them. The list
changes with every decision; whoever wants copies elsewhere gets them by ``updates`` or from the file gate, because
zones are never transferred from here.
"""
