"""Columns, parameters, workers and optional packages: what every room leans on."""
