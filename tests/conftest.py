"""Shared by all tests."""

import os
from collections import Counter

from hypothesis import HealthCheck, settings

# The first call of a kernel compiles, so a deadline makes tests flaky.
settings.register_profile(
    "thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# `make test` is for every save; .ci/run asks for the thorough one.
settings.register_profile("mmsk", parent=settings.get_profile("thorough"), max_examples=30)
settings.load_profile("mmsk")

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # else scikit-learn skips a check


def pytest_terminal_summary(terminalreporter):
    """Print how many conformance checks ran on each class, and which mutants were caught."""
    laws, battery, mutants = Counter(), Counter(), []
    for report in terminalreporter.stats.get("passed", []):
        for kind, value in report.user_properties:
            if kind == "conformance":
                laws[value] += 1
            elif kind == "battery":
                battery[value[0]] += value[1]
            elif kind == "mutant":
                mutants.append(value)
    if laws or battery:
        terminalreporter.section("conformance checks passed")
        for name in sorted(laws | battery):
            line = f"{name:32} laws {laws[name]:3}   scikit-learn {battery[name]:3}"
            terminalreporter.write_line(line)
        terminalreporter.write_line(
            f"{sum(laws.values())} laws and {sum(battery.values())} checks of scikit-learn"
        )
    if mutants:
        terminalreporter.section(f"{len(mutants)} mutants caught, by the laws they break")
        for mutant in mutants:
            terminalreporter.write_line(mutant)
