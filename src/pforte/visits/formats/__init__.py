"""Log formats: how a line becomes a visit."""
