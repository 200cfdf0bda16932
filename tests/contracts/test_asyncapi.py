"""The documents of the events: accepted by AsyncAPI's own parser, true to what is written and to who listens."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]  # it ships no types

from chassis.clock import new_id
from chassis.log.messages import message_of
from chassis.log.port import Record
from chassis.log.topics import config
from contracts import publish
from contracts.followers import followers
from contracts.topics import TOPICS
from openrecp.services import NAMES, load

PARSER = Path(__file__).parent / "asyncapi"
WRITTEN = publish.ROOT / "contracts" / "asyncapi.json"
DOCUMENT: dict[str, Any] = json.loads(WRITTEN.read_text(encoding="utf-8"))
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
DECLINED = "org.openrecp.matching.offer_declined.v1"
PAGE = (publish.ROOT / "docs" / "events.md").read_text(encoding="utf-8")
every_message = pytest.mark.parametrize("name", MESSAGES, ids=[name.split(".", 2)[2] for name in MESSAGES])
Planted = Callable[[dict[str, Any]], object]


def _parsed(path: Path) -> tuple[int, str]:
    """What the official parser says; a loud skip where it is not installed, a failure under REQUIRE_ALL=1."""
    reason = None
    if shutil.which("node") is None:
        reason = "the official AsyncAPI parser needs node: install nodejs and npm"
    elif not (PARSER / "node_modules" / "@asyncapi" / "parser").is_dir():
        reason = "the official AsyncAPI parser is missing: run `npm ci` in tests/contracts/asyncapi"
    if reason and os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)
    command = ["node", str(PARSER / "check.mjs"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def _validator(schema: dict[str, Any], kind: Any = Draft7Validator) -> Any:
    """For a schema of the document, whose references lead into its components."""
    return kind({**schema, "components": DOCUMENT["components"]}, format_checker=kind.FORMAT_CHECKER)


def test_the_official_parser_has_no_error_and_no_warning() -> None:
    assert _parsed(WRITTEN) == (0, f"{len(publish.events())} messages, in order\n")


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (lambda each: each["components"]["messages"][DECLINED].pop("payload"), f"message {DECLINED} has no payload"),
        (
            lambda each: each["components"]["messages"][DECLINED].update(payload={"$ref": "#/components/schemas/None"}),
            "'#/components/schemas/None' does not exist",
        ),
        (lambda each: each["operations"]["matching_sends_matching"].update(action="publish"), "action"),
        (
            lambda each: each["operations"]["matching_sends_matching"]["messages"].append(
                {"$ref": "#/channels/clients/messages/org.openrecp.clients.site_opened.v1"}
            ),
            "asyncapi3-operation-messages-from-referred-channel",
        ),
        (lambda each: each["channels"]["matching"]["bindings"]["kafka"].update(partitions="six"), "partitions"),
        (lambda each: each["servers"]["kafka"].pop("host"), "host"),
    ],
    ids=["no payload", "a reference to nowhere", "an action of version 2", "another's message", "a word", "no host"],
)
def test_a_planted_fault_is_refused(plant: Planted, told: str, tmp_path: Path) -> None:
    broken = json.loads(WRITTEN.read_text(encoding="utf-8"))
    plant(broken)
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(broken), encoding="utf-8")
    code, said = _parsed(path)
    assert code == 1
    assert told in said


@every_message
@pytest.mark.parametrize("kind", [Draft7Validator, Draft202012Validator], ids=["draft-07", "2020-12"])
def test_an_example_fits_the_schemas_of_its_own_headers_and_payload(name: str, kind: Any) -> None:
    (example,) = MESSAGES[name]["examples"]
    for part in ("headers", "payload"):
        kind.check_schema(MESSAGES[name][part])
        _validator(MESSAGES[name][part], kind).validate(example[part])


def test_schemas_refuse_what_is_missing_or_another_type() -> None:
    message = MESSAGES[DECLINED]
    example = message["examples"][0]
    for part, lost in (("headers", "ce_id"), ("payload", "reason_code"), ("payload", "offer_id")):
        with pytest.raises(ValidationError, match=f"'{lost}' is a required property"):
            _validator(message[part]).validate({key: each for key, each in example[part].items() if key != lost})
    for part, name, value in (
        ("headers", "ce_type", "org.openrecp.matching.offer_accepted.v1"),
        ("headers", "ce_sequence", "1"),
        ("payload", "reason_code", "two words"),
        ("payload", "offer_id", 7),
    ):
        with pytest.raises(ValidationError):
            _validator(message[part]).validate({**example[part], name: value})


@pytest.mark.parametrize("caused", [True, False], ids=["all there is", "only what must be"])
def test_the_headers_are_those_that_a_record_gets_on_kafka(caused: bool) -> None:
    example = MESSAGES[DECLINED]["examples"][0]["payload"]
    record = Record(
        topic="matching",
        root=example["need_id"],
        event_id=new_id(),
        event_type=DECLINED,
        source="//xa-centre/matching",
        subject=example["offer_id"],
        sequence=3,
        occurred_at=datetime(2026, 3, 2, 8, 15, 0, 250, tzinfo=UTC),
        correlation_id="0f0e",
        causation_id=str(new_id()) if caused else None,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" if caused else None,
        data=json.dumps(example),
    )
    sent = message_of(record)
    headers = {name: value.decode() for name, value in sent.headers}
    _validator(MESSAGES[DECLINED]["headers"]).validate(headers)
    known = DOCUMENT["components"]["schemas"]["CloudEventHeaders"]
    assert set(headers) == (set(known["properties"]) if caused else set(known["required"]))
    assert sent.key.decode() == headers["ce_partitionkey"] == example["need_id"]
    assert json.loads(sent.value) == example


def test_who_follows_an_event_is_who_registered_for_it() -> None:
    read = followers(publish.ROOT / "services", publish.events())
    written = {(name, each.service, each.function, each.publishes) for name, found in read.items() for each in found}
    registered = {
        (name, service.name, handler.__name__, publishes)
        for service in map(load, NAMES)
        for handlers, publishes in ((service.reactions, True), (service.projections, False))
        if handlers is not None
        for name, handler in handlers.handlers.items()
    }
    assert written == registered


def test_a_channel_is_a_topic_with_its_partitions_and_everything_in_it() -> None:
    assert set(DOCUMENT["channels"]) == set(TOPICS)
    matching = DOCUMENT["channels"]["matching"]
    assert matching["address"] == "{prefix}matching"
    assert matching["bindings"]["kafka"]["partitions"] == 6
    for each in DOCUMENT["channels"].values():
        for name, value in each["bindings"]["kafka"]["topicConfiguration"].items():
            assert config(3)[name] == (",".join(value) if isinstance(value, list) else str(value))
    assert {name for each in DOCUMENT["channels"].values() for name in each["messages"]} == set(publish.events())
    assert MESSAGES[DECLINED]["x-key"] == "need_id"
    assert MESSAGES[DECLINED]["x-since"] == "0.1.0"
    assert MESSAGES[DECLINED]["summary"] == "The provider says no."
    assert "`need_id`" in MESSAGES[DECLINED]["bindings"]["kafka"]["key"]["description"]


def test_operations_say_who_sends_who_receives_and_what_follows() -> None:
    operations = DOCUMENT["operations"]
    assert {name.partition("_")[0] for name, each in operations.items() if each["action"] == "send"} == {
        topic.producer for topic in TOPICS.values()
    }
    assert {name for name, each in operations.items() if each["action"] == "receive"} == {
        f"{service}_receives_{topic.name}" for topic in TOPICS.values() for service in topic.consumers
    }
    received = operations["assessments_receives_matching"]
    assert received["messages"] == [
        {"$ref": f"#/channels/matching/messages/org.openrecp.matching.engagement_{what}.v1"}
        for what in ("cancelled", "started")
    ]
    assert received["description"].splitlines() == [
        "- `org.openrecp.matching.engagement_cancelled.v1`: unassign",
        "- `org.openrecp.matching.engagement_started.v1`: open or reassign",
    ]


def test_no_host_of_anybody_stands_in_it() -> None:
    assert DOCUMENT["servers"]["kafka"]["host"] == "{host}:{port}"
    assert "default" not in DOCUMENT["servers"]["kafka"]["variables"]["host"]


def test_the_page_has_a_row_for_every_event_and_every_fact() -> None:
    sections = dict(re.findall(r'<a id="([^"]+)"></a>\n\n(.*?)(?=\n<a id=|\n## |\Z)', PAGE, re.DOTALL))
    assert len(sections) == len(publish.events())
    for name, event in publish.events().items():
        section = sections[name.split(".", 2)[2].replace(".", "-").replace("_", "-")]
        assert f"`{name}` · subject `{event.subject_field}` · root `{event.root_field}`" in section
        shown = re.findall(r"^\| `([a-z0-9_]+)` \|", section, re.MULTILINE)
        assert sorted(shown) == sorted(event.model_fields)
    offered = sections["matching-offer-made-v1"]
    assert "A provider may take the job until the deadline." in offered
    assert "| `deadline_at` | time, UTC |  | until when an answer counts |\n" in offered
    started = sections["matching-engagement-started-v1"]
    assert "- **assessments**: open or reassign\n" in started
    assert "- **clients**: start request; grant engaged (read model)\n" in started
    assert (
        "| `energy_mj` | exact number, as text or null | MJ | energy |\n"
        in sections["assessments-baseline-recorded-v1"]
    )


def test_every_link_of_the_page_leads_somewhere() -> None:
    anchors = set(re.findall(r'<a id="([^"]+)">', PAGE))
    anchors |= {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
