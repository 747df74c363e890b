"""Encoders that rooms share: local descriptors of a sample in, one row out."""
