"""Shared by all tests."""

import os

from hypothesis import HealthCheck, settings

# The first call of a kernel compiles, so a deadline makes tests flaky.
settings.register_profile("mmsk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mmsk")

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # else scikit-learn skips a check
