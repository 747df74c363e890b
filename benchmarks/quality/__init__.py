"""Held-out scores on real data."""
