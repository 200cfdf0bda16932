"""A date is written as a date: pydantic alone takes a bare number for seconds since 1970."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.values import Day, Moment


class Visit(BaseModel):
    model_config = ConfigDict(strict=True)
    on: Day | None = None
    at: Moment | None = None


def test_a_date_and_a_moment_are_read_as_they_are_written() -> None:
    visit = Visit.model_validate_json('{"on": "2026-03-02", "at": "2026-03-02T07:30:00+07:00"}', strict=True)
    assert (visit.on, visit.at) == (date(2026, 3, 2), datetime(2026, 3, 2, 0, 30, tzinfo=UTC))
    assert Visit(on=date(2026, 3, 2)).on == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("on", '"172800"'),
        ("on", "172800"),
        ("on", '"2026-02-30"'),
        ("on", '"2026-03-02T00:00:00Z"'),
        ("on", '"1700-01-01"'),
        ("at", '"1700000000"'),
        ("at", '"0.5"'),
        ("at", '"2026-03-02"'),
        ("at", '"2026-03-02T25:00:00Z"'),
        ("at", '"2026-03-02T07:30:00"'),
    ],
)
@pytest.mark.parametrize("strict", [True, False], ids=["as a body", "as a query"])
def test_anything_else_is_refused(field: str, written: str, strict: bool) -> None:
    with pytest.raises(ValidationError):
        Visit.model_validate_json(f'{{"{field}": {written}}}', strict=strict)


def test_the_schema_still_says_what_it_is() -> None:
    schema: dict[str, Any] = Visit.model_json_schema()["properties"]
    assert [schema[name]["anyOf"][0]["format"] for name in ("on", "at")] == ["date", "date-time"]
