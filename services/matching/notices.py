"""What providers are told of their offers and reports, and officers of an offer that lost its ground."""

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from chassis.notices.kinds import BusinessDays, NoticeKind, Word
from chassis.notices.writing import Recipient, call_off, notify
from chassis.unit_of_work import UnitOfWork
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer
from services.matching.domain.providers import Provider
from services.matching.domain.work_reports import WorkReport
from services.matching.pack import KINDS, Offers
from services.matching.queries import Missing

OFFER_MADE = NoticeKind(
    "offer_made",
    ("firm", "kind", "place", "days", "starts_on", "ends_on", "deadline_on", "deadline_words", "link"),
    words=KINDS,
)
OFFER_ABOUT_TO_LAPSE = NoticeKind("offer_about_to_lapse", ("firm", "kind", "place", "deadline_on", "link"), words=KINDS)
REPORT_RETURNED = NoticeKind(
    "report_returned", ("firm", "period_starts_on", "period_ends_on", "reason", "report", "address")
)
OFFER_QUESTIONED = NoticeKind(
    "offer_questioned", ("firm", "kind", "place", "competence", "deadline_on", "offer", "address"), words=KINDS
)
notices = (OFFER_MADE, OFFER_ABOUT_TO_LAPSE, REPORT_RETURNED, OFFER_QUESTIONED)
OFFICERS = uuid5(NAMESPACE_URL, "urn:openrecp:mailbox:officers")
A_MOMENT = timedelta(microseconds=1)


async def tell_of_offer(
    uow: UnitOfWork, offer: Offer, need: Need, provider: Provider, code: str, figures: Offers
) -> None:
    """The provider hears of its offer now, and once more shortly before it lapses, each time with the link that
    answers it: nobody else is told the code."""
    to, calendar = _contact(provider), uow.pack.calendar
    told: dict[str, Any] = {
        "firm": provider.name,
        "kind": Word(need.kind),
        "place": _place(uow, need),
        "deadline_on": calendar.day_of(offer.deadline_at - A_MOMENT),
        "link": f"{uow.ground.notices.address}/offer-links/{code}",
    }
    await notify(
        uow,
        OFFER_MADE,
        to,
        cause=offer.id,
        days=need.days,
        starts_on=need.starts_on,
        ends_on=need.ends_on,
        deadline_words=BusinessDays(figures.deadline_business_days),
        **told,
    )
    if figures.reminder_business_days:
        remind_at = calendar.morning(offer.deadline_at, figures.reminder_business_days, figures.reminder_hour)
        if remind_at > offer.made_at:
            await notify(uow, OFFER_ABOUT_TO_LAPSE, to, cause=offer.id, due_at=remind_at, **told)


async def call_off_offer(uow: UnitOfWork, offer: Offer) -> None:
    """It has its answer, was withdrawn or has lapsed: what was not sent yet would only mislead."""
    await call_off(uow, offer.id, OFFER_MADE, OFFER_ABOUT_TO_LAPSE, OFFER_QUESTIONED)


async def tell_of_lapse(uow: UnitOfWork, offer: Offer, need: Need, provider: Provider, missing: Missing) -> None:
    """The centre's officers hear, once an offer, that the firm no longer holds what the job needs: they decide."""
    await notify(
        uow,
        OFFER_QUESTIONED,
        Recipient(OFFICERS, email=uow.ground.notices.officers),
        cause=offer.id,
        firm=provider.name,
        kind=Word(need.kind),
        place=_place(uow, need),
        competence=", ".join(each.code.replace("_", " ") for each in missing),
        deadline_on=uow.pack.calendar.day_of(offer.deadline_at - A_MOMENT),
        offer=str(offer.id),
        address=uow.ground.notices.address,
    )


async def tell_of_return(uow: UnitOfWork, report: WorkReport, provider: Provider, reason_code: str) -> None:
    """The provider hears that a report wants correction; each return tells it anew."""
    await notify(
        uow,
        REPORT_RETURNED,
        _contact(provider),
        cause=report.id,
        occasion=report.version,
        firm=provider.name,
        period_starts_on=report.period.starts_on,
        period_ends_on=report.period.ends_on,
        reason=Word(reason_code),
        report=str(report.id),
        address=uow.ground.notices.address,
    )


def _contact(provider: Provider) -> Recipient:
    """The person a provider is reached by, in its language, else in one of the provider's."""
    contact = provider.contact
    if contact is None:
        return Recipient(provider.id)
    own = (contact.language,) if contact.language else ()
    return Recipient(provider.id, contact.email, contact.phone, (*own, *provider.languages))


def _place(uow: UnitOfWork, need: Need) -> str:
    """The province by its name where the pack knows it, else its code; a country by its code."""
    names = {each.code: each.name for each in uow.pack.country.provinces}
    if need.province is None:
        return need.country
    return names.get(need.province, need.province) if need.territory else f"{need.province}, {need.country}"
