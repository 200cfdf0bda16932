"""A consent: what a company agreed to share, with whom, for what purpose, until when."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.clients import ConsentExpired, ConsentGiven, ConsentWithdrawn
from contracts.refusals import Refusal
from services.clients.domain.clients import Client

SHARE_WITH_PROVIDERS = "share_with_providers"


class ConsentHasEnded(Refusal):
    sentence = "The consent is {status}."


class PurposeIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no purpose {purpose}."


class ConsentEndsInThePast(Refusal):
    status = 422
    sentence = "The last day {until} of the consent is over."


@dataclass(frozen=True, slots=True)
class Consent:
    """`until` is its last day in the centre's zone, `ends_at` the moment after it."""

    id: UUID
    version: int
    client_id: UUID
    purpose: str
    recipient: str | None
    text_version: str
    given_at: datetime
    until: date | None
    ends_at: datetime | None
    territory: str | None
    status: str = "given"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the company signs."""

    purpose: str
    recipient: str | None
    text_version: str
    until: date | None
    ends_at: datetime | None


def give(
    client: Client, agreement: Agreement, *, id: UUID, at: datetime, territory: str | None
) -> tuple[Consent, ConsentGiven]:
    """The company agrees."""
    if agreement.ends_at is not None and agreement.ends_at <= at:
        raise ConsentEndsInThePast(until=agreement.until)
    consent = Consent(
        id=id,
        version=0,
        client_id=client.id,
        purpose=agreement.purpose,
        recipient=agreement.recipient,
        text_version=agreement.text_version,
        given_at=at,
        until=agreement.until,
        ends_at=agreement.ends_at,
        territory=territory,
    )
    return consent, ConsentGiven(
        consent_id=id,
        client_id=client.id,
        purpose=agreement.purpose,
        recipient=agreement.recipient,
        text_version=agreement.text_version,
        until=agreement.until,
    )


def withdraw(consent: Consent) -> tuple[Consent, ConsentWithdrawn]:
    """The company takes its agreement back."""
    if consent.status != "given":
        raise ConsentHasEnded(status=consent.status)
    withdrawn = dataclasses.replace(consent, status="withdrawn")
    return withdrawn, ConsentWithdrawn(consent_id=consent.id, client_id=consent.client_id, purpose=consent.purpose)


def expire(consent: Consent, *, at: datetime) -> tuple[Consent, ConsentExpired] | None:
    """Its last day is over; None if it has ended otherwise or still runs."""
    if consent.status != "given" or consent.ends_at is None or consent.ends_at > at:
        return None
    expired = dataclasses.replace(consent, status="expired")
    return expired, ConsentExpired(consent_id=consent.id, client_id=consent.client_id, purpose=consent.purpose)


def agreement_to_share(consents: list[Consent], *, at: datetime) -> Consent | None:
    """The agreement to share with providers that stands at this moment, if any."""
    standing = (
        each
        for each in consents
        if each.purpose == SHARE_WITH_PROVIDERS
        and each.status == "given"
        and (each.ends_at is None or each.ends_at > at)
    )
    return next(standing, None)
