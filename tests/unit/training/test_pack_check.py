"""Courses give competences that matching knows: the check of a pack says which it does not."""

import shutil
from pathlib import Path

from chassis.settings import ROOT
from openrecp.packs import faults_of


def test_a_competence_that_matching_does_not_know_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(ROOT / "packs" / "demo", tmp_path / "demo"))
    assert faults_of(pack) == []
    section = pack / "training.toml"
    section.write_text(section.read_text(encoding="utf-8").replace('"green_finance"', '"juggling"'), encoding="utf-8")
    assert faults_of(pack) == ["training.toml: competences: juggling is none of matching.toml"]
