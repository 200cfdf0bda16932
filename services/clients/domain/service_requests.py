"""A service request: what a company asks for; matching decides when it starts and whether it is met."""

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from contracts.clients import (
    ServiceRequestCancelAsked,
    ServiceRequestCancelled,
    ServiceRequestCompleted,
    ServiceRequestResumed,
    ServiceRequestStarted,
    ServiceRequestSubmitted,
    ServiceRequestUnmet,
)
from contracts.principals import Principal
from contracts.refusals import Refusal
from services.clients.domain.clients import Client, ClientIsNotQualified
from services.clients.domain.sites import Site, SiteIsClosed


class ConsentIsMissing(Refusal):
    sentence = "The company has not agreed to share its data with providers (purpose share_with_providers)."


class SiteIsOfAnotherClient(Refusal):
    status = 422
    sentence = "The site belongs to another client."


class ProgrammeIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no programme {programme_code}."


class PeriodIsReversed(Refusal):
    status = 422
    sentence = "The last day {wanted_until} is before the first day {wanted_from}."


class RequestCannotBeCancelled(Refusal):
    sentence = "The request is {status}: it can no longer be cancelled."


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """Dates are days in the centre's zone, `days` working days."""

    id: UUID
    version: int
    client_id: UUID
    site_id: UUID
    kind: str
    programme_code: str | None
    language: str
    wanted_from: date
    wanted_until: date
    days: int
    note: str | None
    territory: str | None
    status: str = "submitted"
    engagement_id: UUID | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    external_ref: str | None = None
    ref_owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    kind: str
    programme_code: str | None
    language: str
    wanted_from: date
    wanted_until: date
    days: int
    note: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    external_ref: str | None = None


def submit(
    client: Client, site: Site, wish: Wish, *, consented: bool, id: UUID, by: Principal
) -> tuple[ServiceRequest, ServiceRequestSubmitted]:
    """Ask for a service at a site."""
    _may_be_asked(client, site, wish, consented)
    request = ServiceRequest(
        id=id,
        version=0,
        client_id=client.id,
        site_id=site.id,
        kind=wish.kind,
        programme_code=wish.programme_code,
        language=wish.language,
        wanted_from=wish.wanted_from,
        wanted_until=wish.wanted_until,
        days=wish.days,
        note=wish.note,
        territory=site.territory,
        extra=wish.extra,
        external_ref=wish.external_ref,
        ref_owner=by.principal_id if wish.external_ref else None,
    )
    return request, ServiceRequestSubmitted(
        request_id=id,
        client_id=client.id,
        site_id=site.id,
        kind=wish.kind,
        programme_code=wish.programme_code,
        isic=client.isic,
        country=site.country,
        province=site.province if site.province is not None else client.province,
        language=wish.language,
        wanted_from=wish.wanted_from,
        wanted_until=wish.wanted_until,
        days=wish.days,
    )


def _may_be_asked(client: Client, site: Site, wish: Wish, consented: bool) -> None:
    if client.status != "qualified":
        raise ClientIsNotQualified(status=client.status)
    if site.client_id != client.id:
        raise SiteIsOfAnotherClient
    if site.status != "open":
        raise SiteIsClosed
    if wish.wanted_until < wish.wanted_from:
        raise PeriodIsReversed(wanted_from=wish.wanted_from, wanted_until=wish.wanted_until)
    if not consented:
        raise ConsentIsMissing


def cancel(request: ServiceRequest) -> tuple[ServiceRequest, ServiceRequestCancelAsked]:
    """Ask to cancel; it is off only when matching says so, for an acceptance may have come first."""
    if request.status not in ("submitted", "unmet"):
        raise RequestCannotBeCancelled(status=request.status)
    asked = ServiceRequestCancelAsked(request_id=request.id, client_id=request.client_id)
    return dataclasses.replace(request, status="cancelling"), asked


def start(request: ServiceRequest, engagement_id: UUID) -> tuple[ServiceRequest, ServiceRequestStarted] | None:
    """A provider took the job, also while a cancellation was asked for."""
    if request.status not in ("submitted", "unmet", "cancelling"):
        return None
    started = dataclasses.replace(request, status="started", engagement_id=engagement_id)
    return started, ServiceRequestStarted(
        request_id=request.id, client_id=request.client_id, engagement_id=engagement_id
    )


def find_unmet(request: ServiceRequest) -> tuple[ServiceRequest, ServiceRequestUnmet] | None:
    """Nobody suitable for now."""
    if request.status != "submitted":
        return None
    unmet = ServiceRequestUnmet(request_id=request.id, client_id=request.client_id)
    return dataclasses.replace(request, status="unmet"), unmet


def resume(request: ServiceRequest) -> tuple[ServiceRequest, ServiceRequestResumed] | None:
    """The search goes on: after a new shortlist, or after an engagement that was cancelled."""
    if request.status not in ("unmet", "started"):
        return None
    resumed = ServiceRequestResumed(request_id=request.id, client_id=request.client_id)
    return dataclasses.replace(request, status="submitted", engagement_id=None), resumed


def end(request: ServiceRequest) -> tuple[ServiceRequest, ServiceRequestCancelled] | None:
    """Matching has closed the need: it is off."""
    if request.status in ("cancelled", "completed"):
        return None
    cancelled = ServiceRequestCancelled(request_id=request.id, client_id=request.client_id)
    return dataclasses.replace(request, status="cancelled"), cancelled


def complete(
    request: ServiceRequest, engagement_id: UUID | None
) -> tuple[ServiceRequest, ServiceRequestCompleted] | None:
    """The service was given."""
    if request.status in ("cancelled", "completed"):
        return None
    completed = ServiceRequestCompleted(request_id=request.id, client_id=request.client_id, engagement_id=engagement_id)
    return dataclasses.replace(request, status="completed"), completed
