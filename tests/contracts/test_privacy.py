"""No event carries personal data: planted fields of every sort are found at any depth."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, create_model

from contracts.clients import ClientRegistered
from contracts.privacy import ALLOWED_NAMES, FREE_TEXT, personal_data
from contracts.publish import events, schema_of
from contracts.values import Code, personal


def test_no_event_carries_personal_data() -> None:
    assert [words for name, event in events().items() for words in personal_data(name, schema_of(event))] == []


class Contact(BaseModel):
    code: Code = personal()


def _found(**fields: Any) -> str:
    model: type[BaseModel] = create_model("Planted", **fields)
    return "; ".join(personal_data("org.x.planted.v1", model.model_json_schema(mode="serialization")))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"who": (Code, personal())}, "who is marked as personal data"),
        ({"who": (Code | None, personal(default=None))}, "who is marked as personal data"),
        ({"who": (tuple[Contact, ...], ())}, "who[].code is marked as personal data"),
        ({"who": (dict[Code, Contact], {})}, "who{}.code is marked as personal data"),
        ({"who": (Contact | None, None)}, "who.code is marked as personal data"),
        ({"client_name": (Code, ...)}, "client_name is named like personal data"),
        ({"email": (Code, ...)}, "email is named like personal data"),
        ({"phone_code": (Code, ...)}, "phone_code is named like personal data"),
        ({"site_address": (Code | None, None)}, "site_address is named like personal data"),
        ({"officers_comment": (Code, ...)}, "officers_comment is named like personal data"),
        ({"note": (Code, ...)}, "note is named like personal data"),
        ({"why": (str, ...)}, "why is free text"),
        ({"why": (str | None, None)}, "why is free text"),
        ({"why": (Annotated[str, Field(max_length=500)], ...)}, "why is free text"),
        ({"why": (tuple[str, ...], ())}, "why[] is free text"),
        ({"why": (dict[Code, str], {})}, "why{} is free text"),
        ({"why": (dict[str, int], {})}, "why has keys without a pattern"),
    ],
)
def test_a_planted_field_is_found(fields: dict[str, Any], words: str) -> None:
    assert f"org.x.planted.v1: {words}" in _found(**fields)


def test_codes_dates_ids_and_amounts_are_no_personal_data() -> None:
    assert personal_data("x", schema_of(ClientRegistered)) == []


def test_every_exception_is_used_and_has_a_reason() -> None:
    fields = {field for event in events().values() for field in event.model_fields}
    assert set(ALLOWED_NAMES) <= fields
    assert set(FREE_TEXT) <= fields
    assert all(len(reason) > 20 for reason in (*ALLOWED_NAMES.values(), *FREE_TEXT.values()))
