# SPDX-License-Identifier: MIT
"""The plots of growth in the documentation."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.growth_pictures import HEIGHT, PLOTS, TOP, draw, picture, round_above

SVG = "{http://www.w3.org/2000/svg}"
ROWS = {field: value for plot in PLOTS for field, value in zip(plot.lines, (10.0, 40.0), strict=True)}
FIGURES = {plot.group: {"41": ROWS, "1000": ROWS} for plot in PLOTS}


def test_each_picture_is_well_formed_and_small(tmp_path: Path) -> None:
    """One file a plot, with two lines of as many points as there are figures; a page loads them at once."""
    draw(FIGURES, tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {plot.name for plot in PLOTS}
    for path in tmp_path.iterdir():
        drawn = ET.fromstring(path.read_text(encoding="utf-8"))
        assert [len(each.attrib["points"].split()) for each in drawn.iter(f"{SVG}polyline")] == [2, 2]
        assert path.stat().st_size < 6_000


def test_a_point_stands_as_high_as_its_value() -> None:
    """The axis ends at the next round number above the largest value; a quarter of it stands at a quarter."""
    drawn = ET.fromstring(picture(PLOTS[0], {"1": {"latency_p50_ms": 25.0, "latency_p99_ms": 100.0}}))
    low, high = (float(each.attrib["points"].split(",")[1]) for each in drawn.iter(f"{SVG}polyline"))
    assert high == TOP
    assert low == pytest.approx(TOP + 0.75 * (HEIGHT - 40 - TOP))


@pytest.mark.parametrize(("value", "above"), [(0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (49.0, 50.0), (51.0, 100.0)])
def test_axes_end_at_round_numbers(value: float, above: float) -> None:
    """1, 2 or 5 times a power of ten, no less than the value."""
    assert round_above(value) == pytest.approx(above)
