"""Measurements and training; each a command: `python -m bench.NAME`."""
