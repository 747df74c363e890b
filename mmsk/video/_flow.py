"""What features of motion share: flow from frame to frame, in units of the film."""

from typing import NamedTuple

import numpy as np

from mmsk._kernels import flow as kernels
from mmsk.video._film import shrunk

RADIUS = 4  # windows of 9 x 9 pixels: smaller ones are noisy, larger ones blur limbs
N_ROUNDS = 3
_MOST_LEVELS = 4  # of a pyramid: motion of 16 pixels a step is found
_LEAST_SIDE = 8  # of its smallest picture, in pixels


class Flow(NamedTuple):
    """Motion from one frame to the next.

    Attributes
    ----------
    right, down : ndarray of shape (height, width), float32
        In frame widths (the longer side) a second.
    """

    right: np.ndarray
    down: np.ndarray


class FlowSteps:
    """Flows between the frames of a film, as they come.

    Parameters
    ----------
    width_px : int
        Size of the frames that are compared, as of `mmsk.video._film.shrunk`.

    Attributes
    ----------
    last, before : ndarray of shape (height, width), float32, or None
        The newest frame and the one before it, shrunk, each about its mean level.
    """

    def __init__(self, width_px):
        self.width_px = width_px
        self.last = self.before = self._time_s = None

    def step(self, frame):
        """The `Flow` to a frame from the one before it; None for the first.

        Frames of one brightness are compared: a change of all levels alike is no motion.
        """
        small = shrunk(frame.image, self.width_px)
        small -= small.mean(dtype=np.float64)
        self.before, self.last = self.last, small
        last_s, self._time_s = self._time_s, frame.time_s
        if self.before is None:
            return None
        seconds = max(frame.time_s - last_s, 1e-3)
        n_levels = int(np.log2(max(min(small.shape) / _LEAST_SIDE, 1))) + 1
        flow = kernels.optical_flow(
            self.before, small, min(n_levels, _MOST_LEVELS), RADIUS, N_ROUNDS
        )
        per_second = np.float32(1 / (max(small.shape) * seconds))
        return Flow(*(part * per_second for part in flow))


def pixels_per_cell(height, width, n_rows, n_columns):
    """Pixels in each cell of a grid, of shape (n_rows, n_columns)."""
    rows = np.diff(np.arange(n_rows + 1) * height // n_rows)
    return np.outer(rows, np.diff(np.arange(n_columns + 1) * width // n_columns))
