"""Slow twins of the kernels, in plain NumPy, of the same names and signatures."""
