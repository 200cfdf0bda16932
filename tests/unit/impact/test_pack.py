"""What a pack says about results."""

from typing import Any

import pytest
from pydantic import ValidationError

from chassis.pack import Pack
from chassis.settings import ROOT
from services.impact.pack import ImpactPack


def test_every_target_of_the_demo_pack_has_its_indicator() -> None:
    pack = Pack(ROOT / "packs" / "demo")
    known = {each.code for each in pack.section("impact", ImpactPack).indicators}
    targets = {code for programme in pack.country.programmes for code in programme.targets}
    assert targets <= known


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        (
            {"measure": "clients", "stage": "approved"},
            "clients are counted at requested, assessed, impl",
        ),
        ({"measure": "options"}, "options are counted at identified, approved, implemented, verified"),
        ({"measure": "energy_mj", "stage": "pending"}, "energy_mj are counted at identified"),
        ({"measure": "days", "stage": "verified"}, "days are counted at no stage"),
    ],
)
def test_an_indicator_counts_at_a_stage_it_can_reach(indicator: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ImpactPack.model_validate({"minimum_cell": 3, "indicators": [{"code": "x", "name": "X", **indicator}]})


def test_two_indicators_of_one_code_are_refused() -> None:
    twice = [{"code": "x", "name": "X", "measure": "days"}] * 2
    with pytest.raises(ValidationError, match="indicators stand twice: x"):
        ImpactPack.model_validate({"minimum_cell": 3, "indicators": twice})


def test_a_cell_of_one_client_is_never_large_enough() -> None:
    with pytest.raises(ValidationError):
        ImpactPack.model_validate({"minimum_cell": 1, "indicators": []})
