"""The gate and the desk of an internet operator.

Visits that break the house rules are seen, banned on a published ladder and refused everywhere;
every refusal can be explained by its reference.
"""

__version__ = "0.1.0"
