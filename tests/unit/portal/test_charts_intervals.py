"""Verified savings as they are drawn: what is certain, what is only between bounds, and where it comes from."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.charts import Bar, Drawing, Interval, Mark, before_after, intervals
from tests.unit.portal.seen import of_class, parts, texts

HEADINGS = ("Saving", "Result", "Estimate")
ESTIMATE = Mark("Estimate", 1500, "1,500 MWh")


def drawn(*items: Interval) -> Drawing:
    return intervals("Compressed air saved less than estimated", items, HEADINGS, "No saving")


def test_a_saving_is_a_point_in_its_interval_against_zero_and_its_estimate() -> None:
    """From 0 to 1,500 with a twenty-fifth of air at both ends: 60 left of zero, 1,620 in all."""
    drawing = drawn(Interval("Air", 1050, 1440, "1,240 MWh", Decimal(1245), ESTIMATE))
    (band,) = of_class(drawing, "range")
    assert (band.at("x"), band.at("width")) == (68.52, 24.07)
    assert [cap.at("x1") for cap in of_class(drawing, "cap")] == [68.52, 92.59]
    assert [point.at("cx") for point in of_class(drawing, "point")] == [80.56]
    assert [mark.at("x1") for mark in of_class(drawing, "mark")] == [96.3]
    assert [axis.at("x1") for axis in of_class(drawing, "axis")] == [3.7]
    assert texts(of_class(drawing, "chart-note")) == ["Estimate 1,500 MWh", "No saving"]
    assert drawing.rows.cells == (("Air", "1,240 MWh", "1,500 MWh"),)


def test_only_the_bounds_are_drawn_when_only_they_are_known() -> None:
    drawing = drawn(Interval("Air", 1000, 1400, "between 1,000 and 1,400 MWh"))
    assert len(of_class(drawing, "range")) == 1
    assert len(of_class(drawing, "cap")) == 2
    assert not of_class(drawing, "point")
    assert drawing.rows.cells == (("Air", "between 1,000 and 1,400 MWh", "–"),)


@pytest.mark.parametrize(("low", "high", "left", "width"), [(100, None, 96.3, 3.7), (None, 100, 0, 96.3)])
def test_an_open_side_runs_to_the_edge_without_a_cap(
    low: int | None, high: int | None, left: float, width: float
) -> None:
    drawing = drawn(Interval("Air", low, high, "open on one side"), Interval("Water", 0, 100, "between 0 and 100"))
    band = of_class(drawing, "range")[0]
    assert (band.at("x"), band.at("width")) == (left, width)
    assert len(of_class(drawing, "cap")) == 1 + 2


def test_a_saving_that_is_not_known_has_words_and_no_shape() -> None:
    drawing = drawn(Interval("Air", None, None, "not known", estimate=ESTIMATE))
    assert not of_class(drawing, "range")
    assert not of_class(drawing, "cap")
    assert not of_class(drawing, "point")
    assert len(of_class(drawing, "mark")) == 1


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(-10_000, 10_000)] * 3), min_size=1, max_size=5))
def test_all_savings_share_one_scale_and_none_leaves_it(found: list[tuple[int, int, int]]) -> None:
    items = [Interval(str(place), min(three), max(three), "", sorted(three)[1]) for place, three in enumerate(found)]
    drawing = drawn(*items)
    (zero,) = {axis.at("x1") for axis in of_class(drawing, "axis")}
    for band, point, item in zip(of_class(drawing, "range"), of_class(drawing, "point"), items, strict=True):
        assert 0 < band.at("x") <= point.at("cx") + 0.02
        assert point.at("cx") <= band.at("x") + band.at("width") + 0.02 < 100
        assert (point.at("cx") >= zero) == (float(item.point or 0) >= 0) or abs(point.at("cx") - zero) < 0.02


def totals(before: int | None, adjusted: int | None, after: int | None, saving: int | None) -> Drawing:
    return before_after(
        "Less than before, although more was made",
        Bar("Before", before, "10,000", "energy"),
        Bar("Adjusted", adjusted, "12,500", "energy"),
        Bar("After", after, "9,500", "energy"),
        Bar("Avoided", saving, "3,000"),
        ("Use", "MWh"),
    )


def test_the_saving_hangs_between_the_measured_use_and_the_adjusted_baseline() -> None:
    drawing = totals(10_000, 12_500, 9_500, 3_000)
    assert [(bar.at("x"), bar.at("width")) for bar in of_class(drawing, "bar")] == [(0, 80), (0, 76), (76, 24)]
    assert [(bar.at("x"), bar.at("width")) for bar in of_class(drawing, "open")] == [(0, 100)]
    assert of_class(drawing, "bar")[2].classes == ["bar", "product"]
    assert [row[0] for row in drawing.rows.cells] == ["Before", "Adjusted", "After", "Avoided"]


def test_more_use_than_the_adjusted_baseline_is_drawn_as_a_loss() -> None:
    drawing = totals(10_000, 8_000, 10_000, -2_000)
    last = of_class(drawing, "bar")[2]
    assert last.classes == ["bar", "loss"]
    assert (last.at("x"), last.at("width")) == (80, 20)


def test_a_saving_without_an_adjusted_baseline_keeps_inside_the_picture() -> None:
    last = of_class(totals(10_000, None, 9_500, 3_000), "bar")[2]
    assert (last.at("x"), last.at("width")) == (76, 24)


@pytest.mark.parametrize(
    ("adjusted", "after", "saving"), [(None, 9_500, None), (12_500, None, 3_000), (12_500, 9_500, None)]
)
def test_what_is_not_known_of_the_totals_is_not_drawn(
    adjusted: int | None, after: int | None, saving: int | None
) -> None:
    drawing = totals(10_000, adjusted, after, saving)
    assert len(of_class(drawing, "bar", "energy")) == (2 if after else 1)
    assert not of_class(drawing, "bar", "product")
    assert len(of_class(drawing, "open")) == (1 if adjusted else 0)
    assert len([part for part in parts(drawing) if "chart-value" in part.classes]) == 4
