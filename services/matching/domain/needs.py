"""Needs: what a job requires, and whether somebody has taken it."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from contracts.matching import NeedCancelled, NeedFilled, NeedOpened, NeedReopened, NeedUnmet
from contracts.refusals import Refusal
from contracts.values import CompetenceNeeded, Sector

SHARE_WITH_PROVIDERS = "share_with_providers"
"""The purpose of the consent without which no provider hears of a client's request."""

NeedStatus = Literal["open", "filled", "unmet", "cancelled"]


class NeedIsNotOpen(Refusal):
    sentence = "This need is not open: it is {status}."


class NeedIsOpen(Refusal):
    sentence = "This need is open already."


class NeedIsFilled(Refusal):
    sentence = "A provider works on this need: cancel its engagement first."


class NeedIsCancelled(Refusal):
    sentence = "This need was cancelled before."


class NeedEndsBeforeItStarts(Refusal):
    status = 422
    sentence = "A job that starts on {starts_on} cannot end on {ends_on}."


class NeedNamesNoCompetence(Refusal):
    status = 422
    sentence = "Name at least one competence that the job requires."


class SiteIsUnknown(Refusal):
    status = 422
    sentence = "The client has no open site {site_id}."


class ProgrammeIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no programme {programme_code}."


class ConsentIsMissing(Refusal):
    sentence = "The client has not agreed to share its request with providers."


@dataclass(frozen=True, slots=True)
class Job:
    """What somebody wants done: of the client only ids, place and sector; `days` are working days."""

    client_id: UUID
    site_id: UUID
    kind: str
    programme_code: str | None
    isic: Sector | None
    country: str
    province: str | None
    language: str
    starts_on: date
    ends_on: date
    days: int
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A job that looks for a provider.

    `territory` is its province if that is one of this country: it decides which officers see it.
    """

    id: UUID
    client_id: UUID
    site_id: UUID
    kind: str
    competences: tuple[CompetenceNeeded, ...]
    country: str
    language: str
    starts_on: date
    ends_on: date
    days: int
    opened_at: datetime
    province: str | None = None
    territory: str | None = None
    isic: Sector | None = None
    request_id: UUID | None = None
    programme_code: str | None = None
    status: NeedStatus = "open"
    engagement_id: UUID | None = None
    cancellation_reason: str | None = None
    version: int = 0


def open_need(
    job: Job, competences: tuple[CompetenceNeeded, ...], *, need_id: UUID, territory: str | None, at: datetime
) -> tuple[Need, NeedOpened]:
    """Begin to look for a provider."""
    if job.ends_on < job.starts_on:
        raise NeedEndsBeforeItStarts(starts_on=str(job.starts_on), ends_on=str(job.ends_on))
    if not competences:
        raise NeedNamesNoCompetence
    facts = {each.name: getattr(job, each.name) for each in fields(job)}
    need = Need(id=need_id, competences=competences, territory=territory, opened_at=at, **facts)
    return need, NeedOpened(
        **_ids(need),
        site_id=need.site_id,
        kind=need.kind,
        programme_code=need.programme_code,
        competences=need.competences,
        isic=need.isic,
        country=need.country,
        province=need.province,
        language=need.language,
        starts_on=need.starts_on,
        ends_on=need.ends_on,
        days=need.days,
    )


def fill(need: Need, *, engagement_id: UUID, provider_id: UUID) -> tuple[Need, NeedFilled]:
    """A provider took the job: one engagement per need."""
    require_open(need)
    filled = replace(need, status="filled", engagement_id=engagement_id)
    return filled, NeedFilled(**_ids(need), engagement_id=engagement_id, provider_id=provider_id)


def unmet(need: Need, excluded: dict[str, int]) -> tuple[Need, NeedUnmet]:
    """Nobody is eligible; `excluded` counts the candidates each rule has excluded."""
    require_open(need)
    return replace(need, status="unmet"), NeedUnmet(**_ids(need), excluded=excluded)


def reopen(need: Need) -> tuple[Need, NeedReopened]:
    """Look again: after nobody was found, or after the engagement was cancelled."""
    if need.status == "open":
        raise NeedIsOpen
    if need.status == "cancelled":
        raise NeedIsCancelled
    return replace(need, status="open", engagement_id=None), NeedReopened(**_ids(need))


def cancel(need: Need, reason_code: str) -> tuple[Need, NeedCancelled]:
    """Stop looking; a filled need ends by its engagement."""
    if need.status == "filled":
        raise NeedIsFilled(engagement_id=str(need.engagement_id))
    if need.status == "cancelled":
        raise NeedIsCancelled
    return _cancelled(need, reason_code)


def abandon(need: Need, reason_code: str) -> tuple[Need, NeedCancelled]:
    """Its engagement was cancelled and nobody else may be asked, because the consent to share has ended."""
    if need.status != "filled":
        raise NeedIsNotOpen(status=need.status)
    return _cancelled(need, reason_code)


def require_open(need: Need) -> None:
    """Refuse unless the need still looks for a provider."""
    if need.status != "open":
        raise NeedIsNotOpen(status=need.status)


def _cancelled(need: Need, reason_code: str) -> tuple[Need, NeedCancelled]:
    cancelled = replace(need, status="cancelled", cancellation_reason=reason_code)
    return cancelled, NeedCancelled(**_ids(need), reason_code=reason_code)


def _ids(need: Need) -> dict[str, Any]:
    return {"need_id": need.id, "request_id": need.request_id, "client_id": need.client_id}
