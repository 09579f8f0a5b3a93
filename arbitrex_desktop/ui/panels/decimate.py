# SPDX-License-Identifier: MIT
"""Thinning of a line to what its pixels can show, without losing a peak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]


def thin(x: Line, y: Line, pixels: int) -> tuple[Line, Line]:
    """Return at most four points per pixel column: first, least, greatest and last of those that fall into it.

    `x` must not decrease.  First and last keep the joints between columns true, least and greatest every peak.
    Lines short enough already come back as they are.
    """
    count = len(x)
    if pixels < 1 or count <= 4 * pixels:
        return x, y
    span = x[-1] - x[0]
    if span <= 0:
        return x, y
    column = np.minimum(((x - x[0]) * (pixels / span)).astype(np.int64), pixels - 1)
    starts = np.flatnonzero(np.r_[True, column[1:] != column[:-1]])
    ends = np.r_[starts[1:], count]
    order = np.lexsort((y, column))
    keep = np.unique(np.concatenate([starts, ends - 1, order[starts], order[ends - 1]]))
    return x[keep], y[keep]
