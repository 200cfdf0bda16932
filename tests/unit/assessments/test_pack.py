"""The section of the pack: what it holds, and which mistakes in it are told before anything starts."""

import shutil
from pathlib import Path

import pytest

from chassis.pack import Pack, PackInvalid
from services.assessments.domain.rules import Rules
from services.assessments.pack import rules_of

DEMO = Path(__file__).parents[3] / "packs" / "demo"


def test_the_demo_pack_names_its_version_and_22_reasons(rules: Rules) -> None:
    assert (rules.pack.code, rules.pack.version, rules.rules_version) == ("demo", "2026.1", "2026.1")
    assert len(rules.options.refusal_reasons) == 22
    assert {"not_stated", "pending_too_long"} <= set(rules.options.refusal_reasons)


def test_every_factor_says_where_it_comes_from(rules: Rules) -> None:
    assert all(each.source and each.year and each.method and each.purpose for each in rules.energy.factors)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("min_readings = 5", "min_readings = 5\nmin_reading = 3", "verification.min_reading"),
        ('carrier = "wood"', 'carrier = "driftwood"', "factors speak of unknown carriers: driftwood"),
        ('factor_id = "xa-grid-2024"', 'factor_id = "xa-grid-2022"', "factor codes stand twice: xa-grid-2022"),
        ('code = "heat"', 'code = "wood"', "carrier codes stand twice: wood"),
        ('pending_reason = "pending_too_long"', 'pending_reason = "tired"', "pending_reason tired"),
        ('unit = "t_co2_per_mwh"', 'unit = "t"', "energy.factors.13.unit"),
    ],
)
def test_a_mistake_in_the_section_is_told(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder)
    section = folder / "assessments.toml"
    text = section.read_text(encoding="utf-8")
    assert right in text
    section.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(PackInvalid, match=told):
        rules_of(Pack(folder))
