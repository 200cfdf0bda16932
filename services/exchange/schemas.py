"""Answers of the exchange service."""

import json
from collections.abc import Sequence
from datetime import datetime
from math import floor
from typing import Annotated, Any
from uuid import UUID

from cloudevents.core.formats.json import JSONFormat
from pydantic import Field

from chassis.http import Body, Out
from chassis.log.envelope import cloud_event
from chassis.log.port import Record
from contracts.principals import Principal
from services.exchange.domain import Outcome, Reason, Status, Subscription, visible_data
from services.exchange.models import Delivery, Entry


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


TEST_TYPE = "org.openrecp.exchange.subscription_tested.v1"
EventType = Annotated[str, Field(pattern=r"^org\.openrecp\.[a-z]+\.[a-z0-9_]+\.v[0-9]+$", max_length=200)]


class CreateSubscription(Body):
    """Where events shall be sent: https on port 443 or 8443, an address open to the world. `types` are some of those
    the key may follow; none given are all of them, also later ones."""

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    types: Annotated[frozenset[EventType], Field(min_length=1, max_length=200)] | None = None


class SubscriptionOut(Out):
    """`cursor` is the number of the last event that arrived. `attempts` were spent on the next one, which is tried
    again at `next_attempt_at`; later ones wait behind it. `reason` says why nothing is sent: `by_its_owner`,
    `by_the_centre`, `key_ended`, `attempts_used_up` or `receiver_is_gone` (it answered 410). `test_id` is the
    webhook-id of a test that is about to be sent."""

    subscription_id: UUID
    owner_id: UUID
    url: str
    types: list[str] | None
    status: Status
    reason: Reason | None
    cursor: int
    attempts: int
    next_attempt_at: datetime | None
    last_delivered_at: datetime | None
    test_id: UUID | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, subscription: Subscription) -> "SubscriptionOut":
        return cls.model_validate(_facts(subscription))


class SecretShown(SubscriptionOut):
    """With the secret that deliveries are signed with, this once. A request repeated under the same Idempotency-Key
    is answered with `secret` null and `secret_was_shown` true: if it got lost, rotate it."""

    secret: str | None = Field(repr=False)
    secret_was_shown: bool = False

    @classmethod
    def showing(cls, text: str, subscription: Subscription) -> "SecretShown":
        return cls.model_validate({**_facts(subscription), "secret": text})

    def kept(self) -> "SecretShown":
        return self.model_copy(update={"secret": None, "secret_was_shown": True})


class RequestOut(Out):
    """What was sent, without its signature."""

    url: str
    headers: dict[str, str]
    body: str


class AnswerOut(Out):
    """What came back; `cut` says that there was more."""

    status: int
    body: str
    cut: bool


class DeliveryOut(Out):
    """One attempt. `answer` is null when none came; `trouble` says why in words."""

    delivery_id: UUID
    event_id: UUID
    event_type: str
    test: bool
    attempt: int
    sent_at: datetime
    duration_ms: int
    outcome: Outcome
    trouble: str | None
    request: RequestOut
    answer: AnswerOut | None

    @classmethod
    def of(cls, delivery: Delivery, entry: Entry | None, subscription: Subscription, source: str) -> "DeliveryOut":
        body = (
            tested(subscription.id, delivery.event_id, source, delivery.sent_at)
            if entry is None
            else shown(entry, subscription.reader)
        )
        headers = headers_of(delivery.event_id, delivery.sent_at)
        answer = None
        if delivery.status is not None:
            answer = AnswerOut(status=delivery.status, body=delivery.answer or "", cut=delivery.answer_cut)
        return cls(
            delivery_id=delivery.id,
            event_id=delivery.event_id,
            event_type=delivery.event_type,
            test=delivery.number is None,
            attempt=delivery.attempt,
            sent_at=delivery.sent_at,
            duration_ms=delivery.duration_ms,
            outcome=delivery.outcome,
            trouble=delivery.trouble,
            request=RequestOut(url=delivery.url, headers=headers, body=body.decode()),
            answer=answer,
        )


def _facts(subscription: Subscription) -> dict[str, Any]:
    known = {name: getattr(subscription, name) for name in SubscriptionOut.model_fields if name != "subscription_id"}
    types = None if subscription.types is None else list(subscription.types)
    return {**known, "types": types, "subscription_id": subscription.id}


def headers_of(event_id: UUID, at: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks but the signature; the time is the wall's, receivers compare it with theirs."""
    return {
        "content-type": "application/json",
        "webhook-id": str(event_id),
        "webhook-timestamp": str(floor(at.timestamp())),
    }


def shown(entry: Entry, reader: Principal) -> bytes:
    """An event as its reader may see it, a CloudEvent in JSON, the same in the feed and in a webhook."""
    data = visible_data(entry.event_type, json.loads(entry.data), reader)
    return JSONFormat().write(cloud_event(entry.record(), data))


def tested(subscription_id: UUID, event_id: UUID, source: str, at: datetime) -> bytes:
    """An event that says nothing but that it is a test; it stands in no feed."""
    record = Record(
        topic="exchange",
        root=subscription_id,
        event_id=event_id,
        event_type=TEST_TYPE,
        source=source,
        subject=subscription_id,
        sequence=1,
        occurred_at=at,
        correlation_id=str(event_id),
        causation_id=None,
        traceparent=None,
        data="",
    )
    return JSONFormat().write(cloud_event(record, {"subscription_id": str(subscription_id), "test": True}))


def feed(entries: Sequence[Entry], reader: Principal, *, after: int, end: int) -> bytes:
    """A `FeedOut` as JSON, its events written by the CloudEvents SDK."""
    items = [shown(entry, reader) for entry in entries]
    last = max((entry.number or 0 for entry in entries), default=after)
    return b'{"items":[%s],"next":%d,"end":%d}' % (b",".join(items), last, end)
