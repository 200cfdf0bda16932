"""How the bench judges: ratios round by round, bounds in their direction, rows that pgbench does not misread."""

from typing import Any

import pytest

from bench.harness import Sample, against, beside
from bench.statements import insert, literal
from bench.write import page


def seconds(*rates: float) -> list[Sample]:
    return [Sample(int(rate * 10), 10.0, {"service": 1.0}) for rate in rates]


def test_a_ratio_is_the_middle_of_the_rounds_ratios_not_of_their_medians() -> None:
    values, limits = seconds(10, 40, 90), seconds(100, 100, 100)
    assert beside(values, limits, lambda each: each.per_second) == 0.4
    assert beside(seconds(10, 90, 40), seconds(10, 100, 400), lambda each: each.per_second) == 0.9


@pytest.mark.parametrize(("at_most", "met"), [(False, False), (True, True)])
def test_a_bound_holds_in_its_direction(at_most: bool, met: bool) -> None:
    result = against(
        "a",
        "per s",
        seconds(50),
        seconds(100),
        lambda each: each.per_second,
        target=0.6,
        limit_is="b",
        at_most=at_most,
    )
    assert (result.ratio, result.met, result.cpu_us) == (0.5, met, 2_000.0)


def test_a_row_is_written_as_it_was_and_nothing_in_it_is_a_variable() -> None:
    assert literal('{"a":null,"b":"it\'s \\x"}') == 'E\'{"a"\\x3anull,"b"\\x3a"it\'\'s \\\\x"}\''
    assert insert("t", {"id": "1", "x": None}, {"id": "f(:n)"}) == 'INSERT INTO "t" ("id", "x") VALUES (f(:n), NULL);'


@pytest.mark.parametrize(("load", "warned"), [(0.3, False), (25.0, True)])
def test_a_figure_of_a_busy_machine_says_so(load: float, warned: bool) -> None:
    known: dict[str, Any] = {
        "machine": {"cores": 2, "cpu": "c", "memory_gb": 1, "system": "s", "python": "3"},
        "measured": {"create": {"on": "2026-11-24", "rounds": 5, "load": load}},
        "results": [],
        "info": [{"figure": "create", "name": "p50", "unit": "ms", "value": 1.5, "words": ""}],
    }
    assert ("nothing of this is to be quoted" in page(known)) is warned
