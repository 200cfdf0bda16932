"""What people are told of their seats and sessions, each by an address of their own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chassis.notices.kinds import NoticeKind, Word
from chassis.notices.writing import Recipient, call_off, notify
from chassis.unit_of_work import UnitOfWork
from services.training.domain.enrolments import HOLDS_A_SEAT, WAITS, Enrolment
from services.training.domain.participants import Participant
from services.training.domain.sessions import Session
from services.training.queries import participants_by_id

SEAT_OFFERED = NoticeKind(
    "seat_offered", ("person", "course", "starts_at", "ends_at", "venue", "deadline_at", "enrolment")
)
SESSION_CHANGED = NoticeKind("session_changed", ("person", "course", "starts_at", "ends_at", "venue"))
SESSION_CANCELLED = NoticeKind("session_cancelled", ("person", "course", "starts_at", "venue", "reason"))
notices = (SEAT_OFFERED, SESSION_CHANGED, SESSION_CANCELLED)
TOLD = {*HOLDS_A_SEAT, *WAITS}


async def tell_of_seat(uow: UnitOfWork, enrolment: Enrolment, session: Session) -> None:
    """Whoever waited longest hears that a seat is free, and until when it is kept."""
    if enrolment.deadline_at is None:
        return
    person = (await participants_by_id(uow, [enrolment.person_id]))[enrolment.person_id]
    await call_off(uow, enrolment.id, SEAT_OFFERED)
    await notify(
        uow,
        SEAT_OFFERED,
        _recipient(enrolment, session),
        cause=enrolment.id,
        occasion=enrolment.version,
        **_what_and_where(uow, session, person),
        ends_at=_there(session, session.ends_at),
        deadline_at=_there(session, enrolment.deadline_at),
        enrolment=str(enrolment.id),
    )


async def call_off_seat(uow: UnitOfWork, enrolment: Enrolment) -> None:
    """The seat was accepted, declined or has lapsed: what was not sent yet would only mislead."""
    await call_off(uow, enrolment.id, SEAT_OFFERED)


async def tell_of_move(uow: UnitOfWork, before: Session, session: Session, enrolled: Iterable[Enrolment]) -> None:
    """Everybody in a session hears of its new times or place; of an earlier move not sent yet, nothing."""
    if all(getattr(before, name) == getattr(session, name) for name in ("starts_at", "ends_at", "venue", "province")):
        return
    await call_off(uow, session.id, SESSION_CHANGED)
    for each, person in await _people(uow, enrolled):
        await notify(
            uow,
            SESSION_CHANGED,
            _recipient(each, session),
            cause=session.id,
            occasion=session.version,
            **_what_and_where(uow, session, person),
            ends_at=_there(session, session.ends_at),
        )


async def tell_of_cancellation(uow: UnitOfWork, session: Session, enrolled: Iterable[Enrolment]) -> None:
    """Everybody who was to come, waited or was offered a seat hears that there is nothing to come to."""
    told = [each for each in enrolled if each.status in TOLD]
    await call_off(uow, session.id, SESSION_CHANGED)
    for each in told:
        if each.status == "seat_offered":
            await call_off_seat(uow, each)
    for each, person in await _people(uow, told):
        await notify(
            uow,
            SESSION_CANCELLED,
            _recipient(each, session),
            cause=session.id,
            **_what_and_where(uow, session, person),
            reason=Word(session.reason_code or "other"),
        )


async def _people(uow: UnitOfWork, enrolled: Iterable[Enrolment]) -> list[tuple[Enrolment, Participant]]:
    """Those of them who are still in the session, each as enrolled."""
    there = [each for each in enrolled if each.status in TOLD]
    people = await participants_by_id(uow, (each.person_id for each in there))
    return [(each, people[each.person_id]) for each in there]


def _recipient(enrolment: Enrolment, session: Session) -> Recipient:
    """The person, by the address that whoever enrolled gave: what another firm gave is not for this."""
    own = (enrolment.language,) if enrolment.language else ()
    return Recipient(enrolment.person_id, enrolment.email, enrolment.phone, (*own, session.language))


def _what_and_where(uow: UnitOfWork, session: Session, person: Participant) -> dict[str, Any]:
    """What every notice of a session says: the venue as it was given, else the province by its name."""
    names = {each.code: each.name for each in uow.pack.country.provinces}
    return {
        "person": person.full_name,
        "course": session.terms.title,
        "starts_at": _there(session, session.starts_at),
        "venue": session.venue or names.get(session.province or "", session.province or "-"),
    }


def _there(session: Session, moment: datetime) -> datetime:
    """A moment as the clocks at the venue show it."""
    return moment.astimezone(ZoneInfo(session.time_zone))
