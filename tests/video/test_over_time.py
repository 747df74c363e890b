"""Statistics of films that are not stored."""

import numpy as np
import pytest

from mmsk.video._over_time import RunningStatistics, Timeline


def timeline(values, most=96):
    line = Timeline(most)
    for value in values:
        line.add(np.array([value], float))
    return line


@pytest.mark.parametrize(
    ("values", "parts"),
    [([1, 2, 3, 4], [1.5, 3.5]), ([1, 2, 3], [1, 2.5]), ([5], [5, 5])],
)
def test_parts_have_the_means_of_their_values(values, parts):
    assert timeline(values).part_means(2).ravel().tolist() == parts


def test_a_long_line_is_cut_into_nearly_equal_parts_in_bounded_memory():
    line = timeline(range(10_000), most=96)
    assert len(line._sums) <= 96
    np.testing.assert_allclose(line.part_means(3).ravel(), [1666, 5000, 8333], atol=10_000 / 48)
    assert line.part_means(1)[0, 0] == pytest.approx(4999.5)


def test_an_empty_line_has_no_parts():
    assert Timeline().part_means(3) is None


@pytest.mark.parametrize("sizes", [[1] * 40, [7, 1, 0, 32], [40]])
def test_rows_taken_in_one_way_or_another_have_the_statistics_of_all(sizes):
    rows = 1e6 + np.random.default_rng(0).normal(size=(40, 2))
    found = RunningStatistics(2)
    for part in np.split(rows, np.cumsum(sizes)[:-1]):
        found.add_rows(part)
    assert found.count == 40
    np.testing.assert_allclose(found.mean, rows.mean(axis=0))
    np.testing.assert_allclose(found.std, rows.std(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(found.min, rows.min(axis=0))
    np.testing.assert_array_equal(found.max, rows.max(axis=0))
