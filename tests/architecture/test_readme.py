"""The README is read in one go, and what it leads to is there."""

import re

from tests.architecture.tree import ROOT

LINES = 150
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_is_no_longer_than_somebody_reads() -> None:
    assert len(README.splitlines()) <= LINES, "move what only some need to docs/ or CONTRIBUTING.md, and lead there"


def test_every_link_and_picture_is_there() -> None:
    found = [link.partition("#")[0] for link in re.findall(r"\]\(([^)#][^)]*)\)", README)]
    assert found
    assert [link for link in found if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_every_make_target_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", README, re.MULTILINE))
    assert named >= {"run", "test", "demo"}
    assert sorted(named - targets) == []
