"""Deliberate one-line faults, to see whether the tests notice them: `python -m tests.mutation --help`."""
