"""Checking a country pack: every section a service reads, by its type."""

from pathlib import Path

from chassis.notices import wording
from chassis.pack import Pack, PackInvalid
from openrecp.services import NAMES, load


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
    return list(dict.fromkeys(faults))
