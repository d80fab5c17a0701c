"""ARC: those who passed a message on say one after another what they found, and seal it (RFC 8617).

A chain that passes proves who sealed and that nobody changed the seals; whether a sealer is believed is the
operator's decision.
"""
