"""NAICS 2017 to ISIC Rev.4: the shipped table against the real plants and the classification's own list."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.imports.mappings import crosswalk
from chassis.pack import Pack
from chassis.settings import ROOT

REAL = ROOT.parent / "shared" / "data"
TABLE = crosswalk(Pack(ROOT / "packs" / "demo"), "naics2017_isic4")
with_real_data = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real data is not at {REAL}")


def _plants() -> Iterator[str]:
    with (REAL / "iac" / "assess_fy2005_2014.csv").open(encoding="utf-8", newline="") as lines:
        yield from (row["naics"] for row in csv.DictReader(lines))


def _candidates(naics: str) -> list[str]:
    return TABLE[naics][1].split() if naics in TABLE else []


@with_real_data
def test_the_table_meets_the_published_figures() -> None:
    plants = list(_plants())
    assert sum(naics not in TABLE for naics in plants) == 31
    assert sum(len(_candidates(naics)) > 1 for naics in plants) == 2_114
    assert sum(len({code[:2] for code in _candidates(naics)}) > 1 for naics in plants) == 1_332


@with_real_data
def test_every_code_of_the_table_is_one_of_isic() -> None:
    with Path(REAL / "classification" / "ISIC_Rev_4_english_structure.txt").open(encoding="utf-8") as lines:
        known = {row[0] for row in csv.reader(lines) if row}
    assert {code for _, candidates in TABLE.values() for code in candidates.split()} <= known
    assert {common for common, _ in TABLE.values() if common} <= known


def test_several_candidates_leave_what_they_share_and_at_least_a_division() -> None:
    assert all(len(common) in (0, 2, 3, 4) for common, _ in TABLE.values())
    for common, candidates in TABLE.values():
        assert all(code.startswith(common) for code in candidates.split())
    assert TABLE["238310"] == ("43", "4329 4330 4390")
