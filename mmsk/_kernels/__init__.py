"""Compiled loops. They know numpy and numba only.

A kernel is serial, allocates its output, takes arrays and ints, and never raises: its
caller checks. Each has a slow twin of the same name in ``tests/kernels/reference.py``.
"""
