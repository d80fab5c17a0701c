"""Inbound mail policy: facts of a session and a message go in, one verdict with its findings comes out. Pure."""
