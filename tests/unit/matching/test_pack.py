"""The matching section of a pack."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.pack import Pack
from contracts.values import CompetenceNeeded, Sector
from services.matching.domain.scores import PARTS
from services.matching.pack import CompetenceIsUnknown, MatchingPack, ReasonIsUnknown, Weights

DEMO = Path(__file__).parents[3] / "packs" / "demo"


@pytest.fixture(scope="module")
def demo() -> MatchingPack:
    return Pack(DEMO).section("matching", MatchingPack)


def changed(demo: MatchingPack, **changes: Any) -> dict[str, Any]:
    return {**demo.model_dump(), **changes}


def test_a_job_requires_what_its_kind_and_its_sector_ask_for(demo: MatchingPack) -> None:
    recp, wet = CompetenceNeeded(code="recp_assessment", level=3), CompetenceNeeded(code="wet_processing", level=2)
    assert demo.competences_for("assessment", Sector(code="1311", revision="4")) == (recp, wet)
    assert demo.competences_for("assessment", Sector(code="C13", revision="4")) == (recp, wet)
    assert demo.competences_for("assessment", Sector(code="1311", revision="5")) == (recp,)
    assert demo.competences_for("assessment", Sector(code="24", revision="4")) == (recp,)
    assert demo.competences_for("assessment", None) == (recp,)
    assert demo.competences_for("policy_advice", Sector(code="1311", revision="4")) == (
        CompetenceNeeded(code="policy_advice", level=3),
    )


def test_of_two_levels_the_higher_is_required(demo: MatchingPack) -> None:
    higher = {"kind": "assessment", "isic": ("13",), "competences": ({"code": "recp_assessment", "level": 4},)}
    pack = MatchingPack.model_validate(changed(demo, required=(*demo.model_dump()["required"], higher)))
    assert pack.competences_for("assessment", Sector(code="13", revision="4"))[0].level == 4
    assert pack.competences_for("assessment", Sector(code="10", revision="4"))[1].level == 3


def test_every_weight_belongs_to_a_part_of_the_score(demo: MatchingPack) -> None:
    assert set(Weights.model_fields) == set(PARTS)
    assert demo.scoring.weights.used()["sector"] == 25


def test_a_weight_of_zero_leaves_the_part_out(demo: MatchingPack) -> None:
    weights = Weights.model_validate({**demo.scoring.weights.model_dump(), "rating": 0})
    assert "rating" not in weights.used()
    with pytest.raises(ValidationError, match="must have a weight"):
        Weights.model_validate(dict.fromkeys(Weights.model_fields, 0))


def test_every_kind_of_service_requires_a_competence(demo: MatchingPack) -> None:
    required = [rule for rule in demo.model_dump()["required"] if rule["kind"] != "awareness"]
    with pytest.raises(ValidationError, match="required in every sector for awareness"):
        MatchingPack.model_validate(changed(demo, required=required))


def test_a_required_competence_must_be_known(demo: MatchingPack) -> None:
    required = ({"kind": "awareness", "competences": ({"code": "magic", "level": 1},)},)
    with pytest.raises(ValidationError, match="unknown competences: magic"):
        MatchingPack.model_validate(changed(demo, required=required))


def test_every_decision_has_reasons(demo: MatchingPack) -> None:
    with pytest.raises(ValidationError, match="no reasons are listed for decline"):
        MatchingPack.model_validate(changed(demo, reasons={**demo.reasons, "decline": ()}))


def test_a_reason_must_be_one_of_the_decision(demo: MatchingPack) -> None:
    demo.check_reason("decline", "too_far")
    with pytest.raises(ReasonIsUnknown):
        demo.check_reason("withdraw", "too_far")


def test_a_competence_must_be_one_of_the_pack(demo: MatchingPack) -> None:
    demo.check_competence("wet_processing")
    with pytest.raises(CompetenceIsUnknown):
        demo.check_competence("magic")
