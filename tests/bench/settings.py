"""What a person can choose about ``make bench``, read from the environment once."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
HERE = Path(__file__).parent
QUICK = os.environ.get("BENCH_QUICK", "0") == "1"
SECONDS = float(os.environ.get("BENCH_SECONDS", "5" if QUICK else "8"))
"""How long each saturated variant runs; each runs :data:`ROUNDS` times, interleaved with the others."""
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "1" if QUICK else "3"))
STARTS = int(os.environ.get("BENCH_STARTS", "3" if QUICK else "7"))
"""Cold starts per function; the median counts."""
ONLY = frozenset(filter(None, os.environ.get("BENCH_ONLY", "").split(",")))
"""Chapters to run, by name; all when empty."""
IMPORTS_OF = os.environ.get("BENCH_IMPORTS", "")
"""A function whose ten slowest imports are listed."""
BENCH_PYTHON = Path(os.environ.get("BENCH_PYTHON", REPOSITORY / ".tools/bench-venv/bin/python"))

USERS = 200
TASKS_EACH = 1000
CONNECTIONS = 100
WORKERS = 2
THREADS = 8
THINKING_USERS = 100
EVENTS = 60 if QUICK else 200
REMINDERS = 2_000 if QUICK else 10_000
MANY_FOR_LISTS = 100_000 if QUICK else 1_000_000
MANY_FOR_SEARCH = 20_000 if QUICK else 100_000
