"""The HAProxy gate: a map inside a running HAProxy, changed over its runtime socket without a reload.

The map's file is kept up to date too, so that an HAProxy that starts anew begins with it.
"""
