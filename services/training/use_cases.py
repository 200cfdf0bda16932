"""The chains of training, each one transaction: people enrolled, a freed seat offered, a session moved or cancelled."""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from chassis.unit_of_work import UnitOfWork
from contracts.principals import SYSTEM_PRINCIPAL, Principal, Role
from contracts.refusals import NotFound
from services.training import notices
from services.training.domain import certificates, enrolments, participants, results, sessions
from services.training.domain.certificates import Certificate, CertificateIsIssued, Holder, Validity
from services.training.domain.enrolments import Enrolment, PersonIsEnrolled
from services.training.domain.participants import (
    ClientIsUnknown,
    Described,
    EnrolsForAnother,
    Participant,
    PersonIsNotYours,
    ProviderIsUnknown,
    Standing,
    name_key,
)
from services.training.domain.sessions import (
    ProgrammeIsUnknown,
    ProvinceIsUnknown,
    Session,
    TimeZoneIsUnknown,
)
from services.training.models import KnownClient, KnownProvider
from services.training.pack import TrainingPack
from services.training.queries import (
    occupancy_of,
    others_at_that_time,
    participants_by_id,
    people_of,
    standing_as,
)

SESSION_CANCELLED = "session_cancelled"
SESSION_BEGUN = "session_begun"


def pack_of(uow: UnitOfWork) -> TrainingPack:
    """This service's section of the pack."""
    return uow.pack.section("training", TrainingPack)


# sessions


async def schedule_session(uow: UnitOfWork, session: Session) -> Session:
    """Announce a session whose place, programme and trainers' time are as they should be."""
    await uow.alone_on(*sorted(session.trainers))
    check_place(uow, session)
    return uow.save(*sessions.schedule(session, await others_at_that_time(uow, session)))


async def change_session(uow: UnitOfWork, session_id: UUID, changes: dict[str, Any]) -> Session:
    """Move a session or give it other seats; seats it gains are offered to those who wait."""
    session = await uow.get(Session, session_id)
    planned = replace(session, **changes)
    await uow.alone_on(session_id, *sorted(planned.trainers))
    check_place(uow, planned)
    with uow.acting_as(SYSTEM_PRINCIPAL):
        enrolled = await uow.all(Enrolment, session_id=session_id)
    taken, others = enrolments.taken(enrolled), await others_at_that_time(uow, planned)
    judges = {each.evaluator_id for each in enrolled}
    change = sessions.change(session, changes, taken=taken, others=others, at=uow.now(), evaluators=judges)
    changed = uow.save(*change)
    await notices.tell_of_move(uow, session, changed, enrolled)
    await shorten_offers(uow, changed)
    await offer_next_seat(uow, changed)
    return changed


async def cancel_session(uow: UnitOfWork, session_id: UUID, reason_code: str) -> Session:
    """Hold it not at all: nobody remains enrolled."""
    pack_of(uow).check_reason("cancel_session", reason_code)
    session = await uow.get(Session, session_id)
    await uow.alone_on(session_id)
    with uow.acting_as(SYSTEM_PRINCIPAL):
        enrolled = await uow.all(Enrolment, session_id=session_id)
    was_attended = any(each.status in enrolments.WAS_THERE for each in enrolled)
    session = uow.save(*sessions.cancel(session, reason_code, was_attended=was_attended, at=uow.now()))
    await notices.tell_of_cancellation(uow, session, enrolled)
    release_all(uow, [each for each in enrolled if each.status in enrolments.STANDING], SESSION_CANCELLED)
    return session


async def end_waiting(uow: UnitOfWork, session_id: UUID) -> None:
    """The session begins: there is nothing to wait for any more."""
    session = await uow.get(Session, session_id)
    await uow.alone_on(session_id)
    if session.status != "scheduled" or not sessions.has_begun(session, uow.now()):
        return
    waiting = [each for each in await uow.all(Enrolment, session_id=session_id) if each.status in enrolments.WAITS]
    for each in waiting:
        await notices.call_off_seat(uow, each)
    release_all(uow, waiting, SESSION_BEGUN)


def release_all(uow: UnitOfWork, enrolled: Iterable[Enrolment], reason_code: str) -> None:
    """End these enrolments; it follows by rule, so it is the system's doing."""
    with uow.acting_as(SYSTEM_PRINCIPAL):
        for each in enrolled:
            uow.save(*enrolments.release(each, reason_code))


def check_place(uow: UnitOfWork, session: Session) -> None:
    """Refuse a time zone, province or programme that is none."""
    if session.time_zone not in _time_zones():
        raise TimeZoneIsUnknown(time_zone=session.time_zone)
    on = session.starts_on
    if session.province is not None and not uow.pack.has_province(session.province, on):
        raise ProvinceIsUnknown(province=session.province, on=on.isoformat())
    if session.programme_code is not None and uow.pack.programme(session.programme_code) is None:
        raise ProgrammeIsUnknown(programme_code=session.programme_code)


@cache
def _time_zones() -> frozenset[str]:
    """The zones of the IANA; names without a region are leftovers of single machines."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


# seats


async def enrol(
    uow: UnitOfWork, session_id: UUID, people: Sequence[Described], provider_id: UUID | None, client_id: UUID | None
) -> list[tuple[Enrolment, Participant]]:
    """Give everybody of a group a seat or a place in the queue, or refuse them all."""
    participants.require_different(people)
    ids, keys = {each.person_id for each in people if each.person_id}, {name_key(each.full_name) for each in people}
    await uow.alone_on(session_id, *sorted(ids))
    session, occupancy, standing, known = await asyncio.gather(  # others wait for this unit: at once, not one by one
        uow.read(Session, session_id),
        occupancy_of(uow, session_id),
        standing_as(uow, session_id, ids, keys),
        participants_by_id(uow, ids),
    )
    await _require_theirs(uow, people, provider_id, client_id)
    _require_newcomers(standing, people, provider_id, client_id)
    enrolled: list[tuple[Enrolment, Participant]] = []
    for person in people:
        person_id = person.person_id or uow.new_id()
        participant = participants.describe(known.get(person_id), person, person_id)
        asked = Enrolment(
            id=uow.new_id(),
            session_id=session_id,
            course_id=session.course_id,
            person_id=person_id,
            enrolled_by=uow.principal.principal_id,
            enrolled_at=uow.now(),
            provider_id=provider_id,
            client_id=client_id,
            email=person.email,
            phone=person.phone,
            language=person.language,
        )
        enrolment = uow.save(*enrolments.enrol(session, asked, occupancy))
        occupancy = occupancy.after(enrolment)
        uow.put(participant)
        enrolled.append((enrolment, participant))
    return enrolled


async def enrols_for(
    uow: UnitOfWork, who: Principal, provider_id: UUID | None, client_id: UUID | None
) -> tuple[UUID | None, UUID | None]:
    """The provider and client an enrolment is for: a firm or client enrols for itself, the centre for anybody known."""
    if who.has(Role.OFFICER):
        if provider_id is not None and await uow.find(KnownProvider, provider_id=provider_id) is None:
            raise ProviderIsUnknown(provider_id=str(provider_id))
        if client_id is not None and await uow.find(KnownClient, client_id=client_id) is None:
            raise ClientIsUnknown(client_id=str(client_id))
        return provider_id, client_id
    own = (who.provider_id, None) if who.has(Role.PROVIDER) else (None, who.client_id)
    if (provider_id or own[0], client_id or own[1]) != own:
        raise EnrolsForAnother
    return own


async def cancel_enrolment(uow: UnitOfWork, enrolment_id: UUID, reason_code: str) -> Enrolment:
    """Somebody does not come: whoever waits next is offered the seat."""
    pack_of(uow).check_reason("cancel_enrolment", reason_code)
    enrolment, session = await enrolment_and_session(uow, enrolment_id)
    enrolment = uow.save(*enrolments.cancel(enrolment, session, reason_code, at=uow.now()))
    await offer_next_seat(uow, session)
    return enrolment


async def accept_seat(uow: UnitOfWork, enrolment_id: UUID) -> Enrolment:
    """The seat is wanted."""
    enrolment, session = await enrolment_and_session(uow, enrolment_id)
    enrolment = uow.save(*enrolments.accept_seat(enrolment, session, at=uow.now()))
    await notices.call_off_seat(uow, enrolment)
    return enrolment


async def decline_seat(uow: UnitOfWork, enrolment_id: UUID) -> Enrolment:
    """The seat is not wanted: whoever waits next is offered it."""
    enrolment, session = await enrolment_and_session(uow, enrolment_id)
    enrolment = uow.save(*enrolments.decline_seat(enrolment, session, at=uow.now()))
    await notices.call_off_seat(uow, enrolment)
    await offer_next_seat(uow, session)
    return enrolment


async def lapse_seat(uow: UnitOfWork, enrolment_id: UUID) -> None:
    """No answer came: whoever waits next is offered the seat."""
    enrolment, session = await enrolment_and_session(uow, enrolment_id)
    change = enrolments.lapse(enrolment, at=uow.now())
    if change is not None:
        await notices.call_off_seat(uow, uow.save(*change))
        await offer_next_seat(uow, session)


async def enrolment_and_session(uow: UnitOfWork, enrolment_id: UUID) -> tuple[Enrolment, Session]:
    """An enrolment to change, and its session to rely on, alone on the seats of that session."""
    enrolment = await uow.get(Enrolment, enrolment_id)
    await uow.alone_on(enrolment.session_id)
    return enrolment, await uow.read(Session, enrolment.session_id)


async def offer_next_seat(uow: UnitOfWork, session: Session) -> None:
    """Offer every free seat of a session to come to whoever waits longest. The caller is alone on the session."""
    if session.status != "scheduled" or sessions.has_begun(session, uow.now()):
        return
    deadline_at = pack_of(uow).seat_offers.deadline(uow.pack.calendar, uow.now())
    with uow.acting_as(SYSTEM_PRINCIPAL):
        for each in enrolments.next_in_line(session, await uow.all(Enrolment, session_id=session.id)):
            await notices.tell_of_seat(uow, uow.save(*enrolments.offer_seat(each, session, deadline_at)), session)


async def shorten_offers(uow: UnitOfWork, session: Session) -> None:
    """A session that begins earlier leaves less time to answer."""
    with uow.acting_as(SYSTEM_PRINCIPAL):
        for each in await uow.all(Enrolment, session_id=session.id, status="seat_offered"):
            if each.deadline_at is not None and each.deadline_at > session.starts_at:
                offered = uow.save(*enrolments.offer_seat(each, session, session.starts_at))
                await notices.tell_of_seat(uow, offered, session)


async def _require_theirs(
    uow: UnitOfWork, people: Sequence[Described], provider_id: UUID | None, client_id: UUID | None
) -> None:
    """Persons named by id are experts of the provider, or were enrolled by it or by the client before."""
    ids = {each.person_id for each in people if each.person_id is not None}
    if not ids or (provider_id is None and client_id is None):
        return
    theirs = await people_of(uow, ids, provider_id, client_id)
    for each in people:
        if each.person_id is not None and each.person_id not in theirs:
            raise PersonIsNotYours(person_id=str(each.person_id), full_name=each.full_name)


def _require_newcomers(
    standing: Iterable[Standing], people: Sequence[Described], provider_id: UUID | None, client_id: UUID | None
) -> None:
    """Nobody stands in the session already."""
    for asked in people:
        for there in standing:
            if there.is_one_with(asked, provider_id, client_id):
                raise PersonIsEnrolled(person_id=str(there.person.person_id), full_name=asked.full_name)


async def participant_of(uow: UnitOfWork, enrolment: Enrolment) -> Participant:
    """Who an enrolment is about."""
    found = await uow.find(Participant, person_id=enrolment.person_id)
    if found is None:
        raise NotFound(thing="participant", id=str(enrolment.person_id))
    return found


# attendance, results, certificates


async def record_attendance(uow: UnitOfWork, enrolment_id: UUID, attended: bool) -> Enrolment:
    """Note whether a person was there."""
    enrolment, session, certified = await _recorded(uow, enrolment_id)
    sex = (await participant_of(uow, enrolment)).sex
    change = results.record_attendance(enrolment, session, attended, sex=sex, certified=certified, at=uow.now())
    return uow.save(*change)


async def record_result(uow: UnitOfWork, enrolment_id: UUID, passed: bool, reason_code: str | None) -> Enrolment:
    """Note whether a person passed; whoever records it is the evaluator."""
    if reason_code is not None:
        pack_of(uow).check_reason("fail_participant", reason_code)
    enrolment, session, certified = await _recorded(uow, enrolment_id)
    evaluator_id = uow.principal.person_id
    change = results.record_result(
        enrolment, session, passed, reason_code, evaluator_id=evaluator_id, certified=certified
    )
    return uow.save(*change)


async def record_as_listed(
    uow: UnitOfWork, enrolment_id: UUID, attended: bool, passed: bool | None, reason_code: str | None
) -> bool:
    """Note what a list says of a person; whether that was any news."""
    news = False
    with suppress(results.IsRecordedSo):
        await record_attendance(uow, enrolment_id, attended)
        news = True
    if passed is not None:
        with suppress(results.IsRecordedSo):
            await record_result(uow, enrolment_id, passed, None if passed else reason_code)
            news = True
    return news


async def issue_certificate(uow: UnitOfWork, enrolment_id: UUID, *, again: bool = True) -> Certificate:
    """Give a person who passed the certificate of the session, with the name it has today.

    After a revocation it may be issued `again`.
    """
    await uow.alone_on(enrolment_id)
    enrolment = await uow.read(Enrolment, enrolment_id)
    if await _is_certified(uow, enrolment_id, ever=not again):
        raise CertificateIsIssued
    session, person = await uow.read(Session, enrolment.session_id), await participant_of(uow, enrolment)
    return uow.save(
        *certificates.issue(
            enrolment,
            session.terms,
            (session.starts_on, session.ends_on),
            Holder(person.full_name, person.name_may_be_shown),
            _validity(uow, session.terms.validity_months),
            certificate_id=uow.new_id(),
            check_code=certificates.check_code_of(secrets.randbits(certificates.CODE_BITS)),
        )
    )


async def revoke_certificate(uow: UnitOfWork, certificate_id: UUID, reason_code: str) -> Certificate:
    """Take a certificate back."""
    pack_of(uow).check_reason("revoke_certificate", reason_code)
    certificate = await uow.get(Certificate, certificate_id)
    return uow.save(*certificates.revoke(certificate, reason_code, on=uow.today(), at=uow.now()))


async def _recorded(uow: UnitOfWork, enrolment_id: UUID) -> tuple[Enrolment, Session, bool]:
    """An enrolment to record something of, its session, and whether it is certified.

    No certificate comes meanwhile, and nobody joins the trainers.
    """
    await uow.alone_on((await uow.read(Enrolment, enrolment_id)).session_id, enrolment_id)
    enrolment = await uow.get(Enrolment, enrolment_id)
    return enrolment, await uow.read(Session, enrolment.session_id), await _is_certified(uow, enrolment_id)


async def _is_certified(uow: UnitOfWork, enrolment_id: UUID, *, ever: bool = False) -> bool:
    """Whether a certificate stands that was not revoked; `ever`: or was."""
    return any(ever or each.status != "revoked" for each in await uow.all(Certificate, enrolment_id=enrolment_id))


def _validity(uow: UnitOfWork, months: int | None) -> Validity:
    """From today to the last valid day, and the moment after it in the centre's zone."""
    last = certificates.last_day(uow.today(), months)
    if last is None:
        return Validity(uow.today(), None, None)
    after = last + timedelta(days=1)
    return Validity(uow.today(), last, datetime(after.year, after.month, after.day, tzinfo=uow.pack.calendar.zone))
