"""The one way to compile a kernel."""

import os

import numba

CACHE = os.environ.get("MMSK_KERNEL_CACHE", "1") == "1"


def kernel(function):
    """Compile a function: machine code cached on disk, GIL released, IEEE floats.

    Kernels are serial, because samples already run in parallel (and Numba's
    cache is not safe with ``parallel=True`` or ``@guvectorize``). ``fastmath`` stays
    off, because a missing value is a NaN here and must survive.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=CACHE, **options)(function)
    except RuntimeError:  # read-only install: no folder can hold the cache
        return numba.njit(**options)(function)
