"""The tenant matrix: every operation against every kind of caller."""
