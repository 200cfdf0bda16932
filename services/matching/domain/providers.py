"""Providers: who they are, what they serve, and the days their engagements hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from contracts.matching import (
    ProviderApproved,
    ProviderBooked,
    ProviderChanged,
    ProviderRegistered,
    ProviderReinstated,
    ProviderReleased,
    ProviderSuspended,
)
from contracts.principals import Officer, Principal
from contracts.refusals import Refusal
from contracts.values import Money, Period, Place, Sector, Value, personal
from services.matching.domain.bookings import Booking, FreeDays

ProviderKind = Literal["firm", "person"]
ProviderStatus = Literal["registered", "approved", "suspended"]

PROVIDER_MAY_CHANGE = frozenset(
    {"languages", "sectors", "places", "days_per_week", "leave", "conflicts", "day_rate", "contact"}
)
"""What a provider may change of itself; the rest is the officer's."""


class ProviderIsNotRegistered(Refusal):
    sentence = "Only a registered provider can be approved; this one is {status}."


class ProviderIsNotApproved(Refusal):
    sentence = "The provider is not approved: it is {status}."


class ProviderIsNotSuspended(Refusal):
    sentence = "Only a suspended provider can be reinstated; this one is {status}."


class FieldsAreTheOfficers(Refusal):
    status = 403
    sentence = "Only an officer may change {fields}."


class ProvinceIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no province {province} that is valid today."


class LeaveEndsBeforeItStarts(Refusal):
    status = 422
    sentence = "A leave that starts on {starts_on} cannot end on {ends_on}."


class ProviderLacksFreeDays(Refusal):
    sentence = "The job needs {needed_days} working days; the provider has {free_days} left in its period."


class BookingIsMissing(Refusal):
    sentence = "The provider holds no days for this engagement."


class Contact(Value):
    """The person a provider is reached by."""

    full_name: str = personal(min_length=1, max_length=200)
    email: str | None = personal(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str | None = personal(default=None, max_length=32, pattern=r"^\+?[0-9 ()/.-]{3,31}$")
    language: str | None = personal(default=None, pattern="^[a-z]{2,3}$")


@dataclass(frozen=True, slots=True)
class Provider:
    """A firm or person the centre may offer jobs to."""

    id: UUID
    name: str
    kind: ProviderKind
    country: str
    places: tuple[Place, ...]
    languages: tuple[str, ...]
    sectors: tuple[Sector, ...] = ()
    days_per_week: int = 5
    leave: tuple[Period, ...] = ()
    conflicts: tuple[UUID, ...] = ()
    day_rate: Money | None = None
    contact: Contact | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    bookings: tuple[Booking, ...] = ()
    status: ProviderStatus = "registered"
    suspension_reason: str | None = None
    version: int = 0


def register(provider: Provider) -> tuple[Provider, ProviderRegistered]:
    """Take a provider in; it gets offers once it is approved."""
    _check_leave(provider)
    return provider, ProviderRegistered(**_facts(provider))


def change(provider: Provider, changes: Mapping[str, Any], *, by: Principal) -> tuple[Provider, ProviderChanged]:
    """Correct what is known of a provider; a provider itself only what it decides alone."""
    reserved = sorted(set(changes) - PROVIDER_MAY_CHANGE)
    if reserved and not by.has(Officer):
        raise FieldsAreTheOfficers(fields=", ".join(reserved))
    provider = replace(provider, **changes)
    _check_leave(provider)
    return provider, ProviderChanged(**_facts(provider))


def approve(provider: Provider) -> tuple[Provider, ProviderApproved]:
    """Let it have offers."""
    if provider.status != "registered":
        raise ProviderIsNotRegistered(status=provider.status)
    return replace(provider, status="approved"), ProviderApproved(provider_id=provider.id)


def suspend(provider: Provider, reason_code: str) -> tuple[Provider, ProviderSuspended]:
    """No offers for now; running engagements are left to the officer."""
    if provider.status != "approved":
        raise ProviderIsNotApproved(status=provider.status)
    suspended = replace(provider, status="suspended", suspension_reason=reason_code)
    return suspended, ProviderSuspended(provider_id=provider.id, reason_code=reason_code)


def reinstate(provider: Provider) -> tuple[Provider, ProviderReinstated]:
    """Let it have offers again."""
    if provider.status != "suspended":
        raise ProviderIsNotSuspended(status=provider.status)
    reinstated = replace(provider, status="approved", suspension_reason=None)
    return reinstated, ProviderReinstated(provider_id=provider.id)


def book(provider: Provider, engagement_id: UUID, days: int, free: FreeDays) -> tuple[Provider, ProviderBooked]:
    """Hold the earliest free days for an engagement, so that no other can have them."""
    if len(free.days) < days:
        raise ProviderLacksFreeDays(free_days=len(free.days), needed_days=days)
    booking = Booking(engagement_id, free.days[:days])
    booked = replace(provider, bookings=(*provider.bookings, booking))
    return booked, ProviderBooked(provider_id=provider.id, **_booking_facts(booking))


def release(provider: Provider, engagement_id: UUID) -> tuple[Provider, ProviderReleased]:
    """Give the days of an ended engagement back."""
    booking = next((each for each in provider.bookings if each.engagement_id == engagement_id), None)
    if booking is None:
        raise BookingIsMissing(engagement_id=str(engagement_id))
    rest = tuple(each for each in provider.bookings if each is not booking)
    released = replace(provider, bookings=rest)
    return released, ProviderReleased(provider_id=provider.id, **_booking_facts(booking))


def _check_leave(provider: Provider) -> None:
    for period in provider.leave:
        if period.ends_on < period.starts_on:
            raise LeaveEndsBeforeItStarts(starts_on=str(period.starts_on), ends_on=str(period.ends_on))


def _facts(provider: Provider) -> dict[str, Any]:
    return {
        "provider_id": provider.id,
        "kind": provider.kind,
        "country": provider.country,
        "places": provider.places,
        "languages": provider.languages,
        "sectors": provider.sectors,
    }


def _booking_facts(booking: Booking) -> dict[str, Any]:
    return {
        "engagement_id": booking.engagement_id,
        "starts_on": booking.days[0],
        "ends_on": booking.days[-1],
        "days": len(booking.days),
    }
