"""Planted faults can still be planted: each patch fits today's tree and breaks a promise that is judged."""

from pathlib import Path

import pytest

from tests.chaos.checks import PROMISES
from tests.chaos.planting import PLANTED, Planted, applied, copied, faults
from tests.chaos.scenes import NAMES

FAULTS = faults()
ASKED_FOR = 10


def test_there_are_enough_and_none_is_forgotten() -> None:
    assert len(FAULTS) >= ASKED_FOR
    assert {each.patch.name for each in FAULTS} == {each.name for each in PLANTED.glob("*.patch")}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("planted") / "tree")


@pytest.mark.parametrize("fault", FAULTS, ids=[each.name for each in FAULTS])
def test_each_fits_the_tree_of_today(fault: Planted, tree: Path) -> None:
    assert applied(fault.patch, tree, only_look=True) is None
    assert fault.scene in NAMES
    assert fault.breaks in PROMISES


def test_one_that_no_longer_fits_is_told(tree: Path, tmp_path: Path) -> None:
    stale = tmp_path / "stale.patch"
    patch = next(each.patch for each in FAULTS if each.name == "sqlite_normal").read_text()
    stale.write_text(patch.replace('synchronous: str = "FULL"', 'synchronous: str = "EXTRA"'))
    assert "patch does not apply" in str(applied(stale, tree, only_look=True))
