"""The checks on visits: one file each, in the written order of CHECKS."""
