"""What an option costs and saves, and how programmes share it."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Money, ProgrammeShare, Stream
from services.impact.domain.figures import AMOUNTS, Figures, attributed, figures, measured, restated, shares_of


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def stream(number: int, resource: str, **saved: str | None) -> Stream:
    known = {name: None if value is None else Decimal(value) for name, value in saved.items()}
    return Stream(stream_no=number, resource=resource, carrier="any", unit="any", **known)


def share(code: str, part: str) -> ProgrammeShare:
    return ProgrammeShare(programme_code=code, share=Decimal(part))


def test_streams_of_one_resource_add_up_and_other_resources_do_not_apply() -> None:
    seen = figures(
        usd("100"),
        None,
        [stream(1, "energy", energy_mj="5.5"), stream(2, "energy", energy_mj="-1"), stream(3, "other")],
    )
    assert (seen.investment, seen.investment_currency) == (Decimal(100), "USD")
    assert (seen.annual_saving, seen.saving_currency) == (None, None)
    assert (seen.energy_mj, seen.energy_unknown) == (Decimal("4.5"), False)
    assert (seen.water_m3, seen.water_unknown) == (None, False)


def test_a_stream_without_its_figure_is_unknown_and_what_is_known_stays() -> None:
    seen = figures(None, None, [stream(1, "water", water_m3=None), stream(2, "water", water_m3="3")])
    assert (seen.water_m3, seen.water_unknown) == (Decimal(3), True)


def test_zero_is_a_figure_and_not_unknown() -> None:
    seen = figures(usd("0"), usd("0"), [stream(1, "waste", waste_t="0")])
    nought = Decimal(0)
    assert (seen.investment, seen.annual_saving, seen.waste_t, seen.waste_unknown) == (nought, nought, nought, False)


def test_a_later_stage_keeps_what_it_does_not_state() -> None:
    before = figures(usd("100"), usd("40"), [stream(1, "energy", energy_mj="9")])
    assert restated(before, figures(None, None, []), saved=False) == before
    cost = restated(before, figures(usd("120"), None, []), saved=False)
    assert (cost.investment, cost.annual_saving, cost.energy_mj) == (Decimal(120), Decimal(40), Decimal(9))
    saved = restated(before, figures(None, None, [stream(1, "water", water_m3="2")]), saved=True)
    assert (saved.investment, saved.energy_mj, saved.water_m3) == (Decimal(100), None, Decimal(2))


def test_a_verified_saving_never_takes_an_estimate_for_a_measurement() -> None:
    before = figures(usd("100"), usd("40"), [stream(1, "energy", energy_mj="9")])
    seen = measured(before, figures(None, None, [stream(1, "energy", energy_mj=None)]))
    assert (seen.investment, seen.annual_saving) == (Decimal(100), None)
    assert (seen.energy_mj, seen.energy_unknown) == (None, True)


@pytest.mark.parametrize(
    ("stated", "programme", "shares"),
    [
        ([], None, {}),
        ([], "", {}),
        ([], "A", {"A": "1"}),
        ([share("B", "0.25"), share("A", "0.5")], "C", {"A": "0.5", "B": "0.25"}),
        ([share("A", "0.25"), share("A", "0.25")], None, {"A": "0.5"}),
        ([share("A", "0")], "C", {}),
    ],
)
def test_an_option_belongs_to_the_programmes_it_names_else_to_its_assessments(
    stated: list[ProgrammeShare], programme: str | None, shares: dict[str, str]
) -> None:
    assert shares_of(stated, programme) == {code: Decimal(part) for code, part in shares.items()}


def test_parts_are_rounded_and_the_last_takes_the_rest() -> None:
    whole = Figures(investment=Decimal("100.0001"), investment_currency="USD", energy_mj=Decimal("-1"))
    third = Decimal("0.33333333")
    parts = attributed(whole, {"A": third, "B": third, "C": third})
    assert list(parts) == ["A", "B", "C", ""]
    assert [parts[each].investment for each in parts] == [
        Decimal("33.3334"),
        Decimal("33.3334"),
        Decimal("33.3334"),
        Decimal("-0.0001"),
    ]
    assert [parts[each].energy_mj for each in parts][:1] == [Decimal("-0.3333")]
    assert {part.investment_currency for part in parts.values()} == {"USD"}


AMOUNT = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(
    amounts=st.lists(st.none() | AMOUNT, min_size=len(AMOUNTS), max_size=len(AMOUNTS)),
    cuts=st.lists(st.integers(0, 10**8), min_size=0, max_size=4),
)
def test_the_parts_always_add_up_to_the_whole(amounts: list[Decimal | None], cuts: list[int]) -> None:
    whole = Figures(**dict(zip(AMOUNTS, amounts, strict=True)))  # type: ignore[arg-type]
    ends = [0, *sorted(cuts)]
    widths = [Decimal(end - start).scaleb(-8) for start, end in pairwise(ends)]
    parts = attributed(whole, {f"P{n}": width for n, width in enumerate(widths) if width > 0}).values()
    for name in AMOUNTS:
        known = [getattr(part, name) for part in parts]
        amount = getattr(whole, name)
        assert known == [None] * len(known) if amount is None else sum(known) == amount
