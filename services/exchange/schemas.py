"""Answers of the exchange service."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cloudevents.core.formats.json import JSONFormat
from pydantic import Field

from chassis.http import Out
from chassis.log.envelope import cloud_event
from contracts.principals import Principal
from services.exchange.domain import visible_data
from services.exchange.models import Entry


class CloudEventOut(Out):
    """CloudEvents 1.0 in JSON. `sequence` is the version of the subject, `partitionkey` the root it belongs to."""

    id: str
    source: str
    specversion: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    partitionkey: str
    sequence: str = Field(description="ten digits, so that it sorts as text; without gaps for one subject")
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]


class FeedOut(Out):
    """Part of the feed; go on with `after=<next>`."""

    items: list[CloudEventOut]
    next: int = Field(description="the number of the last item, or where you asked from")
    end: int = Field(description="the number of the last event there is")


def feed(entries: Sequence[Entry], reader: Principal, *, after: int, end: int) -> bytes:
    """A `FeedOut` as JSON, its events written by the CloudEvents SDK."""
    items = [
        JSONFormat().write(cloud_event(entry.record(), visible_data(entry.event_type, json.loads(entry.data), reader)))
        for entry in entries
    ]
    last = max((entry.number or 0 for entry in entries), default=after)
    return b'{"items":[%s],"next":%d,"end":%d}' % (b",".join(items), last, end)
