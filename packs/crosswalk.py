"""Writes a pack's table from NAICS 2017 to ISIC Rev.4: `python packs/crosswalk.py CONCORDANCE.xlsx STRUCTURE.txt`."""

import csv
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

REMARKS = """\
# NAICS 2017 to ISIC Rev.4: the leading digits that all candidates share (empty if they share no division).
# Source: US Census Bureau, concordance "2017 NAICS US to ISIC 4.0" (2017_NAICS_to_ISIC_4.xlsx), public domain;
# codes checked against the ISIC Rev.4 structure of the United Nations Statistics Division.
# Written by packs/crosswalk.py; do not edit.
"""
DIVISION = 2


def crosswalk(concordance: Path, structure: Path) -> dict[str, set[str]]:
    """The ISIC codes that each NAICS code may mean."""
    with structure.open(encoding="utf-8", newline="") as lines:
        known = {row[0] for row in csv.reader(lines) if row}
    found: dict[str, set[str]] = defaultdict(set)
    for cells in _rows(concordance):
        naics, isic = cells.get("B", "").strip(), cells.get("E", "").strip()
        if re.fullmatch(r"\d{6}", naics):
            # The sheet keeps codes as numbers: class 0111 stands as 111, group 012 as 12, group 331 as it is.
            found[naics].add(next(code for code in (isic.zfill(4), isic.zfill(3), isic) if code in known))
    return found


def common(candidates: set[str]) -> str:
    """What all of them begin with, if that is at least a division."""
    shared = ""
    for digits in zip(*candidates, strict=False):
        if len(set(digits)) > 1:
            break
        shared += digits[0]
    return shared if len(shared) >= DIVISION else ""


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The cells of the first sheet by column letter; plain enough in this workbook for a regular expression."""
    with zipfile.ZipFile(path) as book:
        texts = [
            "".join(re.findall(r"<t[^>]*>([^<]*)</t>", item))
            for item in re.findall(r"<si>(.*?)</si>", book.read("xl/sharedStrings.xml").decode(), re.S)
        ]
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for row in re.findall(r"<row [^>]*>(.*?)</row>", sheet, re.S):
        cells = re.findall(r'<c r="([A-Z]+)\d+"([^>]*?)><v>([^<]*)</v>', row)
        yield {column: texts[int(value)] if 't="s"' in kind else value for column, kind, value in cells}


if __name__ == "__main__":
    sys.stdout.write(REMARKS + "naics,isic,candidates\n")
    for naics, candidates in sorted(crosswalk(Path(sys.argv[1]), Path(sys.argv[2])).items()):
        sys.stdout.write(f"{naics},{common(candidates)},{' '.join(sorted(candidates))}\n")
