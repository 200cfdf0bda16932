"""The page of the events for whoever connects a system: what each says, with which facts, and what follows."""

import re
from collections.abc import Iterator

from contracts.catalogue import Catalogue, Entry
from contracts.compatibility import Schema
from contracts.meanings import UNITS
from contracts.topics import TOPICS, Topic

PREAMBLE = """# The events

Every change in a deployment is an event of the same transaction: nothing happens without one, and none is told of what
did not happen. This page is written by `python -m contracts.publish` from the classes in `contracts/`; the same for
machines: `contracts/asyncapi.json` (AsyncAPI 3.1, served as `/asyncapi.json`) and `contracts/schemas/` (JSON Schema).

## What you may rely on

- **Order** holds inside one root (the client, the provider, the need, the assessment, the course, the session): its
  events come in the order in which they happened. `sequence` is the version of the subject; it has no gaps. Between
  roots, and between topics, expect any order.
- **Repetition**: an event comes at least once, always under the same `id`. Keep the ids you have seen, in the same
  transaction as the effect, and pass over what you know.
- **Loss**: none. Topics and feed keep everything; a reader that was away goes on where it stopped.
- **Personal data**: none. Events carry ids, codes, dates, quantities and money, never names, contacts or free text. In
  the feed an integrator sees the types its key names; figures and persons only if the key grants them (`figures`).
  To a key without it a hidden fact is null where its schema admits null, else it is left out, although the schema
  requires it: check such events against the schemas with `required` set aside, or ask for a key with `figures`.
- **Unknown is null**, never 0. Money has its currency; exact numbers are texts, so that no reader rounds them.
- **Growth**: inside a version only optional facts are added, so pass over facts you do not know. Anything else is a
  new version (`.v2`), published beside the old one until every reader has moved.

## How to read them

From the **feed**, with a key of the role integrator:

```sh
curl -H "Authorization: Bearer $KEY" "http://127.0.0.1:8080/v1/events?after=0&limit=100&wait=20"
```

`items` are CloudEvents in JSON; go on with `after=<next>` of the answer, and keep that cursor with your effects. `wait`
holds the answer until something comes. `type` (repeatable), `subject` and `correlation_id` narrow it. In a terminal:
`openrecp events tail`.

From **Kafka**, where the deployment has one: one topic a service (the deployment may put a prefix before the names),
the record's key is the root's id, its value the facts, its headers the CloudEvent's attributes (`ce_id`, `ce_type`,
`ce_subject`, `ce_sequence` …, binary mode). Begin at `earliest`, commit the offset after the effect. These topics carry
every figure and person id: give access to them as you would to the database.

**Both carry the same events under the same ids**, so a reader may change from one to the other: `id` in the feed is
`ce_id` on Kafka, `partitionkey` is the record's key.
"""
FORMATS = {"uuid": "id", "date": "date", "date-time": "time, UTC"}
PLAIN = {"integer": "whole number", "boolean": "true or false", "string": "text", "number": "number"}
ONE_OF = re.compile(r"^\^\(([a-z_|]+)\)\$$")


def page(catalogue: Catalogue) -> str:
    """The whole page in Markdown."""
    parts = [PREAMBLE]
    for topic in TOPICS.values():
        parts += _topic(topic, catalogue.of(topic))
    parts.append("## Values\n\nWhat several events carry, by its own name.\n")
    for name, schema in catalogue.values.items():
        parts.append(f"### {name}\n\n{_line(schema.get('description', ''))}\n\n{_facts(schema, ())}\n")
    return "\n".join(parts)


def _topic(topic: Topic, entries: list[Entry]) -> Iterator[str]:
    readers = ", ".join(topic.consumers)
    yield f"## {topic.producer}\n\nTopic `{topic.name}`, {topic.partitions} partitions; read by {readers}.\n"
    yield "| event | it says | subject | root | since |\n|---|---|---|---|---|\n" + "".join(
        f"| [{_short(entry)}](#{_anchor(entry)}) | {_cell(entry.says)} | `{entry.event.subject_field}` "
        f"| `{entry.event.root_field}` | {entry.since or 'not released yet'} |\n"
        for entry in entries
    )
    for entry in entries:
        yield _event(entry)


def _event(entry: Entry) -> str:
    event = entry.event
    head = f'<a id="{_anchor(entry)}"></a>\n\n### {_short(entry)}\n\n{entry.says}\n\n'
    head += f"`{event.event_type}` · subject `{event.subject_field}` · root `{event.root_field}` · "
    head += f"since {entry.since or '(not released yet)'}\n\n"
    return head + _facts(entry.schema, (event.subject_field, event.root_field)) + "\n" + _follows(entry)


def _short(entry: Entry) -> str:
    """Its type without what all of the topic have in common."""
    return entry.event.event_type.split(".", 3)[3]


def _anchor(entry: Entry) -> str:
    return entry.event.event_type.split(".", 2)[2].replace(".", "-").replace("_", "-")


def _follows(entry: Entry) -> str:
    """Who listens, and what each then does; a read model only keeps what it may be asked."""
    services: dict[str, list[str]] = {}
    for each in entry.followers:
        services.setdefault(each.service, []).append(each.words if each.publishes else f"{each.words} (read model)")
    lines = [f"- **{service}**: {_line('; '.join(words))}\n" for service, words in services.items()]
    return (
        "What follows:\n\n" + "".join(lines) if lines else "Nobody in this house follows it; it stands in the feed.\n"
    )


def _facts(schema: Schema, first: tuple[str, ...]) -> str:
    """A table of the facts; what must be there comes without a remark."""
    needed = set(schema.get("required", ()))
    fields = schema.get("properties", {})
    names = [*dict.fromkeys(name for name in first if name in fields)]
    names += [name for name in fields if name not in names]
    rows = "".join(_fact(name, fields[name], name in needed) for name in names)
    return "| fact | type | unit | meaning |\n|---|---|---|---|\n" + rows


def _fact(name: str, facts: Schema, needed: bool) -> str:
    unit = UNITS.get(name, "")
    meaning = facts["description"].removesuffix(f", in {unit}")
    return f"| `{name}` | {_cell(_kind(facts, needed))} | {unit} | {_cell(meaning)} |\n"


def _kind(facts: Schema, needed: bool) -> str:
    kinds = [_word(each) for each in facts.get("anyOf", [facts])]
    word = " or ".join(each for each in kinds if each != "null")
    if "null" in kinds:
        word += " or null"
    return word if needed else f"{word}; may be absent"


def _word(facts: Schema) -> str:
    """One alternative of a fact in a word or two."""
    if "allOf" in facts:
        return _word(facts["allOf"][0])
    if "$ref" in facts:
        name = facts["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    choices = ONE_OF.match(facts.get("pattern", ""))
    if choices:
        return "one of " + ", ".join(f"`{each}`" for each in choices[1].split("|"))
    kind = facts.get("type")
    if kind == "array":
        return f"list of {_word(facts.get('items', {}))}"
    if kind == "object":
        return "numbers by code"
    if kind == "string":
        return _text(facts)
    return PLAIN.get(str(kind), str(kind)) + _range(facts)


def _text(facts: Schema) -> str:
    if facts.get("format") in FORMATS:
        return FORMATS[facts["format"]]
    pattern = facts.get("pattern", "")
    if pattern.startswith("^-?[0-9]"):
        return "exact number, as text"
    return "code" if pattern else "text"


def _range(facts: Schema) -> str:
    low, high = facts.get("minimum"), facts.get("maximum")
    return f", {low} to {high}" if low is not None and high is not None else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    """Text that does not end its cell."""
    return _line(text).replace("|", "\\|")
