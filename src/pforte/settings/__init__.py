"""One declared table of settings, read from a TOML file, the environment and ``--set``."""
