"""Enrolments: who comes to a session, who waits, and who is offered a seat."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Client, Officer, Provider, Trainer
from services.training import use_cases
from services.training.domain import enrolments as domain
from services.training.domain import participants as people
from services.training.domain.enrolments import Enrolment, EnrolmentStatus
from services.training.domain.participants import Participant
from services.training.domain.sessions import SessionHasBegun, SessionIsOver
from services.training.pack import ReasonIsUnknown
from services.training.queries import participants_by_id
from services.training.schemas.enrolments import EnrolmentOut, EnrolPeople
from services.training.schemas.fields import Reason

routes = Routes("/v1/enrolments")
READERS = (Officer, Trainer, Provider, Client)
ENROLLERS = (Officer, Provider, Client)
CLOSED = (SessionIsOver, SessionHasBegun)
ANSWERED = (*CLOSED, domain.EnrolmentIsAnother, domain.SeatOfferHasLapsed)
NOT_THESE = (
    *CLOSED,
    domain.PersonIsEnrolled,
    people.PersonHasNoName,
    people.PersonIsNamedTwice,
    people.PersonIsKnownByAnotherName,
    people.PersonIsNotYours,
    people.EnrolsForAnother,
    people.ProviderIsUnknown,
    people.ClientIsUnknown,
)


@routes.get("", dependencies=allow(*READERS))
async def list_enrolments(
    uow: Uow,
    session_id: UUID | None = None,
    person_id: UUID | None = None,
    provider_id: UUID | None = None,
    client_id: UUID | None = None,
    status: EnrolmentStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EnrolmentOut]:
    """The enrolments you may see."""
    wanted = equal(
        Enrolment,
        session_id=session_id,
        person_id=person_id,
        provider_id=provider_id,
        client_id=client_id,
        status=status,
    )
    found, more = await page_of(uow, Enrolment, *wanted, cursor=cursor, limit=limit)
    known = await participants_by_id(uow, (each.person_id for each in found))
    return Page(items=[_shown(uow, each, known[each.person_id]) for each in found], next=more)


@routes.post("", dependencies=allow(*ENROLLERS), responses=problems(*NOT_THESE))
async def enrol_people(body: EnrolPeople, uow: Uow) -> EnrolmentOut | Page[EnrolmentOut]:
    """Enrol one person, or several together or not at all; whoever finds no seat waits in the order of asking.

    One `participant` is answered by its enrolment, several `participants` by a page of theirs in the same order.
    """
    provider_id, client_id = await use_cases.enrols_for(uow, uow.principal, body.provider_id, body.client_id)
    enrolled = await use_cases.enrol(uow, body.session_id, body.people, provider_id, client_id)
    shown = [_shown(uow, *each) for each in enrolled]
    return shown[0] if body.participant is not None else Page(items=shown)


@routes.get("/{enrolment_id}", dependencies=allow(*READERS))
async def read_enrolment(enrolment_id: UUID, uow: Uow) -> EnrolmentOut:
    """One enrolment."""
    return await with_person(uow, await uow.read(Enrolment, enrolment_id))


@routes.post("/{enrolment_id}/cancel", dependencies=allow(*ENROLLERS), responses=problems(*ANSWERED, ReasonIsUnknown))
async def cancel_enrolment(enrolment_id: UUID, body: Reason, uow: Uow) -> EnrolmentOut:
    """Not to come after all; the seat is offered to whoever waits next."""
    return await with_person(uow, await use_cases.cancel_enrolment(uow, enrolment_id, body.reason_code))


@routes.post("/{enrolment_id}/accept-seat", dependencies=allow(*ENROLLERS), responses=problems(*ANSWERED))
async def accept_seat(enrolment_id: UUID, uow: Uow) -> EnrolmentOut:
    """Take the seat that became free."""
    return await with_person(uow, await use_cases.accept_seat(uow, enrolment_id))


@routes.post("/{enrolment_id}/decline-seat", dependencies=allow(*ENROLLERS), responses=problems(*ANSWERED))
async def decline_seat(enrolment_id: UUID, uow: Uow) -> EnrolmentOut:
    """Leave the seat to whoever waits next."""
    return await with_person(uow, await use_cases.decline_seat(uow, enrolment_id))


async def with_person(uow: Uow, enrolment: Enrolment) -> EnrolmentOut:
    """An enrolment as its reader may see it."""
    return _shown(uow, enrolment, await use_cases.participant_of(uow, enrolment))


def _shown(uow: Uow, enrolment: Enrolment, person: Participant) -> EnrolmentOut:
    return EnrolmentOut.of(enrolment, person, with_addresses=uow.principal.has(Officer, Trainer))
