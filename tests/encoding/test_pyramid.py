"""Cells of spatial pyramids."""

import numpy as np
import pytest

from mmsk.encoding._pyramid import pyramid_members, pyramid_names

CORNERS = np.array([[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [1.0, 1.0]])  # (x, y)


def test_cells_go_from_left_to_right_and_then_down():
    whole, *quarters = pyramid_members(CORNERS, (1, 2))
    assert whole.all()
    np.testing.assert_array_equal(np.array(quarters), np.eye(4, dtype=bool))
    assert pyramid_names((1, 2), 2) == ["1_0_0", "2_0_0", "2_0_1", "2_1_0", "2_1_1"]


@pytest.mark.parametrize("n_axes", [1, 2, 3])
@pytest.mark.parametrize("n_cells", [1, 2, 3])
def test_every_descriptor_lies_in_one_cell_of_a_grid(n_cells, n_axes):
    positions = np.random.default_rng(0).random((40, n_axes))
    members = pyramid_members(positions, [n_cells])
    assert len(members) == len(pyramid_names([n_cells], n_axes)) == n_cells**n_axes
    np.testing.assert_array_equal(np.sum(members, axis=0), 1)
