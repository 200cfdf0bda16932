"""Providers: registered, approved, suspended; their own facts; their booked days."""

from datetime import timedelta

import pytest

from contracts.matching import (
    ProviderApproved,
    ProviderBooked,
    ProviderChanged,
    ProviderRegistered,
    ProviderReinstated,
    ProviderReleased,
    ProviderSuspended,
)
from contracts.values import Period, Place
from services.matching.domain import providers
from services.matching.domain.bookings import FreeDays, free_days, weeks_of
from services.matching.domain.providers import (
    BookingIsMissing,
    FieldsAreTheOfficers,
    LeaveEndsBeforeItStarts,
    ProviderIsNotApproved,
    ProviderIsNotRegistered,
    ProviderIsNotSuspended,
    ProviderLacksFreeDays,
)
from tests.unit.matching.examples import ENGAGEMENT, FIRM, MONDAY, OFFICER, PROVIDER, provider, uid, working_days


def test_registering_tells_what_is_served_but_no_name() -> None:
    registered, event = providers.register(provider(status="registered"))
    assert registered.status == "registered"
    assert event == ProviderRegistered(
        provider_id=FIRM,
        kind="firm",
        country="XA",
        places=(Place(country="XA", province="XA-N"),),
        languages=("en", "vi"),
        sectors=registered.sectors,
    )
    assert "Clear Water" not in event.model_dump_json()


def test_a_provider_is_approved_once() -> None:
    approved, event = providers.approve(provider(status="registered"))
    assert approved.status == "approved"
    assert event == ProviderApproved(provider_id=FIRM)
    with pytest.raises(ProviderIsNotRegistered):
        providers.approve(approved)


def test_suspension_is_for_the_approved_and_can_be_lifted() -> None:
    suspended, event = providers.suspend(provider(), "complaint")
    assert (suspended.status, suspended.suspension_reason) == ("suspended", "complaint")
    assert event == ProviderSuspended(provider_id=FIRM, reason_code="complaint")
    reinstated, lifted = providers.reinstate(suspended)
    assert (reinstated.status, reinstated.suspension_reason) == ("approved", None)
    assert lifted == ProviderReinstated(provider_id=FIRM)


@pytest.mark.parametrize("status", ["registered", "suspended"])
def test_only_an_approved_provider_is_suspended(status: str) -> None:
    with pytest.raises(ProviderIsNotApproved):
        providers.suspend(provider(status=status), "complaint")


@pytest.mark.parametrize("status", ["registered", "approved"])
def test_only_a_suspended_provider_is_reinstated(status: str) -> None:
    with pytest.raises(ProviderIsNotSuspended):
        providers.reinstate(provider(status=status))


def test_a_provider_changes_what_it_decides_alone() -> None:
    changed, event = providers.change(provider(), {"languages": ("fr",), "days_per_week": 3}, by=PROVIDER)
    assert (changed.languages, changed.days_per_week) == (("fr",), 3)
    assert isinstance(event, ProviderChanged)
    assert event.languages == ("fr",)


@pytest.mark.parametrize("field", ["name", "kind", "country", "extra"])
def test_a_provider_does_not_change_what_the_officer_vouches_for(field: str) -> None:
    with pytest.raises(FieldsAreTheOfficers) as refusal:
        providers.change(provider(), {field: "other", "languages": ("fr",)}, by=PROVIDER)
    assert refusal.value.params == {"fields": field}


def test_an_officer_changes_any_fact() -> None:
    changed, _ = providers.change(provider(), {"name": "Clean Water Engineers"}, by=OFFICER)
    assert changed.name == "Clean Water Engineers"


def test_a_leave_cannot_end_before_it_starts() -> None:
    leave = (Period(starts_on=MONDAY, ends_on=MONDAY - timedelta(days=1)),)
    with pytest.raises(LeaveEndsBeforeItStarts):
        providers.change(provider(), {"leave": leave}, by=PROVIDER)
    with pytest.raises(LeaveEndsBeforeItStarts):
        providers.register(provider(leave=leave))
    one_day = (Period(starts_on=MONDAY, ends_on=MONDAY),)
    assert providers.register(provider(leave=one_day))[0].leave == one_day


def test_booking_holds_the_earliest_free_days() -> None:
    free = free_days(weeks_of(working_days()), 2, (), ())
    booked, event = providers.book(provider(), ENGAGEMENT, 3, free)
    assert booked.bookings[0].days == (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=7))
    assert event == ProviderBooked(
        provider_id=FIRM, engagement_id=ENGAGEMENT, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=7), days=3
    )


def test_days_that_are_not_free_cannot_be_booked() -> None:
    with pytest.raises(ProviderLacksFreeDays) as refusal:
        providers.book(provider(), ENGAGEMENT, 2, FreeDays((MONDAY,)))
    assert refusal.value.params == {"needed_days": 2, "free_days": 1}
    assert providers.book(provider(), ENGAGEMENT, 1, FreeDays((MONDAY,)))[0].bookings[0].days == (MONDAY,)


def test_release_gives_back_the_days_of_one_engagement_only() -> None:
    free = free_days(weeks_of(working_days()), 5, (), ())
    booked, _ = providers.book(provider(), ENGAGEMENT, 2, free)
    twice, _ = providers.book(booked, uid(77), 2, free_days(weeks_of(working_days()), 5, (), booked.bookings))
    released, event = providers.release(twice, ENGAGEMENT)
    assert [each.engagement_id for each in released.bookings] == [uid(77)]
    assert event == ProviderReleased(
        provider_id=FIRM, engagement_id=ENGAGEMENT, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1), days=2
    )
    with pytest.raises(BookingIsMissing):
        providers.release(released, ENGAGEMENT)
