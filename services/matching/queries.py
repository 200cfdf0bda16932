"""Which rows of matching belong to whom, and what its rules need to know beside them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.auth import inside, own, rows_of
from chassis.http import CursorIsInvalid
from chassis.store.types import number_in
from chassis.unit_of_work import Scope, UnitOfWork
from contracts.principals import Principal, Role
from contracts.values import CompetenceNeeded
from services.matching.domain.bookings import planned_period
from services.matching.domain.competences import Competence, HeldCertificate
from services.matching.domain.engagements import Engagement
from services.matching.domain.experts import Expert
from services.matching.domain.hard_rules import Member, Profile, TrackRecord, missing_today
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer
from services.matching.domain.providers import Provider
from services.matching.domain.shortlists import Candidate, Shortlist
from services.matching.domain.work_reports import WorkReport
from services.matching.models import (
    agreements,
    candidates,
    competences,
    ended_agreements,
    engagements,
    experts,
    held_certificates,
    needs,
    offers,
    providers,
    shortlists,
    work_reports,
)

Rows = Sequence[tuple[Any, ...]]
Missing = tuple[CompetenceNeeded, ...]
EVERYWHERE = (Role.REVIEWER, Role.ADMINISTRATOR, Role.SYSTEM)


def provider_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Providers belong to no province: every officer sees them, a provider itself."""
    return rows_of(who, (*EVERYWHERE, Role.OFFICER), (Role.PROVIDER, own(providers.table.c.id, who.provider_id)))


def of_provider(table: sa.Table) -> Scope:
    """Experts and competences: every officer, a provider its own."""

    def scope(who: Principal) -> sa.ColumnElement[bool]:
        return rows_of(who, (*EVERYWHERE, Role.OFFICER), (Role.PROVIDER, own(table.c.provider_id, who.provider_id)))

    return scope


def need_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Officers by territory; a provider only to answer an offer it has."""
    offered = sa.select(offers.table.c.need_id).where(own(offers.table.c.provider_id, who.provider_id))
    return rows_of(
        who,
        EVERYWHERE,
        (Role.OFFICER, inside(who, needs.table.c.territory)),
        (Role.PROVIDER, needs.table.c.id.in_(offered)),
    )


def shortlist_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Officers by territory, a provider the runs that have judged it."""
    judged = sa.select(candidates.table.c.shortlist_id).where(own(candidates.table.c.provider_id, who.provider_id))
    return rows_of(
        who,
        EVERYWHERE,
        (Role.OFFICER, inside(who, shortlists.table.c.territory)),
        (Role.PROVIDER, shortlists.table.c.id.in_(judged)),
    )


def candidate_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Every row of a shortlist that one may see; a provider its own row and no other."""
    return rows_of(
        who, (*EVERYWHERE, Role.OFFICER), (Role.PROVIDER, own(candidates.table.c.provider_id, who.provider_id))
    )


def of_need(table: sa.Table) -> Scope:
    """Offers, engagements and work reports: officers by territory, provider and client their own."""

    def scope(who: Principal) -> sa.ColumnElement[bool]:
        client_id = table.c.get("client_id")
        theirs = own(client_id, who.client_id) if client_id is not None else sa.false()
        return rows_of(
            who,
            EVERYWHERE,
            (Role.OFFICER, inside(who, table.c.territory)),
            (Role.PROVIDER, own(table.c.provider_id, who.provider_id)),
            (Role.CLIENT, theirs),
        )

    return scope


scopes: dict[type[object], Scope] = {
    Provider: provider_scope,
    Expert: of_provider(experts.table),
    Competence: of_provider(competences.table),
    Need: need_scope,
    Shortlist: shortlist_scope,
    Candidate: candidate_scope,
    Offer: of_need(offers.table),
    Engagement: of_need(engagements.table),
    WorkReport: of_need(work_reports.table),
}


async def candidates_of(
    uow: UnitOfWork, shortlist_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[Candidate], str | None]:
    """The rows of a shortlist one may see, the eligible by rank first, from a place in the list on."""
    columns = candidates.table.c
    after = _position(cursor)
    chosen = sa.select(candidates.table).where(
        columns.shortlist_id == shortlist_id, uow.scope(Candidate), columns.position > after
    )
    rows = await uow.fetch(chosen.order_by(columns.position).limit(limit + 1))
    found = [candidates.state(row) for row in rows]
    return found[:limit], str(found[limit - 1].position) if len(found) > limit else None


async def candidate_of(uow: UnitOfWork, shortlist_id: UUID, provider_id: UUID) -> Candidate | None:
    """How a provider fared in a shortlist."""
    return await uow.find(Candidate, shortlist_id=shortlist_id, provider_id=provider_id)


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise CursorIsInvalid
    return int(cursor)


async def agreed_to_share(uow: UnitOfWork, client_id: UUID, *, but: UUID | None = None) -> bool:
    """Whether an agreement of the client to share with providers stands today, not counting one of them."""
    columns = agreements.table.c
    ended = sa.exists().where(ended_agreements.table.c.consent_id == columns.consent_id)
    standing = sa.select(columns.consent_id).where(
        columns.client_id == client_id,
        ~ended,
        sa.or_(columns.until.is_(None), columns.until >= uow.today()),
    )
    return any(row[0] != but for row in await uow.fetch(standing))


async def needs_of(uow: UnitOfWork, found: Sequence[Offer]) -> dict[UUID, Need]:
    """The jobs of some offers, by id."""
    wanted = sa.select(needs.table).where(needs.table.c.id.in_({each.need_id for each in found}))
    return {row[0]: needs.state(row) for row in await uow.fetch(wanted)}


async def offer_of_link(uow: UnitOfWork, link_sha256: str) -> Offer | None:
    """The offer that a link's code answers."""
    found = await uow.fetch(sa.select(offers.table).where(offers.table.c.link_sha256 == link_sha256))
    return offers.state(found[0]) if found else None


def working_days(uow: UnitOfWork, need: Need) -> tuple[date, ...]:
    """The centre's business days on which the job can still be done."""
    period = planned_period(need.starts_on, need.ends_on, uow.today())
    if period is None:
        return ()
    every = (period.starts_on + timedelta(days=n) for n in range((period.ends_on - period.starts_on).days + 1))
    return tuple(day for day in every if uow.pack.calendar.is_business_day(day))


async def profiles(uow: UnitOfWork, need: Need) -> list[Profile]:
    """Every provider as a scoring run knows it; the caller acts as the system. Put together off the event loop."""
    known = await uow.all(Provider, heavy=True)
    active = await uow.fetch(sa.select(experts.table).where(experts.table.c.status == "active"), heavy=True)
    granted = await uow.fetch(_granted(need), heavy=True)
    records = await _track_records(uow, need.kind)
    return await asyncio.to_thread(_profiles, known, active, granted, records)


async def profile_of(uow: UnitOfWork, need: Need, provider: Provider) -> Profile:
    """One provider as the hard rules know it: with all its experts, also the retired."""
    known = await uow.fetch(sa.select(experts.table).where(experts.table.c.provider_id == provider.id))
    granted = await uow.fetch(_granted(need).where(competences.table.c.provider_id == provider.id))
    return _profiles([provider], known, granted, {})[0]


def _granted(need: Need) -> sa.Select[Any]:
    """What is granted of the competences a need asks for."""
    columns = competences.table.c
    codes = [each.code for each in need.competences]
    return sa.select(competences.table).where(columns.code.in_(codes), columns.status == "granted")


async def missing_of(uow: UnitOfWork, found: Iterable[Offer], jobs: Mapping[UUID, Need]) -> dict[UUID, Missing]:
    """By offer, for those that wait for an answer: the competences its provider has lost since, if any."""
    waiting = [each for each in found if each.status == "open"]
    firms = {each.provider_id for each in waiting}
    member, granted = experts.table.c, competences.table.c
    members = sa.select(experts.table).where(member.provider_id.in_(firms), member.status == "active")
    held = sa.select(competences.table).where(granted.provider_id.in_(firms), granted.status == "granted")
    teams = _teams_of(await uow.fetch(members), await uow.fetch(held)) if waiting else {}
    return {
        each.id: missing_today(jobs[each.need_id], teams.get(each.provider_id, ()), uow.today()) for each in waiting
    }


async def questioned(uow: UnitOfWork, provider_id: UUID) -> list[tuple[Offer, Need, Missing]]:
    """The open offers of a firm that lacks what they need, as this unit has left it."""
    members = await uow.all(Expert, provider_id=provider_id, status="active")
    team = _teams(members, await uow.all(Competence, provider_id=provider_id, status="granted"))[provider_id]
    found = await uow.all(Offer, provider_id=provider_id, status="open")
    jobs = await needs_of(uow, found)
    judged = [(each, jobs[each.need_id], missing_today(jobs[each.need_id], team, uow.today())) for each in found]
    return [each for each in judged if each[2]]


async def certificates_of(uow: UnitOfWork, person_id: UUID) -> list[HeldCertificate]:
    """What a person has been certified, whether or not it was an expert then."""
    wanted = sa.select(held_certificates.table).where(held_certificates.table.c.person_id == person_id)
    return [held_certificates.state(row) for row in await uow.fetch(wanted)]


def _profiles(known: list[Provider], members: Rows, granted: Rows, records: dict[UUID, TrackRecord]) -> list[Profile]:
    teams, nothing = _teams_of(members, granted), TrackRecord()
    return [Profile(each, tuple(teams[each.id]), records.get(each.id, nothing)) for each in known]


def _teams_of(members: Rows, granted: Rows) -> dict[UUID, list[Member]]:
    return _teams(map(experts.state, members), map(competences.state, granted))


def _teams(members: Iterable[Expert], granted: Iterable[Competence]) -> dict[UUID, list[Member]]:
    """The experts of each firm, with what they were granted there."""
    held: dict[UUID, list[Competence]] = defaultdict(list)
    for competence in granted:
        held[competence.person_id].append(competence)
    teams: dict[UUID, list[Member]] = defaultdict(list)
    for expert in members:
        own: dict[str, list[Competence]] = defaultdict(list)
        for competence in held[expert.person_id]:
            if competence.provider_id == expert.provider_id:
                own[competence.code].append(competence)
        teams[expert.provider_id].append(Member(expert, own))
    return teams


async def _track_records(uow: UnitOfWork, kind: str) -> dict[UUID, TrackRecord]:
    """Completed jobs of a kind, and the clients' ratings of engagements that both sides have rated."""
    columns = engagements.table.c
    done = sa.select(columns.provider_id, sa.func.count()).where(columns.kind == kind, columns.status == "completed")
    points = sa.func.sum(number_in(columns.client_rating, "score"))
    both = sa.select(columns.provider_id, sa.func.count(), points).where(
        columns.client_rating.is_not(None), columns.provider_rating.is_not(None)
    )
    completed: dict[UUID, int] = {row[0]: row[1] for row in await uow.fetch(done.group_by(columns.provider_id))}
    rated = {row[0]: row[1:] for row in await uow.fetch(both.group_by(columns.provider_id), heavy=True)}
    return {
        each: TrackRecord(completed.get(each, 0), *rated.get(each, (0, 0))) for each in completed.keys() | rated.keys()
    }
