"""Inside a version only optional fields may be added; whatever else changes is named with those who read it."""

import copy
import json
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, Field

from contracts.compatibility import breaks
from contracts.matching import OfferDeclined, OfferMade
from contracts.publish import schema_of
from contracts.values import Code

READERS = ("clients", "impact")
Schema = dict[str, Any]


class Figures(BaseModel):
    saving: int | None = None


class Line(BaseModel):
    unit: Annotated[str, Field(max_length=32)]
    figures: Figures | None = None


class Measured(BaseModel):
    meter_id: UUID
    code: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    level: int = Field(ge=1, le=5)
    kind: str = Field(json_schema_extra={"enum": ["hot", "cold"]})
    lines: tuple[Line, ...] = ()
    counts: dict[Code, int] = Field(default_factory=dict)
    note_code: Code | None = None


OLD: Schema = Measured.model_json_schema(mode="serialization")


def _after(change: Callable[[Schema], Any]) -> list[str]:
    """The sentences about what a change of the schema breaks."""
    new = copy.deepcopy(OLD)
    change(new)
    return [str(each) for each in breaks("org.x.meters.measured.v1", OLD, new, READERS)]


def _fields(schema: Schema, of: str | None = None) -> Schema:
    fields: Schema = (schema["$defs"][of] if of else schema)["properties"]
    return fields


PLANTED: dict[str, tuple[Callable[[Schema], Any], str]] = {
    "removed": (lambda new: _fields(new).pop("code"), "code was removed"),
    "renamed": (lambda new: _fields(new).update(mark=_fields(new).pop("code")), "code was renamed to mark"),
    "retyped": (lambda new: _fields(new)["level"].update(type="string"), "level was integer, is now string"),
    "new and required": (
        lambda new: (_fields(new).update(place={"type": "string"}), new["required"].append("place")),
        "place is new and required",
    ),
    "newly required": (lambda new: new["required"].append("note_code"), "note_code was optional, is now required"),
    "no longer certain": (lambda new: new["required"].remove("level"), "level was always there, is now optional"),
    "other pattern": (lambda new: _fields(new)["code"].update(pattern="^[A-Z]$"), "code has a different pattern"),
    "narrower number": (
        lambda new: _fields(new)["level"].update(maximum=3),
        "level has a narrower maximum: 5 before, 3 now",
    ),
    "wider number": (lambda new: _fields(new)["level"].update(minimum=0), "level has a wider minimum: 1 before, 0 now"),
    "narrower codes": (lambda new: _fields(new)["kind"].update(enum=["hot"]), "kind has a narrower enum"),
    "wider codes": (lambda new: _fields(new)["kind"]["enum"].append("warm"), "kind has a wider enum"),
    "never null": (
        lambda new: _fields(new).update(note_code=_fields(new)["note_code"]["anyOf"][0]),
        "note_code can no longer be null",
    ),
    "null at times": (
        lambda new: _fields(new).update(code={"anyOf": [_fields(new)["code"], {"type": "null"}]}),
        "code can now be null too",
    ),
    "shorter inside a list": (
        lambda new: _fields(new, "Line")["unit"].update(maxLength=16),
        "lines[].unit has a narrower maxLength",
    ),
    "removed two levels down": (
        lambda new: _fields(new, "Figures").pop("saving"),
        "lines[].figures.saving was removed",
    ),
    "other values by key": (
        lambda new: _fields(new)["counts"].update(patternProperties={".*": {"type": "string"}}),
        "counts has a different patternProperties",
    ),
    "other default": (
        lambda new: _fields(new)["note_code"].update(default="none"),
        "note_code has another default: None before, none now",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), PLANTED.values(), ids=list(PLANTED))
def test_a_breaking_change_is_named_with_its_readers(change: Callable[[Schema], Any], sentence: str) -> None:
    found = _after(change)
    assert len(found) == 1
    assert found[0].startswith(f"org.x.meters.measured.v1: {sentence}")
    assert "read by clients, impact" in found[0]


def test_an_event_that_is_gone_is_named_with_its_readers() -> None:
    [gone] = breaks("org.x.meters.measured.v1", OLD, None, READERS)
    assert "is no longer published" in str(gone)
    assert gone.consumers == READERS


def test_a_changed_thread_is_breaking() -> None:
    moved = schema_of(OfferMade) | {"x-key": "offer_id"}
    [found] = breaks(OfferMade.event_type, schema_of(OfferMade), moved, READERS)
    assert "x-key: need_id before, offer_id now" in str(found)


@pytest.mark.parametrize(
    "change",
    [
        lambda new: None,
        lambda new: _fields(new).update(place={"type": "string", "default": "here"}),
        lambda new: _fields(new, "Figures").update(low={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        lambda new: _fields(new)["code"].update(title="Code", description="in other words"),
        lambda new: (
            new["$defs"].update(Zeile=new["$defs"].pop("Line"))
            or _fields(new)["lines"]["items"].update({"$ref": "#/$defs/Zeile"})
        ),
        lambda new: new["required"].reverse(),
    ],
    ids=["nothing", "optional field", "optional field two levels down", "words", "class renamed", "order"],
)
def test_an_optional_field_and_other_words_break_nothing(change: Callable[[Schema], Any]) -> None:
    assert _after(change) == []


def test_a_reader_of_the_version_before_keeps_working_when_an_optional_field_is_added() -> None:
    class NextLine(Line):
        band: Code | None = None

    class Next(Measured):
        lines: tuple[NextLine, ...] = ()
        place: Code | None = None

    assert breaks("org.x.meters.measured.v1", OLD, Next.model_json_schema(mode="serialization"), READERS) == []
    line = NextLine(unit="kWh", figures=Figures(saving=3), band="low")
    written = Next(meter_id=uuid4(), code="AB", level=2, kind="hot", lines=(line,), place="here").model_dump_json()
    read = Measured.model_validate_json(written)
    assert read.lines == (Line(unit="kWh", figures=Figures(saving=3)),)
    assert Next.model_validate_json(read.model_dump_json()).place is None


def test_a_reader_ignores_what_an_event_of_a_later_release_says_beyond_it() -> None:
    facts = {"offer_id": str(uuid4()), "need_id": str(uuid4()), "provider_id": str(uuid4()), "reason_code": "too_far"}
    later = json.dumps(facts | {"channel": "link", "answered_by": str(uuid4())})
    assert OfferDeclined.model_validate_json(later) == OfferDeclined.model_validate_json(json.dumps(facts))
