"""Reads one sheet of a workbook, in a process of its own with little memory and time."""

# Whoever sent the file may want to harm: it is unpacked against a budget before anything believes its headers, and
# what slips through ends this process and no other. It stands alone, so that it begins fast and holds nothing worth
# stealing. The workbook is its input (a file), its rows are its output (one JSON list a line, `[number, [cells]]`), and
# what there is to say of it, or why it cannot be read, is one JSON object on the stream for errors.

import json
import re
import resource
import signal
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from xml.etree import ElementTree  # after `_unpacked` has refused documents that define entities

MEMORY = 128_000_000  # bytes of address space, the interpreter's 16 MB included
SECONDS = 20
WRITTEN = 150_000_000
MOST_INFLATED = 64_000_000
MOST_ENTRIES = 2_000
MOST_COLUMNS = 1_000
MOST_ROWS = 500_000
MOST_CELLS = 1_000_000
MOST_TAGS = 6_000_000
MOST_ERRORS = 50_000
MOST_JOINED = 20_000
MOST_CHARACTERS = 32_767
PIECE = 262_144
OVERLAP = 400  # longer than the begin of a cell and the error it shows
COLUMNS = 16_384
_SEND_PARTS = "Send it in parts, or as CSV."
_DEFINES = re.compile(rb"<!(DOCTYPE|ENTITY)|<\0!\0D\0O\0C\0T\0Y\0P\0E")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_SHOWN = re.compile(rb"<(?:\w{1,9}:)?v>([^<]{1,40})</")
_ERROR = re.compile(rb"""\bt=["']e["']""")
Errors = dict[int, str]  # by row * COLUMNS + column


class Unusable(Exception):
    """The workbook cannot be read: a stable code and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code, self.sentence = code, sentence


class Budget:
    """How much a workbook may still unpack to."""

    def __init__(self) -> None:
        self.bytes, self.tags, self.rows = MOST_INFLATED, MOST_TAGS, MOST_ROWS
        self.joined, self.errors = MOST_JOINED, MOST_ERRORS

    def spend(self, piece: bytes) -> None:
        self.bytes -= len(piece)
        self.tags -= piece.count(b"<")
        self.rows -= piece.count(b"<row")
        self.joined -= piece.count(b"<mergeCell ")
        if self.joined < 0:
            sentence = f"More than {MOST_JOINED:,} cells are joined: a table of rows joins none but in its header."
            raise Unusable("file_is_too_large", sentence)
        if self.rows < 0:
            raise Unusable("file_is_too_large", f"A workbook may have at most {MOST_ROWS:,} rows. {_SEND_PARTS}")
        if self.bytes < 0 or self.tags < 0:
            most = f"{MOST_INFLATED // 1_000_000} MB or {MOST_TAGS:,} elements"
            raise Unusable("workbook_is_a_bomb", f"Unpacked, the workbook is larger than {most}. {_SEND_PARTS}")


def read(workbook: Path, out: TextIO, wanted: str) -> dict[str, Any]:
    """Write the rows of a sheet (the first visible one, or the one `wanted`); returns what there is to say of it."""
    from python_calamine import CalamineError, load_workbook

    part_errors = _unpacked(workbook)
    try:
        book = load_workbook(str(workbook))
        name, others = _chosen(book, wanted)
        sheet = book.get_sheet_by_name(name)
        _require_size(sheet)
        errors = part_errors.get(_part_of(workbook, name), {}) if any(part_errors.values()) else {}
        for number, cells in _rows(sheet):
            written = [_written(cell) for cell in cells]
            _put_errors(written, errors, number)
            if any(cell is not None for cell in written):
                out.write(json.dumps([number, written], ensure_ascii=False) + "\n")
        out.flush()
        merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or () if start[1] != end[1]]
    except CalamineError as error:
        raise _broken(type(error).__name__) from None
    return {"sheet": name, "sheets": others, "merged": merged[:200]}


def _chosen(book: Any, wanted: str) -> tuple[str, list[str]]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    names = [str(each.name) for each in sheets]
    if wanted:
        folded = {name.strip().casefold(): name for name in reversed(names)}
        if wanted.strip().casefold() not in folded:
            raise Unusable("sheet_is_unknown", f"There is no sheet {wanted!r}. There are: {', '.join(names[:50])}.")
        return folded[wanted.strip().casefold()], names
    visible = [str(each.name) for each in sheets if each.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise Unusable("workbook_has_no_sheet", "The workbook has no visible sheet with cells: name the sheet to read.")
    return visible[0], names


def _require_size(sheet: Any) -> None:
    if sheet.start is None:
        return
    width, height = sheet.end[1] + 1, sheet.end[0] - sheet.start[0] + 1
    if width > MOST_COLUMNS:
        sentence = f"The sheet is {width:,} columns wide, at most {MOST_COLUMNS:,} are read: delete what is not needed."
        raise Unusable("file_is_too_large", sentence)
    if height > MOST_ROWS or width * height > MOST_CELLS:
        sentence = f"The sheet has {height:,} rows and {width:,} columns, at most {MOST_CELLS:,} cells are read."
        raise Unusable("file_is_too_large", f"{sentence} {_SEND_PARTS}")


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Rows by their number in the sheet, from column A on."""
    if sheet.start is None:
        return
    before = [""] * sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, before + cells


def _written(cell: Any) -> Any:
    """A cell as JSON: a text, a number, a truth; what has no form of its own there as `{kind: text}`."""
    if cell == "":
        return None
    if isinstance(cell, str) and len(cell) > MOST_CHARACTERS:
        raise Unusable("cell_is_too_long", f"A cell holds more than {MOST_CHARACTERS:,} characters.")
    if isinstance(cell, float):
        return cell if isfinite(cell) else None
    return cell if isinstance(cell, str | bool | int) else _in_time(cell)


def _in_time(cell: Any) -> dict[str, str]:
    match cell:
        case date():  # with its time, where it has one
            return {"date": cell.isoformat()}
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return {"time": f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"}
    return {"time": cell.isoformat()}


def _put_errors(cells: list[Any], errors: Errors, number: int) -> None:
    """calamine leaves a cell that shows an error empty: its error is put where it stands."""
    if not errors:
        return
    for place, cell in enumerate(cells):
        if cell is None and (number * COLUMNS + place) in errors:
            cells[place] = errors[number * COLUMNS + place]


def _unpacked(workbook: Path) -> dict[str, Errors]:
    """Unpack every part against one budget, whatever its headers claim; the cells that show an error, by part."""
    try:
        with zipfile.ZipFile(workbook) as packed, workbook.open("rb") as raw:
            parts = packed.infolist()
            _require_workbook([part.filename for part in parts], packed)
            if len(parts) > MOST_ENTRIES:
                raise Unusable("workbook_is_a_bomb", f"It has {len(parts):,} parts, a workbook has some dozens.")
            budget, found = Budget(), {}
            for part in parts:
                is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
                found[part.filename.lstrip("/")] = _looked_at(_inflated(raw, part), budget, is_xml=is_xml)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, NotImplementedError, ValueError) as error:
        raise _broken(type(error).__name__) from None
    return found


def _require_workbook(names: list[str], packed: zipfile.ZipFile) -> None:
    kept = set(names)
    if "xl/workbook.bin" in kept:
        raise Unusable("workbook_is_binary", "This is a binary workbook (.xlsb): save it as .xlsx.")
    if "mimetype" in kept and "content.xml" in kept:
        raise Unusable("workbook_is_opendocument", "This is an OpenDocument file (.ods): save it as .xlsx.")
    if not any(name.lstrip("/") == "xl/workbook.xml" for name in kept):
        raise Unusable("file_is_no_workbook", "This is an archive or another document, but no workbook (.xlsx).")
    if any(part.flag_bits & 1 for part in packed.infolist()):
        raise _protected()


def _inflated(raw: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part as they unpack, whatever size its headers claim."""
    raw.seek(part.header_offset)
    head = raw.read(30)
    if head[:4] != b"PK\x03\x04":
        raise _broken("no local header")
    name, extra = struct.unpack("<HH", head[26:30])
    raw.seek(name + extra, 1)
    left = part.compress_size
    inflate = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    if inflate is None and part.compress_type != zipfile.ZIP_STORED:
        raise _broken("packed in an unusual way")
    while left > 0 and (piece := raw.read(min(left, PIECE // 4))):
        left -= len(piece)
        if inflate is None:
            yield piece
            continue
        while piece and not inflate.eof:
            yield inflate.decompress(piece, PIECE)
            piece = inflate.unconsumed_tail
        while not inflate.eof and (rest := inflate.decompress(b"", PIECE)):
            yield rest


def _looked_at(pieces: Iterable[bytes], budget: Budget, *, is_xml: bool) -> Errors:
    """Spend the budget on a part as it unpacks; its cells that show an error."""
    errors: Errors = {}
    before = b""
    for piece in pieces:
        budget.spend(piece)
        if not is_xml:
            continue
        window = before + piece
        if (b"<!" in window or b"<\0!" in window) and _DEFINES.search(window):
            sentence = "The workbook defines entities of its own, as no office program does: it is not read."
            raise Unusable("workbook_is_a_bomb", sentence)
        if b't="e"' in window or b"t='e'" in window:
            _note_errors(window, errors, budget)
        before = window[-OVERLAP:]
    return errors


def _note_errors(window: bytes, errors: Errors, budget: Budget) -> None:
    for found in _ERROR.finditer(window):
        budget.errors -= 1
        begin = window.rfind(b"<", max(found.start() - 100, 0), found.start())
        place = _PLACE.search(window, max(begin, 0), found.end() + 40)
        is_cell = begin >= 0 and window[begin + 1 : begin + 12].split(b" ")[0].split(b":")[-1] == b"c"
        if budget.errors < 0 or (is_cell and place is None):
            sentence = "Too many cells show errors (as #REF!), or the file does not say where: mend the formulas."
            raise Unusable("cell_shows_an_error", sentence)
        if is_cell and place is not None:
            shown = _SHOWN.search(window, found.end(), found.end() + OVERLAP // 2)
            errors[_cell_number(place)] = shown[1].decode(errors="replace") if shown else "#ERROR!"


def _cell_number(place: re.Match[bytes]) -> int:
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    return int(place[2]) * COLUMNS + column - 1


def _part_of(workbook: Path, sheet: str) -> str:
    """The part of the archive in which a sheet stands."""
    with zipfile.ZipFile(workbook) as packed:
        book = ElementTree.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314  it defines no entities
        links = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for each in book.iter():
        if each.tag.endswith("}sheet") and each.get("name") == sheet:
            named = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
            target = targets.get(named, "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise _broken("no part for the sheet")


def _protected() -> Unusable:
    return Unusable("workbook_is_protected", "The workbook is locked by a password: save it without one.")


def _broken(what: str) -> Unusable:
    sentence = f"The workbook is damaged or no workbook at all ({what}): open it, save it as .xlsx and send it again."
    return Unusable("workbook_is_broken", sentence)


def _bound() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    signal.alarm(SECONDS)  # whatever it waits for, it does not wait longer


def main(wanted: str) -> None:
    """Read, within bounds, and say how it went."""
    _bound()
    try:
        told = read(Path("/dev/stdin"), sys.stdout, wanted)
    except Unusable as refused:
        told = {"code": refused.code, "sentence": refused.sentence}
    except MemoryError:
        told = {"code": "file_is_too_large", "sentence": f"The sheet takes too much memory to be read. {_SEND_PARTS}"}
    json.dump(told, sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
