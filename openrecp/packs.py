"""Checking a country pack: every section a service reads, by its type."""

import re
from pathlib import Path

from chassis.notices import wording
from chassis.pack import Pack, PackInvalid
from openrecp.services import NAMES, load
from services.matching.pack import MatchingPack
from services.training.pack import TrainingPack

OPEN = re.compile(r"#\s*centre: fill in (.+)")


def faults_of(folder: Path) -> list[str]:
    """Everything that is wrong with a pack, a sentence each; empty when it can be used."""
    if not folder.is_dir():
        return [f"{folder} is not there"]
    try:
        pack = Pack(folder)
    except PackInvalid as invalid:
        return invalid.faults
    faults: list[str] = []
    for name in NAMES:
        service = load(name)
        faults += wording.faults_of(pack, service.notices)
        section = service.section
        if section is None:
            continue
        try:
            pack.section(name, section)
        except PackInvalid as invalid:
            faults += invalid.faults
    return list(dict.fromkeys(faults or _between_sections(pack)))


def left_open(folder: Path) -> list[str]:
    """What a pack leaves for its centre to fill in, a line each: file, line and what; raises `PackInvalid`."""
    if not folder.is_dir():
        raise PackInvalid(folder.name, [f"{folder} is not there"])
    return [
        f"{path.relative_to(folder)}:{number}: {mark[1].strip()}"
        for path in sorted(folder.rglob("*.toml"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (mark := OPEN.search(line))
    ]


def _between_sections(pack: Pack) -> list[str]:
    """Codes that one section takes from another, which does not have them."""
    known = {each.code for each in pack.section("matching", MatchingPack).competences}
    lost = [code for code in pack.section("training", TrainingPack).competences if code not in known]
    return [f"training.toml: competences: {code} is none of matching.toml" for code in lost]
