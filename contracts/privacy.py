"""No personal data in events: no marked field, no field named after a person's facts, no free text."""

import re
from collections.abc import Iterator

from contracts.compatibility import Schema, inlined

PERSONAL_WORDS = re.compile(
    "names?|surname|forename|fullname|e?mails?|tele|phones?|telephone|mobile|fax|address(es)?|street|contacts?|"
    "birth|birthday|birthdate|gender|passport|iban|signature|photo|"
    "notes?|comments?|remarks?|description|texts?|title|messages?"
)
"""A field with one of these words in its name speaks of a person, or in sentences."""
ALLOWED_NAMES = {
    "text_version": "the version code of a consent text, never the text",
}
"""Field names that hold such a word and are harmless, each with the reason."""
FREE_TEXT: dict[str, str] = {}
"""Fields (`name` as it stands in the event) whose text has no bound, each with the reason; better none."""
LONGEST_CODE = 128
"""A text that may be longer than this is no code."""


def personal_data(event_type: str, schema: Schema) -> list[str]:
    """What in the schema of an event may carry personal data, a sentence each."""
    found: dict[str, None] = {}
    for field, facts in _fields(inlined(schema), ""):
        name = field.rpartition(".")[2].rstrip("[]{}")
        if facts.get("x-personal"):
            found.setdefault(f"{event_type}: {field} is marked as personal data")
        if any(map(PERSONAL_WORDS.fullmatch, name.split("_"))) and name not in ALLOWED_NAMES:
            found.setdefault(f"{event_type}: {field} is named like personal data or free text")
        if _is_free_text(facts) and name not in FREE_TEXT:
            found.setdefault(f"{event_type}: {field} is free text: give it a pattern, a code or a short max_length")
        if _has_free_keys(facts):
            found.setdefault(f"{event_type}: {field} has keys without a pattern")
    return list(found)


def _fields(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Every field of a schema at any depth, with its path; alternatives and members count as fields of their own."""
    for name, facts in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        yield place, facts
        yield from _fields(facts, place)
    for each in schema.get("anyOf", ()):
        yield path, each
        yield from _fields(each, path)
    members = [(f"{path}[]", schema.get("items")), (f"{path}{{}}", schema.get("additionalProperties"))]
    members += [(f"{path}{{}}", each) for each in schema.get("patternProperties", {}).values()]
    for place, inner in members:
        if isinstance(inner, dict):
            yield place, inner
            yield from _fields(inner, place)


def _is_free_text(facts: Schema) -> bool:
    if facts.get("type") != "string":
        return False
    bounded = {"pattern", "format", "enum", "const"} & facts.keys()
    return not bounded and facts.get("maxLength", LONGEST_CODE + 1) > LONGEST_CODE


def _has_free_keys(facts: Schema) -> bool:
    keys = facts.get("propertyNames", {})
    return isinstance(facts.get("additionalProperties"), dict | bool) and "pattern" not in keys
