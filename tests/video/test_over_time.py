"""Statistics of films that are not stored."""

import numpy as np
import pytest

from mmsk.video._over_time import Timeline


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
