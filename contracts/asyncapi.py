"""The AsyncAPI document: what is published where, under which headers, in whose thread, and who follows it."""

from collections.abc import Iterator
from typing import Any

from contracts.catalogue import COMPONENTS, Catalogue, Entry
from contracts.topics import TOPICS, Topic

Document = dict[str, Any]
KAFKA = {"bindingVersion": "0.5.0"}
HEADERS = "CloudEventHeaders"
PREFIX = {"description": "what a deployment puts before the names of its topics; nothing by default", "default": ""}
MADE_UP = "019a7c11-5200-7000-8000-0000000000e1"  # the id of the event in every example
ABOUT = """Every change in a deployment of OpenRECP is an event of the same transaction.

**Order** is promised inside one root: the record's key, and `ce_partitionkey`. `ce_sequence` is the version of the
subject and has no gaps. Between roots and between topics no order may be relied on.

**Repetition**: an event arrives at least once, always under the same `ce_id`; who has seen it passes it over.

**Personal data**: events carry ids, codes, dates, quantities and money, never names, contacts or free text.

**Growth**: inside a version only optional facts are added; readers pass over what they do not know. Anything else is a
new version, published beside the old one.

The same events, under the same ids, stand in the feed `/v1/events` of the HTTP API. To a key without the grant
`figures` the feed hides figures and persons: a hidden fact is null where its schema admits null, else left out, even a
required one.
"""


def document(catalogue: Catalogue) -> Document:
    """The whole document, the same for the same sources."""
    topics = list(TOPICS.values())
    return {
        "asyncapi": "3.1.0",
        "id": "urn:openrecp:events",
        "info": {
            "title": "OpenRECP events",
            "version": catalogue.version,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [{"name": topic.name, "description": f"events of {topic.producer}"} for topic in topics],
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic, catalogue.of(topic)) for topic in topics},
        "operations": dict(each for topic in topics for each in _operations(topic, catalogue.of(topic))),
        "components": {
            "messages": {name: _message(entry) for name, entry in catalogue.entries.items()},
            "parameters": {"prefix": PREFIX},
            "schemas": {HEADERS: _headers(), **_schemas(catalogue)},
        },
    }


def _server() -> Document:
    return {
        "host": "{host}:{port}",
        "protocol": "kafka",
        "description": "The brokers of one deployment: each centre runs its own.",
        "variables": {
            "host": {"description": "a broker of the deployment; ask its operator"},
            "port": {"description": "the broker's port", "default": "9092"},
        },
    }


def _channel(topic: Topic, entries: list[Entry]) -> Document:
    return {
        "address": f"{{prefix}}{topic.name}",
        "parameters": {"prefix": {"$ref": "#/components/parameters/prefix"}},
        "title": f"Events of {topic.producer}",
        "description": "Everything that happened, for ever: records are never dropped or compacted away.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {
            entry.event.event_type: {"$ref": f"#/components/messages/{entry.event.event_type}"} for entry in entries
        },
        "tags": [{"name": topic.name}],
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1, "retention.bytes": -1},
                **KAFKA,
            }
        },
    }


def _operations(topic: Topic, entries: list[Entry]) -> Iterator[tuple[str, Document]]:
    """The producer sends all of them; each consumer receives those it follows."""
    yield (
        f"{topic.producer}_sends_{topic.name}",
        _operation("send", topic, entries, f"{topic.producer} tells what happened.", ""),
    )
    for service in topic.consumers:
        followed = [entry for entry in entries if entry.followed_by(service)]
        effects = "\n".join(line for entry in followed for line in _effects(entry, service))
        says = f"{service} follows {len(followed)} of the {len(entries)} events of {topic.producer}."
        yield f"{service}_receives_{topic.name}", _operation("receive", topic, followed, says, effects)


def _operation(action: str, topic: Topic, entries: list[Entry], summary: str, description: str) -> Document:
    made: Document = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{each.event.event_type}"} for each in entries],
    }
    return {**made, "description": description} if description else made


def _effects(entry: Entry, service: str) -> Iterator[str]:
    for follower in entry.followed_by(service):
        kind = "" if follower.publishes else " (read model)"
        yield f"- `{entry.event.event_type}`: {follower.words}{kind}"


def _message(entry: Entry) -> Document:
    event = entry.event
    made: Document = {
        "name": event.event_type,
        "title": event.__name__,
        "summary": entry.says,
        "contentType": "application/json",
        "headers": _headers_of(entry),
        "payload": {"$ref": f"{COMPONENTS}{event.event_type}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "tags": [{"name": event.topic}],
        "bindings": {"kafka": {"key": _key(f"the root's id: `{event.root_field}`"), **KAFKA}},
        "x-subject": event.subject_field,
        "x-key": event.root_field,
        "x-since": entry.since or "not released yet",
    }
    if entry.example is not None:
        made["examples"] = [_example(entry, entry.example)]
    return made


def _headers_of(entry: Entry) -> Document:
    """The headers of every event, with what this one's always hold."""
    event = entry.event
    return {
        "type": "object",
        "allOf": [{"$ref": f"{COMPONENTS}{HEADERS}"}],
        "properties": {
            "ce_type": {"type": "string", "const": event.event_type},
            "ce_dataschema": {"type": "string", "const": f"urn:openrecp:schema:{event.event_type}"},
            "ce_subject": _key(f"the aggregate it happened to: `{event.subject_field}`"),
            "ce_partitionkey": _key(f"the root, and the record's key: `{event.root_field}`"),
        },
    }


def _example(entry: Entry, payload: Document) -> Document:
    event = entry.event
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": MADE_UP,
        "ce_source": f"//centre/{TOPICS[event.topic].producer}",
        "ce_type": event.event_type,
        "ce_subject": str(payload.get(event.subject_field)),
        "ce_time": "2026-03-02T08:15:00Z",
        "ce_dataschema": f"urn:openrecp:schema:{event.event_type}",
        "ce_partitionkey": str(payload.get(event.root_field)),
        "ce_sequence": "0000000001",
        "ce_correlationid": "f1d2c3b4a5968778",
    }
    return {"name": event.event_type, "summary": entry.says, "headers": headers, "payload": payload}


def _headers() -> Document:
    """CloudEvents 1.0 in binary mode: each attribute is a header, its text in UTF-8."""
    text: Document = {"type": "string", "minLength": 1}
    properties: Document = {
        "content-type": {"type": "string", "const": "application/json"},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": _key("the event, the same wherever it is read; who has seen it passes it over"),
        "ce_source": {**text, "description": "`//<deployment>/<service>`", "pattern": "^//[^/]+/[a-z]+$"},
        "ce_type": {**text, "description": "reversed domain, topic, what happened, version"},
        "ce_subject": _key("the aggregate it happened to"),
        "ce_time": {**text, "format": "date-time", "description": "when it happened, UTC"},
        "ce_dataschema": {**text, "description": "the JSON Schema of the payload"},
        "ce_partitionkey": _key("the root in whose thread it is in order"),
        "ce_sequence": {
            "type": "string",
            "pattern": "^[0-9]{10}$",
            "description": "version of the subject, without gaps; ten digits, so that it sorts as text",
        },
        "ce_correlationid": {**text, "description": "what all that followed from one request has in common"},
        "ce_causationid": {**text, "description": "the id of the event it follows from, if it follows from one"},
        "ce_traceparent": {**text, "description": "W3C Trace Context of the request, if it sent one"},
    }
    optional = {"ce_causationid", "ce_traceparent"}
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in binary mode: each attribute is a header of its own, text in UTF-8.",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _key(description: str) -> Document:
    return {"type": "string", "format": "uuid", "description": description}


def _schemas(catalogue: Catalogue) -> Document:
    """The payload of each event under its type, then the values they share under their own names."""
    return {**{name: entry.schema for name, entry in catalogue.entries.items()}, **catalogue.values}
