"""Rules without input or output: standard library and dateutil only."""
