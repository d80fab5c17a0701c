"""Who sent a mail, as far as it can be proven: one package per standard, each usable alone."""
