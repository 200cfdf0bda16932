"""Sectors: the wider ISIC sectors that a sector lies in, by the code's own digits and its section."""

from bisect import bisect

from contracts.values import Sector

_SECTIONS = {
    # first division of each section; source: ISIC Rev.4 (UN 2008) and Rev.5 (UN 2023), tables of sections
    "4": ((1, 5, 10, 35, 36, 41, 45, 49, 55, 58, 64, 68, 69, 77, 84, 85, 86, 90, 94, 97, 99), "ABCDEFGHIJKLMNOPQRSTU"),
    "5": (
        (1, 5, 10, 35, 36, 41, 46, 49, 55, 58, 61, 64, 68, 69, 77, 84, 85, 86, 90, 94, 97, 99),
        "ABCDEFGHIJKLMNOPQRSTUV",
    ),
}


def lineage(isic: Sector | None) -> frozenset[str]:
    """Every code of the same revision that names this sector or a wider one: 1311 → C, 13, C13, 131, …"""
    if isic is None:
        return frozenset()
    letter, digits = isic.code.rstrip("0123456789"), isic.code.lstrip("ABCDEFGHIJKLMNOPQRSTU")
    section = letter or _section(digits, isic.revision)
    wider = [digits[:length] for length in range(2, len(digits) + 1)]
    return frozenset([*wider, *(section + each for each in wider), section]) - {""}


def _section(digits: str, revision: str) -> str:
    firsts, letters = _SECTIONS[revision]
    place = bisect(firsts, int(digits[:2])) if len(digits) >= 2 else 0
    return letters[place - 1] if place else ""
