"""Bars, columns and the funnel: lengths in proportion, unknown never as zero, labels that are only text."""

import re
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import portal
from portal.charts import (
    Bar,
    Box,
    Drawing,
    FigureCannotBeDrawn,
    Flow,
    Interval,
    Kind,
    Mark,
    Step,
    TooManyColours,
    bars,
    before_after,
    columns,
    funnel,
    intervals,
    sankey,
)
from tests.unit.portal.seen import of_class, parts, texts

TWO = ("Resource", "Share of the benchmark")
THREE = ("Stage", "Clients", "Of those before")
FIGURES = st.floats(-1e9, 1e9).filter(lambda value: value == 0 or abs(value) > 1e-3)


def one_of_each(name: str = "Steam", text: str = "12 t") -> list[Drawing]:
    """Every kind of drawing, with every kind of shape, all words the same."""
    bar = Bar(name, 5, text, "energy")
    less, unknown = Bar(name, -5, text, "water"), Bar(name, None, text, "material")
    mark = Mark(name, 4, text)
    return [
        bars(name, [bar, less, unknown], (name, name), mark),
        columns(name, [bar, less, unknown], (name, name)),
        columns(name, [Bar(name, 1, text, "waste")] * 30, (name, name)),
        funnel(name, [Step(name, 5, text, text), Step(name, 2, text), Step(name, None, text)], (name, name, name)),
        intervals(name, [Interval(name, 1, 3, text, 2, mark)], (name, name, name), name),
        before_after(name, bar, bar, bar, less, (name, name)),
        sankey(
            name,
            [Box("a", name, text), Box("b", name, text), Box("c", name, text, "loss"), Box("d", name, text)],
            [Flow("a", "b", 2, text), Flow("b", "c", 2, text, "loss"), Flow("b", "d", None, text)],
            (name, name, name),
            [("process", name)],
        ),
    ]


def lengths(drawing: Drawing) -> list[float]:
    return [bar.at("width") for bar in of_class(drawing, "bar")]


def test_bars_are_as_long_as_their_figures() -> None:
    drawing = bars("Use", [Bar("Steam", 150, "150%"), Bar("Water", Decimal("75"), "75%")], TWO)
    assert lengths(drawing) == [100, 50]
    assert [bar.at("x") for bar in of_class(drawing, "bar")] == [0, 0]
    assert texts(of_class(drawing, "chart-value")) == ["150%", "75%"]


@settings(max_examples=40)
@given(st.lists(FIGURES, min_size=1, max_size=8))
def test_all_bars_have_one_scale_and_begin_at_zero(figures: list[float]) -> None:
    drawing = bars("Use", [Bar(str(place), figure, "") for place, figure in enumerate(figures)], TWO)
    zero = of_class(drawing, "axis")[0].at("x1")
    span = max(0, *figures) - min(0, *figures) or 1
    for bar, figure in zip(of_class(drawing, "bar"), figures, strict=True):
        assert bar.at("width") == pytest.approx(100 * abs(figure) / span, abs=0.02)
        edge = bar.at("x") if figure >= 0 else bar.at("x") + bar.at("width")
        assert edge == pytest.approx(zero, abs=0.03)
        assert -0.02 <= bar.at("x") <= bar.at("x") + bar.at("width") <= 100.02


def test_a_negative_bar_goes_to_the_left_of_zero_with_its_label_before_it() -> None:
    drawing = bars("Change", [Bar("Steam", 30, "+30%"), Bar("Water", -10, "−10%")], TWO)
    up, down = of_class(drawing, "bar")
    assert (up.at("x"), up.at("width")) == (25, 75)
    assert (down.at("x"), down.at("width")) == (0, 25)
    right, left = of_class(drawing, "chart-value")
    assert right.attributes["style"] == "left:100%"
    assert left.attributes["style"] == "right:100%"
    assert "margin:0 3.5em 0 3.5em" in str(drawing.markup), "four characters and a little on either side"


def test_what_is_not_known_is_a_dash_and_no_bar() -> None:
    drawing = bars("Use", [Bar("Steam", None), Bar("Water", 0, "0 m³"), Bar("Dyes", 5, "5 t")], TWO)
    assert lengths(drawing) == [0, 100]
    assert texts(of_class(drawing, "chart-value")) == ["–", "0 m³", "5 t"]
    assert drawing.rows.cells == (("Steam", "–"), ("Water", "0 m³"), ("Dyes", "5 t"))


def test_an_empty_text_is_a_dash_too() -> None:
    drawing = bars("Use", [Bar("Steam", None, "")], TWO)
    assert texts(of_class(drawing, "chart-value")) == ["–"]
    assert drawing.rows.cells == (("Steam", "–"),)


def test_marks_upon_letters_take_no_room() -> None:
    """Five letters of 0.62 em and one em of air, however the accents are written."""
    for text in ("Định!", unicodedata.normalize("NFD", "Định!")):
        assert "margin:0 4.1em 0 0em" in bars("Use", [Bar("Steam", 5, text)], TWO).markup


@pytest.mark.parametrize(
    ("mark", "style"),
    [
        (10, "margin-left:10%"),
        (40, "margin:0 20% 0 0%;text-align:center"),
        (65, "margin:0 0% 0 30%;text-align:center"),
        (95, "margin-right:5%;text-align:right"),
    ],
)
def test_the_name_of_a_benchmark_stands_over_it_and_keeps_inside(mark: int, style: str) -> None:
    drawing = bars("Use", [Bar("Steam", 100, "100%")], TWO, Mark("Benchmark", mark, "so much"))
    assert of_class(drawing, "chart-note")[0].attributes["style"] == style


def test_a_chart_of_nothing_known_is_drawn_all_the_same() -> None:
    for drawing in (bars("Use", [Bar("Steam", None)], TWO), columns("Use", [Bar("2024", None)], TWO)):
        assert not of_class(drawing, "bar")
        assert texts(of_class(drawing, "chart-value")) == ["–"]


def test_the_benchmark_stands_at_its_place_beside_every_bar() -> None:
    drawing = bars("Use", [Bar("Steam", 160, "160%"), Bar("Water", 80, "80%")], TWO, Mark("Benchmark", 100, "100%"))
    assert [mark.at("x1") for mark in of_class(drawing, "mark")] == [62.5, 62.5]
    assert texts(of_class(drawing, "chart-note")) == ["Benchmark 100%"]
    assert drawing.rows.cells[-1] == ("Benchmark", "100%")


def test_a_benchmark_above_all_bars_is_on_the_scale() -> None:
    drawing = bars("Use", [Bar("Steam", 50, "50%")], TWO, Mark("Target", 200, "200%"))
    assert lengths(drawing) == [25]
    assert of_class(drawing, "mark")[0].at("x1") == 100


@pytest.mark.parametrize("figure", [Decimal("NaN"), float("inf")])
def test_what_is_no_number_is_refused_by_name(figure: float) -> None:
    with pytest.raises(FigureCannotBeDrawn, match="“Steam”"):
        bars("Use", [Bar("Steam", figure, "?")], TWO)


def test_more_than_six_colours_are_refused() -> None:
    kinds: list[Kind] = ["energy", "water", "material", "waste", "process", "product", "loss"]
    six = [Bar(kind, 1, "1", kind) for kind in kinds[:6]]
    assert len(of_class(bars("Use", six, TWO), "bar")) == 6
    with pytest.raises(TooManyColours, match="7 colours"):
        bars("Use", [*six, Bar("loss", 1, "1", "loss")], TWO)


def test_columns_stand_on_zero_and_are_as_high_as_their_figures() -> None:
    years = [Bar("2022", 4, "4.0"), Bar("2023", None), Bar("2024", -2, "−2.0"), Bar("2025", 8, "8.0")]
    drawing = columns("Avoided", years, ("Year", "Avoided"))
    assert [(bar.at("y"), bar.at("height")) for bar in of_class(drawing, "bar")] == [(40, 40), (80, 20), (0, 80)]
    assert {line.at("y1") for line in of_class(drawing, "axis")} == {80}
    places = [label.attributes["style"] for label in of_class(drawing, "chart-value")]
    assert places == ["bottom:60%", "bottom:20%", "top:100%", "bottom:100%"]
    assert texts(of_class(drawing, "chart-name")) == ["2022", "2023", "2024", "2025"]
    assert len(of_class(drawing, "down")) == 4, "room for a label below zero, in every column alike"
    assert drawing.rows.cells[1] == ("2023", "–")


def test_columns_too_many_for_a_phone_scroll_in_a_region_that_can_be_focused() -> None:
    few = columns("Avoided", [Bar(str(year), 1, "1.0") for year in range(2019, 2025)], TWO)
    many = columns("Avoided", [Bar(str(year), 1, "1,000.0") for year in range(2010, 2025)], TWO)
    assert not of_class(few, "chart-scroll")
    (region,) = of_class(many, "chart-scroll")
    assert (region.attributes["tabindex"], region.attributes["role"]) == ("0", "region")
    # 15 years of seven characters: 4.34 em of 0.8125 rem, and half a rem between them
    assert of_class(many, "chart")[0].attributes["style"] == "min-width:60.4rem"


FUNNEL = [
    Step("Registered", 400, "400"),
    Step("Requested", 300, "300", "75%"),
    Step("Assessed", None, "fewer than 5"),
    Step("Implemented", 100, "100"),
    Step("Verified", 0, "0", "0%"),
]


def test_the_funnel_narrows_from_step_to_step() -> None:
    drawing = funnel("Impact", FUNNEL, THREE)
    assert lengths(drawing) == [100, 75, 25, 0]
    ways = [part.attributes["d"] for part in parts(drawing) if part.tag == "path"]
    assert ways == ["M0 0H100.00L75.00 10H0Z", "M0 0H25.00L0.00 10H0Z"], "none to or from what is not told"
    assert drawing.rows.cells[1:3] == (("Requested", "300", "75%"), ("Assessed", "fewer than 5", "–"))


def test_a_suppressed_step_is_an_empty_frame_with_its_words() -> None:
    (frame,) = of_class(funnel("Impact", FUNNEL, THREE), "void")
    assert (frame.at("x"), frame.at("width")) == (0, 100)
    assert "fewer than 5" in texts(of_class(funnel("Impact", FUNNEL, THREE), "chart-value"))


@pytest.mark.parametrize("place", range(7))
def test_words_of_users_are_shown_and_never_run(place: int) -> None:
    evil = "<script>alert(1)</script>\"' onload=x"
    drawing = one_of_each(evil, evil)[place]
    assert "<script" not in drawing.markup
    tags = {part.tag for part in parts(drawing)}
    assert tags <= {"div", "span", "b", "i", "p", "svg", "rect", "line", "path", "circle"}
    assert not [part for part in parts(drawing) if "onload" in part.attributes]
    assert any(evil in part.text for part in parts(drawing)), "it is shown as it was written"


@pytest.mark.parametrize("place", range(7))
def test_a_drawing_is_one_picture_with_a_name(place: int) -> None:
    drawing = one_of_each()[place]
    (picture,) = [part for part in parts(drawing) if part.attributes.get("role") == "img"]
    assert picture.attributes["aria-label"] == "Steam"
    assert all(part.attributes["aria-hidden"] == "true" for part in parts(drawing) if part.tag == "svg")
    assert all(len(row) == len(drawing.rows.headings) for row in drawing.rows.cells)


@pytest.mark.parametrize("place", range(7))
def test_a_drawing_writes_no_text_that_shrinks_no_id_and_no_raw_colour(place: int) -> None:
    drawing = one_of_each()[place]
    assert "<text" not in drawing.markup
    assert not [part for part in parts(drawing) if "id" in part.attributes]
    assert not re.search(r"#[0-9a-f]{3}|rgb|http|fill=|stroke=", drawing.markup)


def test_every_class_of_a_drawing_has_its_rule() -> None:
    used = {name for drawing in one_of_each() for part in parts(drawing) for name in part.classes}
    sheet = (Path(portal.__file__).parent / "static" / "charts.css").read_text(encoding="utf-8")
    assert used - set(re.findall(r"\.([a-z][\w-]*)", sheet)) == set()
    assert len(sheet) < 2500
    assert not re.search(r"#[0-9a-f]{3}|https?:", sheet)
