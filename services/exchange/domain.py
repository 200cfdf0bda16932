"""What of an event may leave the house: without an agreement on figures neither figures nor persons do."""

import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel

from contracts.assessments import Output
from contracts.event import registry
from contracts.principals import Principal, Role
from contracts.values import Money, StreamFigures

FIGURES = (Decimal, Money, Output, StreamFigures)
PERSONS = frozenset({"person_id", "assessor_id", "verifier_id", "identified_by", "sex"})


def visible_types(reader: Principal) -> frozenset[str] | None:
    """The types of events a reader may follow; None is every type."""
    return None if reader.has(Role.ADMINISTRATOR) else reader.event_types


def visible_data(event_type: str, data: dict[str, Any], reader: Principal) -> dict[str, Any]:
    """An event's data as its reader may see it: a hidden fact is null where its schema admits null, else left out."""
    if reader.has(Role.ADMINISTRATOR) or reader.figures:
        return data
    event = registry.get(event_type)
    return _without_figures(event, data) if event else {}


def _without_figures(model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    hidden, inner = _rule(model)
    seen: dict[str, Any] = {}
    for name, value in data.items():
        if name in hidden:
            if hidden[name]:
                seen[name] = None
        elif name in inner:
            seen[name] = _inside(inner[name], value)
        elif name in model.model_fields:  # what the class does not know cannot be judged
            seen[name] = value
    return seen


def _inside(model: type[BaseModel], value: Any) -> Any:
    if isinstance(value, list):
        return [_inside(model, each) for each in value]
    return _without_figures(model, value) if isinstance(value, dict) else value


@cache
def _rule(model: type[BaseModel]) -> tuple[dict[str, bool], dict[str, type[BaseModel]]]:
    """The hidden fields of a class, each with whether it may be null, and the classes of its nested fields."""
    hidden: dict[str, bool] = {}
    inner: dict[str, type[BaseModel]] = {}
    for name, field in model.model_fields.items():
        kinds = set(_kinds(field.annotation))
        if name in PERSONS or kinds & set(FIGURES):
            hidden[name] = type(None) in kinds
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                inner[name] = kind
    return hidden, inner


def _kinds(annotation: Any) -> Iterator[Any]:
    """The classes an annotation is made of: `tuple[Stream, ...] | None` gives Stream and NoneType."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType, tuple, list, dict):
        for each in typing.get_args(annotation):
            yield from _kinds(each)
    else:
        yield annotation
