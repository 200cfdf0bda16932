"""Providers: firms and persons the centre may offer jobs to."""

from typing import Any
from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.pack import ExtraDoesNotFit, fit_extra
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Officer, Reviewer
from contracts.principals import Provider as ProviderRole
from services.matching import use_cases
from services.matching.domain import providers as domain
from services.matching.domain.providers import Provider, ProviderKind, ProviderStatus
from services.matching.pack import ReasonIsUnknown
from services.matching.schemas.fields import Reason, sent
from services.matching.schemas.providers import ChangeProvider, ProviderOut, RegisterProvider

routes = Routes("/v1/providers")
READERS = (Officer, Reviewer, Administrator, ProviderRole)
UNFIT = (domain.ProvinceIsUnknown, domain.LeaveEndsBeforeItStarts, ExtraDoesNotFit)


@routes.get("", dependencies=allow(*READERS))
async def list_providers(
    uow: Uow,
    status: ProviderStatus | None = None,
    kind: ProviderKind | None = None,
    country: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProviderOut]:
    """The providers you may see."""
    wanted = equal(Provider, status=status, kind=kind, country=country)
    found, more = await page_of(uow, Provider, *wanted, cursor=cursor, limit=limit)
    return Page(items=[ProviderOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(Officer), responses=problems(*UNFIT))
async def register_provider(body: RegisterProvider, uow: Uow) -> ProviderOut:
    """Take a firm or person in; it gets offers once it is approved."""
    fit_extra(use_cases.pack_of(uow).provider_fields, body.extra)
    facts: dict[str, Any] = {name: getattr(body, name) for name in RegisterProvider.model_fields}
    facts["places"] = use_cases.places_of(uow, body.places)
    return ProviderOut.of(uow.save(*domain.register(Provider(id=uow.new_id(), **facts))))


@routes.get("/{provider_id}", dependencies=allow(*READERS))
async def read_provider(provider_id: UUID, uow: Uow) -> ProviderOut:
    """One provider."""
    return ProviderOut.of(await uow.read(Provider, provider_id))


@routes.patch(
    "/{provider_id}",
    dependencies=allow(Officer, ProviderRole),
    responses=problems(domain.FieldsAreTheOfficers, *UNFIT),
)
async def change_provider(provider_id: UUID, body: ChangeProvider, uow: Uow) -> ProviderOut:
    """Correct what is known of a provider; a provider itself what it decides alone."""
    provider = await uow.get(Provider, provider_id)
    changes = sent(body, "day_rate", "contact")
    if body.places is not None:
        changes["places"] = use_cases.places_of(uow, body.places)
    fit_extra(use_cases.pack_of(uow).provider_fields, changes.get("extra", {}))
    return ProviderOut.of(uow.save(*domain.change(provider, changes, by=uow.principal)))


@routes.post("/{provider_id}/approve", dependencies=allow(Officer), responses=problems(domain.ProviderIsNotRegistered))
async def approve_provider(provider_id: UUID, uow: Uow) -> ProviderOut:
    """Let it have offers."""
    return ProviderOut.of(uow.save(*domain.approve(await uow.get(Provider, provider_id))))


@routes.post(
    "/{provider_id}/suspend",
    dependencies=allow(Officer),
    responses=problems(domain.ProviderIsNotApproved, ReasonIsUnknown),
)
async def suspend_provider(provider_id: UUID, body: Reason, uow: Uow) -> ProviderOut:
    """No offers for now: open ones are withdrawn; running engagements are left to you."""
    use_cases.pack_of(uow).check_reason("suspend", body.reason_code)
    return ProviderOut.of(await use_cases.suspend_provider(uow, provider_id, body.reason_code))


@routes.post("/{provider_id}/reinstate", dependencies=allow(Officer), responses=problems(domain.ProviderIsNotSuspended))
async def reinstate_provider(provider_id: UUID, uow: Uow) -> ProviderOut:
    """Let it have offers again."""
    return ProviderOut.of(uow.save(*domain.reinstate(await uow.get(Provider, provider_id))))
