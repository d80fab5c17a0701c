"""Migrations of the register's tables, run by ``schema_version``."""
