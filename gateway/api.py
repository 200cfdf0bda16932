"""The gateway's own routes: keys, who am I, the published pack, and the settable clock."""

import hashlib
from functools import lru_cache
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import Response

from chassis.auth import allow, new_secret
from chassis.clock import wall_now
from chassis.http import Cursor, Limit, Page, page_after, problems
from chassis.pack import Pack
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Public
from contracts.refusals import NotFound, Refusal
from gateway import keys as domain
from gateway.clock import ClockDoesNotGoBack, step
from gateway.keys import FOR_PEOPLE, MARK, Holder, Key
from gateway.models import holders, keys
from gateway.schemas import (
    Advance,
    ClockOut,
    CreatedKey,
    CreateKey,
    HolderIsKnown,
    KeyOut,
    MeOut,
    PackOut,
    RolesAreMissing,
)

key_routes = Routes("/v1/keys")
me_routes = Routes("/v1/me")
pack_routes = Routes("/v1/pack")
clock_routes = Routes("/v1/clock")
FRESH = "public, max-age=300"
"""A pack changes when a centre takes a new one and starts again: a few minutes late is early enough."""


class ProvinceIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no province {province}."


class ProgrammeIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no programme {programme}."


@key_routes.get("", dependencies=allow(Administrator))
async def list_keys(
    uow: Uow,
    principal_id: UUID | None = None,
    person_id: UUID | None = None,
    client_id: UUID | None = None,
    provider_id: UUID | None = None,
    status: Literal["valid", "expired", "revoked"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[KeyOut]:
    """Every key ever given, without its text, oldest first."""
    columns, now, after = keys.table.c, wall_now(), page_after(cursor)
    equal = {
        holders.table.c.principal_id: principal_id,
        holders.table.c.person_id: person_id,
        holders.table.c.client_id: client_id,
        holders.table.c.provider_id: provider_id,
    }
    wanted = [column == value for column, value in equal.items() if value is not None]
    revoked, expired = (
        columns.revoked_at.is_not(None),
        sa.and_(columns.expires_at.is_not(None), columns.expires_at <= now),
    )
    by_status = {"revoked": revoked, "expired": ~revoked & expired, "valid": ~revoked & ~expired}
    chosen = _joined().where(*wanted).order_by(columns.key_id).limit(limit + 1)
    chosen = chosen.where(by_status[status]) if status else chosen
    chosen = chosen.where(columns.key_id > after) if after else chosen
    found = [_pair(row) for row in await uow.fetch(chosen)]
    more = str(found[limit - 1][0].key_id) if len(found) > limit else None
    return Page(items=[KeyOut.of(*each, now) for each in found[:limit]], next=more)


@key_routes.post(
    "",
    dependencies=allow(Administrator),
    responses=problems(
        domain.RoleCannotBeGiven,
        domain.RoleNeedsFact,
        domain.RolesDoNotGoTogether,
        domain.ExpiryHasPassed,
        domain.ScopeIsUnknown,
        ProvinceIsUnknown,
        ProgrammeIsUnknown,
        HolderIsKnown,
        RolesAreMissing,
        NotFound,
    ),
)
async def create_key(body: CreateKey, uow: Uow) -> CreatedKey:
    """Give a key. Its text is in this answer and nowhere else."""
    now = wall_now()
    holder = await _known(uow, body) if body.principal_id else _new(uow, body)
    text = MARK + new_secret()
    key = domain.issue(uow.new_id(), text, holder, body.terms(), by=uow.principal.principal_id, at=now)
    uow.add(key)
    return CreatedKey.showing(text, key, holder, now)


@key_routes.get("/{key_id}", dependencies=allow(Administrator))
async def read_key(key_id: UUID, uow: Uow) -> KeyOut:
    """One key, without its text."""
    return KeyOut.of(*await _key(uow, key_id), wall_now())


@key_routes.post("/{key_id}/revoke", dependencies=allow(Administrator), responses=problems(domain.KeyIsRevoked))
async def revoke_key(key_id: UUID, uow: Uow) -> KeyOut:
    """End a key: here at once, in other processes of the gateway within seconds."""
    key, holder = await _key(uow, key_id)
    now = wall_now()
    revoked = domain.revoke(key, by=uow.principal.principal_id, at=now)
    uow.put(revoked)
    return KeyOut.of(revoked, holder, now)


@me_routes.get("", dependencies=allow(*FOR_PEOPLE))
async def read_me(uow: Uow) -> MeOut:
    """Who you are here, and what you are limited to."""
    return MeOut.of(uow.principal)


@pack_routes.get("", dependencies=allow(Public), response_model=PackOut)
async def read_pack(uow: Uow) -> Response:
    """The codes and names this centre's country pack gives to choose from: provinces, programmes, kinds of service,
    competences, reasons by operation, further fields of forms. For everybody; ask again with its ETag."""
    content, etag = _written(uow.pack)
    return Response(content, 200, {"ETag": etag, "Cache-Control": FRESH}, "application/json")


@clock_routes.get("", dependencies=allow(Administrator))
async def read_clock(uow: Uow) -> ClockOut:
    """Business time."""
    return ClockOut.at(uow.now(), wall_now())


@clock_routes.post(
    "/advance", status_code=200, dependencies=allow(Administrator), responses=problems(ClockDoesNotGoBack)
)
async def advance_clock(body: Advance, uow: Uow) -> ClockOut:
    """Move business time forward; deadlines that pass take effect in the next sweep."""
    wall = wall_now()
    uow.add(step(uow.new_id(), body.to, business=uow.now(), wall=wall, by=uow.principal.principal_id))
    return ClockOut.at(body.to, wall)


@lru_cache(maxsize=4)
def _written(pack: Pack) -> tuple[bytes, str]:
    """The published pack and its ETag, written once: nobody needs a key to ask."""
    content = PackOut.of(pack).model_dump_json().encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def _joined() -> sa.Select[*tuple[object, ...]]:
    return sa.select(*keys.table.c, *holders.table.c).join(
        holders.table, holders.table.c.principal_id == keys.table.c.principal_id
    )


def _pair(row: tuple[object, ...]) -> tuple[Key, Holder]:
    return keys.state(row[: len(keys.fields)]), holders.state(row[len(keys.fields) :])


async def _key(uow: Uow, key_id: UUID) -> tuple[Key, Holder]:
    found = await uow.fetch(_joined().where(keys.table.c.key_id == key_id))
    if not found:
        raise NotFound(thing="key", id=str(key_id))
    return _pair(found[0])


async def _known(uow: Uow, body: CreateKey) -> Holder:
    body.check_further()
    holder = await uow.find(Holder, principal_id=body.principal_id)
    if holder is None:
        raise NotFound(thing="principal", id=str(body.principal_id))
    return holder


def _new(uow: Uow, body: CreateKey) -> Holder:
    holder = domain.check_holder(body.holder(uow.new_id(), uow.new_id(), wall_now()))
    check_places(uow.pack, holder)
    uow.add(holder)
    return holder


def check_places(pack: Pack, holder: Holder) -> None:
    """A province or programme the pack has never known would quietly show nothing."""
    known = {each.code for each in pack.country.provinces}
    for province in holder.provinces or ():
        if province not in known:
            raise ProvinceIsUnknown(province=province)
    for programme in holder.programmes or ():
        if pack.programme(programme) is None:
            raise ProgrammeIsUnknown(programme=programme)
