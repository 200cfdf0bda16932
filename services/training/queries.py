"""Which rows of the training service belong to whom, and what a rule needs to know beside them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.auth import own, rows_of
from chassis.store.port import AnySelect
from chassis.tables import outbox
from chassis.unit_of_work import Scope, UnitOfWork
from contracts.principals import Principal, Role
from contracts.refusals import NotFound
from services.training.domain.certificates import Certificate
from services.training.domain.courses import Course
from services.training.domain.enrolments import HOLDS_A_SEAT, STANDING, Enrolment, Occupancy
from services.training.domain.participants import Participant, Standing
from services.training.domain.results import Roster
from services.training.domain.session_calendars import SessionCalendar
from services.training.domain.sessions import Session
from services.training.models import certificates, enrolments, known_experts, participants, session_calendars, sessions

Fetch = Callable[[AnySelect], Awaitable[Sequence[tuple[Any, ...]]]]
EVERYWHERE = (Role.OFFICER, Role.TRAINER, Role.REVIEWER, Role.ADMINISTRATOR, Role.SYSTEM)


def for_all(who: Principal) -> sa.ColumnElement[bool]:
    """Courses and sessions: whoever is signed in."""
    return sa.true()


def of_participant(table: sa.Table) -> Scope:
    """Enrolments and certificates: the centre, a provider and a client their own."""

    def scope(who: Principal) -> sa.ColumnElement[bool]:
        return rows_of(
            who,
            EVERYWHERE,
            (Role.PROVIDER, own(table.c.provider_id, who.provider_id)),
            (Role.CLIENT, own(table.c.client_id, who.client_id)),
        )

    return scope


def calendar_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Feeds: officers all, others those they made, a provider also those of itself."""
    columns = session_calendars.table.c
    mine = columns.made_by == who.principal_id
    return rows_of(
        who,
        (Role.OFFICER, Role.SYSTEM),
        (Role.PROVIDER, sa.or_(mine, own(columns.provider_id, who.provider_id))),
        (Role.CLIENT, mine),
        (Role.TRAINER, mine),
    )


scopes: dict[type[object], Scope] = {
    Course: for_all,
    Session: for_all,
    Enrolment: of_participant(enrolments.table),
    Certificate: of_participant(certificates.table),
    SessionCalendar: calendar_scope,
}


async def others_at_that_time(uow: UnitOfWork, session: Session) -> list[Session]:
    """Sessions that overlap this one and are not cancelled."""
    columns = sessions.table.c
    overlapping = sa.select(sessions.table).where(
        columns.status != "cancelled",
        columns.ends_at > session.starts_at,
        columns.starts_at < session.ends_at,
        columns.id != session.id,
    )
    return [sessions.state(row) for row in await uow.fetch(overlapping)]


async def occupancy_of(uow: UnitOfWork, session_id: UUID) -> Occupancy:
    """How a session is filled, as committed; a unit asks for it alone on the session."""
    columns = enrolments.table.c
    counted = sa.select(columns.status, sa.func.count(), sa.func.max(columns.place)).where(
        columns.session_id == session_id
    )
    groups = {row[0]: row for row in await uow.fetch(counted.group_by(columns.status))}
    return Occupancy(
        taken=sum(count for status, count, _ in groups.values() if status in HOLDS_A_SEAT),
        waiting=groups["waitlisted"][1] if "waitlisted" in groups else 0,
        last_place=max((place or 0 for _, _, place in groups.values()), default=0),
    )


async def standing_as(uow: UnitOfWork, session_id: UUID, ids: set[UUID], keys: set[str]) -> list[Standing]:
    """Who stands in a session by one of these person ids or folded names."""
    columns, names = enrolments.table.c, participants.table.c
    there = (columns.provider_id, columns.client_id, columns.email, columns.phone)
    found = (
        sa.select(*participants.table.columns, *there)
        .join_from(enrolments.table, participants.table, columns.person_id == names.person_id)
        .where(
            columns.session_id == session_id,
            columns.status.in_(STANDING),
            sa.or_(columns.person_id.in_(ids), names.name_key.in_(keys)),
        )
    )
    last = len(there)
    return [Standing(participants.state(row[:-last]), *row[-last:]) for row in await uow.fetch(found)]


async def participants_by_id(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Participant]:
    """What is known of these persons."""
    asked = set(ids)
    if not asked:
        return {}
    wanted = sa.select(participants.table).where(participants.table.c.person_id.in_(asked))
    return {row[0]: participants.state(row) for row in await uow.fetch(wanted)}


async def people_of(uow: UnitOfWork, ids: set[UUID], provider_id: UUID | None, client_id: UUID | None) -> set[UUID]:
    """Which of these persons a provider has as active experts, or a provider or client has enrolled before."""
    experts, columns = known_experts.table.c, enrolments.table.c
    employed = sa.select(experts.person_id).where(
        own(experts.provider_id, provider_id), experts.is_active, experts.person_id.in_(ids)
    )
    theirs = sa.or_(own(columns.provider_id, provider_id), own(columns.client_id, client_id))
    before = sa.select(columns.person_id).where(theirs, columns.person_id.in_(ids))
    both = employed.union(before).subquery()
    return {row[0] for row in await uow.fetch(sa.select(both.c.person_id))}


async def certificate_by_code(uow: UnitOfWork, check_code: str) -> tuple[Certificate, bool] | None:
    """The certificate that bears a check code, and whether its holder's name may be shown to anybody today."""
    columns, holders = certificates.table.c, participants.table.c
    found = (
        sa.select(*columns, holders.name_may_be_shown)
        .join_from(certificates.table, participants.table, columns.person_id == holders.person_id)
        .where(columns.check_code == check_code)
    )
    for row in await uow.fetch(found):
        certificate = certificates.state(row[:-1])
        return certificate, certificate.name_may_be_shown and row[-1]
    return None


def without_certificate(session_id: UUID) -> sa.Select[tuple[UUID]]:
    """The enrolments of a session that passed and never had a certificate; whose was revoked is looked at singly."""
    columns = enrolments.table.c
    certified = sa.exists().where(certificates.table.c.enrolment_id == columns.id)
    return (
        sa.select(columns.id)
        .where(columns.session_id == session_id, columns.status == "passed", ~certified)
        .order_by(columns.id)
    )


async def calendar_by_code(uow: UnitOfWork, code_sha256: str) -> SessionCalendar | None:
    """The feed of an address, unless it was revoked."""
    columns = session_calendars.table.c
    found = await uow.fetch(
        sa.select(session_calendars.table).where(columns.code_sha256 == code_sha256, columns.revoked_at.is_(None))
    )
    return session_calendars.state(found[0]) if found else None


async def calendar_of(uow: UnitOfWork, calendar_id: UUID) -> SessionCalendar:
    """A feed that this principal may end."""
    mine = uow.scope(SessionCalendar)
    found = await uow.fetch(sa.select(session_calendars.table).where(session_calendars.table.c.id == calendar_id, mine))
    if not found:
        raise NotFound(thing="session calendar", id=str(calendar_id))
    return session_calendars.state(found[0])


async def sessions_of_provider(uow: UnitOfWork, provider_id: UUID, since: datetime) -> list[tuple[Session, bool]]:
    """The sessions a provider's people come to or teach that end after a moment, and whether that is settled.

    Whoever waits or has not answered has nothing settled. Of a cancelled session it says so; who does not come any
    more is not told of it again.
    """
    columns, experts = enrolments.table.c, known_experts.table.c
    asked = sa.select(columns.session_id, columns.status).where(
        columns.provider_id == provider_id, columns.status.in_((*STANDING, "cancelled"))
    )
    statuses: dict[UUID, set[str]] = defaultdict(set)
    for session_id, status in await uow.fetch(asked):
        statuses[session_id].add(status)
    employed = sa.select(experts.person_id).where(experts.provider_id == provider_id, experts.is_active)
    team = {row[0] for row in await uow.fetch(employed)}
    recent = sa.select(sessions.table).where(sessions.table.c.ends_at >= since).order_by(sessions.table.c.starts_at)
    found: list[tuple[Session, bool]] = []
    for session in map(sessions.state, await uow.fetch(recent, heavy=True)):
        here, teaches = statuses.get(session.id, set()), not team.isdisjoint(session.trainers)
        comes = bool(here & set(STANDING)) or (bool(here) and session.status == "cancelled")
        if comes or teaches:
            found.append((session, teaches or bool(here & set(HOLDS_A_SEAT) - {"seat_offered"})))
    return found


async def roster_of(fetch: Fetch, session_id: UUID) -> Roster:
    """Everybody who is or was enrolled in a session."""
    columns, names = enrolments.table.c, participants.table.c
    found = (
        sa.select(columns.id, columns.person_id, names.name_key, columns.status)
        .join_from(enrolments.table, participants.table, columns.person_id == names.person_id)
        .where(columns.session_id == session_id)
        .order_by(columns.enrolled_at)
    )
    return Roster(tuple((id, person, key, status in STANDING) for id, person, key, status in await fetch(found)))


def recorded_by(job_id: UUID, enrolment_id: UUID) -> sa.Select[tuple[UUID]]:
    """What a job has already published about an enrolment."""
    events = outbox.table.c
    return sa.select(events.event_id).where(events.subject == enrolment_id, events.causation_id == str(job_id)).limit(1)
