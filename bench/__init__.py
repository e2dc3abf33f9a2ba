"""Benchmarks: each prints ratios against a baseline that was measured in the same run.

Absolute rates belong to the machine; a ratio says what the service adds to the work
that nobody could avoid.
"""
