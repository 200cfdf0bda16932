"""A plant's flows as they are laid out: nothing crosses, everything adds up, no label stands on another."""

import re
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.charts import Box, Drawing, Flow, FlowIsNegative, FlowLeadsToNoBox, FlowsRunInALoop, sankey
from portal.charts.flows import Layout, Link, columns_of, lay_out
from tests.unit.portal.seen import of_class, texts

HEADINGS = ("From", "To", "t a year")
NEARLY = 1e-6


def mill(*more: Flow) -> Drawing:
    """Grey fabric and dyes through two steps; packaging skips the first."""
    boxes = [
        Box("grey", "Grey fabric", "100"),
        Box("dyes", "Dyes", "8"),
        Box("packs", "Packaging", "5"),
        Box("dyeing", "Dyeing", "108"),
        Box("finishing", "Finishing", "105"),
        Box("fabric", "Fabric", "99", "product"),
        Box("waste", "Waste", "14", "loss"),
    ]
    flows = [
        Flow("grey", "dyeing", 100, "100"),
        Flow("dyes", "dyeing", 8, "8"),
        Flow("dyeing", "finishing", 100, "100"),
        Flow("dyeing", "waste", 8, "8", "loss"),
        Flow("packs", "finishing", 5, "5"),
        Flow("finishing", "fabric", 99, "99", "product"),
        Flow("finishing", "waste", 6, "6", "loss"),
    ]
    return sankey("Eight of a hundred tonnes are lost in dyeing", boxes, [*flows, *more], HEADINGS)


@st.composite
def flows_of_plants(draw: st.DrawFn) -> list[Link]:
    """Any flows that run forward among up to nine boxes, several between the same two included."""
    count = draw(st.integers(2, 9))
    pairs = st.tuples(st.integers(0, count - 2), st.integers(1, count - 1)).filter(lambda pair: pair[0] < pair[1])
    found = draw(st.lists(st.tuples(pairs, st.integers(1, 1000)), min_size=1, max_size=16))
    return [Link(str(source), str(target), amount) for (source, target), amount in found]


def laid_out(links: list[Link]) -> Layout:
    columns = columns_of(links, {})
    return lay_out(links, columns, dict.fromkeys(columns, (20, 5)))


@settings(max_examples=60, deadline=None)
@given(flows_of_plants())
def test_boxes_with_their_labels_keep_apart_and_inside_the_picture(links: list[Link]) -> None:
    layout = laid_out(links)
    columns = defaultdict(list)
    for box in layout.boxes:
        columns[box.column].append((box.top - box.above, box.top + box.height + box.below))
    for spans in columns.values():
        spans.sort()
        assert spans[0][0] >= -NEARLY
        assert spans[-1][1] <= layout.height + NEARLY
        assert all(upper[1] <= lower[0] + NEARLY for upper, lower in pairwise(spans))


@settings(max_examples=60, deadline=None)
@given(flows_of_plants())
def test_no_ribbon_crosses_a_box_its_label_or_another_ribbon_in_a_column(links: list[Link]) -> None:
    layout = laid_out(links)
    taken = defaultdict(list)
    for box in layout.boxes:
        taken[box.column].append((box.top - box.above, box.top + box.height + box.below))
    column = {box.key: box.column for box in layout.boxes}
    for ribbon in layout.ribbons:
        passed = [stretch.column for stretch in ribbon.stretches]
        assert passed == list(range(column[ribbon.link.source], column[ribbon.link.target])), "column by column"
        for arriving, leaving in pairwise(ribbon.stretches):
            assert leaving.leaves == pytest.approx(arriving.arrives), "straight through the column"
            taken[leaving.column].append((leaving.leaves, leaving.leaves + ribbon.width))
    for spans in taken.values():
        spans.sort()
        assert all(upper[1] <= lower[0] + NEARLY for upper, lower in pairwise(spans))


@settings(max_examples=60, deadline=None)
@given(flows_of_plants())
def test_ribbons_fill_the_fuller_side_of_their_box_without_overlap(links: list[Link]) -> None:
    layout = laid_out(links)
    arriving, leaving = defaultdict(list), defaultdict(list)
    for ribbon in layout.ribbons:
        first, last = ribbon.stretches[0], ribbon.stretches[-1]
        leaving[ribbon.link.source].append((first.leaves, ribbon.width))
        arriving[ribbon.link.target].append((last.arrives, ribbon.width))
    for box in layout.boxes:
        for side in (arriving[box.key], leaving[box.key]):
            edge = box.top
            for place, width in sorted(side):
                assert place == pytest.approx(edge), "each begins where the one above it ends"
                edge = place + width
        sums = [sum(width for _, width in side) for side in (arriving[box.key], leaving[box.key])]
        assert max(sums) == pytest.approx(box.height)


@settings(max_examples=60, deadline=None)
@given(flows_of_plants())
def test_widths_are_in_proportion_and_flows_go_right_to_an_end_at_the_edge(links: list[Link]) -> None:
    layout = laid_out(links)
    scales = {round(ribbon.width / ribbon.link.amount, 9) for ribbon in layout.ribbons}
    assert len(scales) == 1
    assert scales.pop() > 0
    column = {box.key: box.column for box in layout.boxes}
    assert all(column[link.source] < column[link.target] for link in links)
    last = max(column.values())
    assert {column[key] for key in column if all(link.source != key for link in links)} == {last}
    assert {column[key] for key in column if all(link.target != key for link in links)} == {0}


@settings(max_examples=20, deadline=None)
@given(flows_of_plants())
def test_the_same_flows_are_always_drawn_alike(links: list[Link]) -> None:
    assert laid_out(links) == laid_out(links)


def test_a_box_stands_as_far_right_as_its_longest_way() -> None:
    links = [Link("a", "b", 1), Link("b", "c", 1), Link("a", "c", 1), Link("c", "end", 1), Link("b", "loss", 1)]
    assert columns_of(links, {}) == {"a": 0, "b": 1, "c": 2, "end": 3, "loss": 3}


@settings(max_examples=60, deadline=None)
@given(flows_of_plants())
def test_ribbons_leave_and_enter_in_the_order_of_where_they_go_and_come_from(links: list[Link]) -> None:
    layout = laid_out(links)
    middle = {box.key: box.top + box.height / 2 for box in layout.boxes}
    leaving, arriving = defaultdict(list), defaultdict(list)
    for ribbon in layout.ribbons:
        first, last, straight = ribbon.stretches[0], ribbon.stretches[-1], len(ribbon.stretches) == 1
        target = middle[ribbon.link.target] if straight else first.arrives + ribbon.width / 2
        source = middle[ribbon.link.source] if straight else last.leaves + ribbon.width / 2
        leaving[ribbon.link.source].append((first.leaves, target))
        arriving[ribbon.link.target].append((last.arrives, source))
    for side in (*leaving.values(), *arriving.values()):
        others = [other for _, other in sorted(side)]
        assert all(upper <= lower + NEARLY for upper, lower in pairwise(others))


def test_boxes_are_drawn_level_with_what_they_are_joined_to() -> None:
    """A trickle named last runs under the stream, and what it feeds is named first: it goes down to the trickle."""
    layout = laid_out([Link("stream", "end", 99), Link("trickle", "step", 1), Link("step", "end", 1)])
    middle = {box.key: box.top + box.height / 2 for box in layout.boxes}
    assert middle["trickle"] > middle["stream"]
    assert middle["step"] == pytest.approx(middle["trickle"], abs=10)


def test_an_input_stands_in_the_middle_of_what_it_feeds() -> None:
    layout = laid_out([Link("input", "first", 5), Link("input", "second", 5)])
    middle = {box.key: box.top + box.height / 2 for box in layout.boxes}
    assert middle["input"] == pytest.approx((middle["first"] + middle["second"]) / 2, abs=1)


def test_lines_side_by_side_do_not_cross_in_whatever_order_they_are_named() -> None:
    layout = laid_out([Link("a", "m", 9), Link("b", "n", 9), Link("n", "x", 9), Link("m", "y", 9)])
    top = {box.key: box.top for box in layout.boxes}
    assert (top["a"] < top["b"]) == (top["m"] < top["n"]) == (top["y"] < top["x"])


def test_a_loop_is_refused_with_the_name_of_the_flow() -> None:
    with pytest.raises(FlowsRunInALoop) as refused:
        mill(Flow("finishing", "dyeing", 3, "3"))
    assert str(refused.value) == (
        "The flow from Finishing to Dyeing closes a loop (Dyeing → Finishing → Dyeing): "
        "it cannot be drawn from inputs to products."
    )


def test_a_box_that_feeds_itself_is_a_loop() -> None:
    with pytest.raises(FlowsRunInALoop, match="from Dyeing to Dyeing closes a loop"):
        mill(Flow("dyeing", "dyeing", 3, "3"))


def test_a_loop_is_found_behind_which_flows_go_on() -> None:
    links = [Link("c", "end", 1), Link("a", "b", 1), Link("b", "c", 1), Link("c", "b", 1)]
    with pytest.raises(FlowsRunInALoop, match=r"\((b → c → b|c → b → c)\)"):
        columns_of(links, {key: key for key in ("a", "b", "c", "end")})


def test_a_flow_to_a_box_that_is_not_there_is_refused() -> None:
    with pytest.raises(FlowLeadsToNoBox, match="from dyeing to the river"):
        mill(Flow("dyeing", "the river", 3, "3"))


def test_a_negative_flow_is_refused_with_the_names_of_its_boxes() -> None:
    with pytest.raises(FlowIsNegative, match="from Dyeing to Waste is negative"):
        mill(Flow("dyeing", "waste", -3, "−3"))


def test_a_flow_of_unknown_size_stands_in_the_table_only() -> None:
    drawing = mill(Flow("dyes", "waste", None), Flow("packs", "waste", 0, "0"))
    assert len(of_class(drawing, "ribbon")) == 7
    assert drawing.rows.cells[-2:] == (("Dyes", "Waste", "–"), ("Packaging", "Waste", "0"))
    assert drawing.rows.cells[0] == ("Grey fabric", "Dyeing", "100")


def test_a_plant_of_unknown_flows_has_a_dash_and_its_table() -> None:
    drawing = sankey("Nothing measured", [Box("a", "In"), Box("b", "Out")], [Flow("a", "b", None)], HEADINGS)
    assert texts(of_class(drawing, "chart-note")) == ["–"]
    assert drawing.rows.cells == (("In", "Out", "–"),)


def test_drawn_ribbons_bend_between_columns_and_pass_them_level() -> None:
    """Columns at 22, 40.67, 59.33 and 78 per cent, boxes six per mille to either side: a bend fills one of the gaps."""
    gaps = {("226.0", "400.7"), ("412.7", "587.3"), ("599.3", "774.0")}
    bend = re.compile(r"([\d.]+) ([\d.]+)C([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)")
    for ribbon in of_class(mill(), "ribbon"):
        bends = [found.groups() for found in bend.finditer(ribbon.attributes["d"])]
        upper, lower = bends[: len(bends) // 2], bends[len(bends) // 2 :]
        assert len(upper) == len(lower) > 0
        for start, leaves, half, first, other_half, second, end, arrives in upper:
            assert (start, end) in gaps
            assert (half, first, second) == (other_half, leaves, arrives)
            assert float(start) < float(half) < float(end)
        for before, after in pairwise(upper):
            assert before[-1] == after[1], "level through the column"
        for out, back in zip(upper, reversed(lower), strict=True):
            assert (back[0], back[2], back[4], back[6]) == (out[6], out[4], out[2], out[0])
            assert float(back[1]) > float(out[7]), "the lower edge goes back below the upper one"


def test_labels_of_inputs_stand_left_of_ends_right_and_of_steps_above() -> None:
    labels = {part.text: part for part in of_class(mill(), "chart-box")}
    assert "right:79%" in labels["Dyes 8"].attributes["style"]
    assert "left:79%" in labels["Fabric 99"].attributes["style"]
    assert "over" in labels["Dyeing 108"].classes
    assert "max-width:18.67%" in labels["Dyeing 108"].attributes["style"], "no wider than from column to column"


def test_many_columns_make_a_wider_picture_and_long_names_more_room() -> None:
    boxes = [Box(str(place), "Chemically enhanced primary treatment", "12,000") for place in range(9)]
    flows = [Flow(str(place), str(place + 1), 1, "1") for place in range(8)]
    chain = sankey("A long way", boxes, flows, HEADINGS)
    assert of_class(chain, "chart")[0].attributes["style"] == "min-width:100.0rem"
    first, last = of_class(chain, "box")[1], of_class(chain, "box")[-1]
    assert first.at("y") >= 5 * 20, "five lines above it: seven rem hold one word each"
    assert last.at("y") < first.at("y")


def test_many_inputs_make_a_taller_picture_not_thinner_ribbons() -> None:
    def height(count: int) -> float:
        boxes = [Box(str(place), "Input", "1") for place in range(count)]
        flows = [Flow(str(place), "end", 1, "1") for place in range(count)]
        drawing = sankey("Inputs", [*boxes, Box("end", "Product", str(count))], flows, HEADINGS)
        return float(
            of_class(drawing, "chart-flows")[0].attributes["style"].removeprefix("height:").removesuffix("rem")
        )

    assert height(2) == 16.25  # 180 + 2 x 40 sixteenths
    assert height(6) == 26.25
    assert height(30) == 96.75  # (30 x 20 + 29 x 6) sixteenths for labels and gaps, as much for flows
