"""Rows of a sender's list in JSON: objects, read one after the other."""

import json
import re
from collections.abc import Iterator
from typing import Any

from chassis.imports.rows import Fault, Row, cut, key_text, printable, row_of
from chassis.jobs import JobFailed

_SPACE = re.compile(r"[ \t\r\n]*")


def json_rows(text: str) -> Iterator[Row]:
    """The objects of a list, in order; raises `JobFailed` where it is none."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Pairs)
    at, number = _after_space(text, text.startswith("\ufeff")), 0
    if text[at : at + 1] != "[":
        raise JobFailed("file_is_no_list", "A JSON file is a list of objects, one a row: [{...}, {...}].")
    at = _after_space(text, at + 1)
    while text[at : at + 1] != "]":
        number += 1
        try:
            value, at = decoder.raw_decode(text, at)
            row = _object(number, value)
        except json.JSONDecodeError as error:
            raise _no_json(error, number, text) from None
        except RecursionError:
            raise JobFailed("json_is_nested_too_deep", f"Row {number} is nested too deep.") from None
        yield row
        at = _after_item(text, at, number)


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, a name that stands twice included."""


def _object(number: int, value: Any) -> Row:
    if not isinstance(value, _Pairs):
        return Row(number, {}, Fault("row_is_no_object", 'Each row is an object: {"column": "value"}.'))
    cells = {key_text(name): _cell(each) for name, each in value}
    if len(cells) < len(value):
        return Row(number, printable(cells), Fault("column_stands_twice", "A column stands twice in this row."))
    return row_of(number, cells)


def _cell(value: Any) -> str:
    """A JSON value as a text: a list becomes lines, unknown becomes empty, numbers stay as they were written."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _Pairs():
            return json.dumps(dict(value), ensure_ascii=False)
        case list():
            return "\n".join(_cell(each) for each in value)
    return str(value)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after_item(text: str, at: int, number: int) -> int:
    at = _after_space(text, at)
    if text[at : at + 1] == "]":
        return at
    if text[at : at + 1] == ",":
        return _after_space(text, at + 1)
    if at >= len(text):
        raise cut(f"after row {number}")
    raise JobFailed("file_is_not_json", f"After row {number} a comma or the end of the list is expected.")


def _no_json(error: json.JSONDecodeError, number: int, text: str) -> JobFailed:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return cut(f"inside row {number}")
    return JobFailed("file_is_not_json", f"Row {number} (line {error.lineno}) is no JSON: {error.msg}.")
