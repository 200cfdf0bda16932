"""Every event version is published: a schema, an example that today's code reads, a topic with its readers."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from contracts import publish
from contracts.event import Event
from contracts.topics import TOPICS

CONTRACTS = Path(publish.__file__).parent
EVENTS = publish.events()
every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=[name.split(".", 2)[2] for name in EVENTS])


def _example(event: type[Event]) -> dict[str, Any]:
    example: dict[str, Any] = json.loads((CONTRACTS / "examples" / f"{event.event_type}.json").read_text())
    return example


@every_event
def test_todays_code_reads_the_example_and_writes_the_same_facts(event: type[Event]) -> None:
    example = _example(event)
    read = event.model_validate_json(json.dumps(example))
    assert read.model_dump(mode="json", exclude_unset=True) == example
    assert event.model_validate_json(read.model_dump_json()) == read


@every_event
def test_what_is_written_fits_the_committed_schema(event: type[Event]) -> None:
    schema = json.loads((CONTRACTS / "schemas" / f"{event.event_type}.json").read_text())
    Draft202012Validator.check_schema(schema)
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    checker.validate(json.loads(event.model_validate(_example(event)).model_dump_json()))
    checker.validate(_example(event))


@every_event
def test_an_example_shows_every_fact_that_its_event_can_carry(event: type[Event]) -> None:
    shared = {"label", "labels", "band", "sender", "row_key"}  # of imports and agreements, in one example each
    assert set(event.model_fields) - shared <= set(_example(event))


@every_event
def test_an_event_says_whom_it_is_about_and_in_whose_thread(event: type[Event]) -> None:
    assert {event.subject_field, event.root_field} <= set(event.model_fields)
    read = event.model_validate(_example(event))
    assert str(read.subject) == _example(event)[event.subject_field]
    assert str(read.root) == _example(event)[event.root_field]


def test_every_thread_of_an_aggregate_has_one_key() -> None:
    keys: dict[tuple[str, str], set[str]] = {}
    for event in EVENTS.values():
        keys.setdefault((event.topic, event.subject_field), set()).add(event.root_field)
    assert {place: found for place, found in keys.items() if len(found) > 1} == {}


def test_no_example_or_schema_is_left_over() -> None:
    for folder in ("examples", "schemas"):
        assert {path.stem for path in (CONTRACTS / folder).glob("*.json")} == set(EVENTS)


def test_the_manifest_names_producer_readers_key_and_partitions_of_every_topic() -> None:
    manifest = json.loads((CONTRACTS / "topics.json").read_text())
    assert {
        name: (each["producer"], tuple(each["consumers"]), each["partitions"]) for name, each in manifest.items()
    } == {name: (topic.producer, topic.consumers, topic.partitions) for name, topic in TOPICS.items()}
    assert {name for each in manifest.values() for name in each["events"]} == set(EVENTS)
    assert manifest["matching"]["events"]["org.openrecp.matching.offer_declined.v1"] == "need_id"
    assert manifest["clients"]["events"]["org.openrecp.clients.site_opened.v1"] == "client_id"


def test_the_files_are_as_the_code_says_and_keep_what_was_promised() -> None:
    assert list(publish.faults(publish.ROOT, "HEAD")) == []
