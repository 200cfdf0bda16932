"""The create with the ORM: FastAPI, SQLAlchemy's asyncio session over asyncpg, one declarative class per table."""

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from sqlalchemy import DateTime, Dialect, Text, TypeDecorator, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.peers.shapes import (
    ClientIn,
    ClientOut,
    ClientRegistered,
    IdempotencyKey,
    Officer,
    check_province,
    digest_of,
    name_key,
    slot_of,
)
from chassis.clock import new_id

engine = create_async_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=16)
new_session = async_sessionmaker(engine, expire_on_commit=False)


class Json(TypeDecorator[Any]):
    """JSON in a column of text, as the tables have it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012


class Client(Base):
    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str]
    name_key: Mapped[str]
    status: Mapped[str] = mapped_column(default="registered")
    country: Mapped[str]
    province: Mapped[str | None]
    isic: Mapped[dict[str, Any] | None]
    size_class: Mapped[str | None]
    tax_code: Mapped[str | None]
    territory: Mapped[str | None]
    registered_at: Mapped[datetime]
    contacts: Mapped[list[Any]] = mapped_column(default=list)
    extra: Mapped[dict[str, Any]]
    external_ref: Mapped[str | None]
    ref_owner: Mapped[UUID | None]


class Outgoing(Base):
    __tablename__ = "outbox"

    position: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(default=new_id)
    event_type: Mapped[str]
    topic: Mapped[str]
    subject: Mapped[UUID]
    root: Mapped[UUID]
    sequence: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    correlation_id: Mapped[str]
    actor_id: Mapped[UUID]
    operation: Mapped[str]
    data: Mapped[str]


class Answer(Base):
    __tablename__ = "answers"

    slot: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    answered_at: Mapped[datetime]


async def session() -> AsyncIterator[AsyncSession]:
    """A session for the request."""
    async with new_session() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]
app = FastAPI()


@app.post("/v1/clients", status_code=201)
async def create_client(
    body: ClientIn, request: Request, response: Response, user: Officer, db: Session, idempotency_key: IdempotencyKey
) -> ClientOut:
    """Register a client, tell of it in the outbox, keep the answer under the caller's key."""
    check_province(body)
    slot, digest = slot_of(user, idempotency_key), digest_of(request.url.path, body)
    kept = await db.scalar(select(Answer).where(Answer.slot == slot))
    if kept is not None:
        if kept.digest != digest:
            raise HTTPException(422, "key was used otherwise")
        return ClientOut.model_validate_json(kept.body)
    now, facts = datetime.now(UTC), body.model_dump(exclude={"external_ref"})
    client = Client(
        **facts,
        name_key=name_key(body.name),
        territory=body.province,
        registered_at=now,
        external_ref=body.external_ref,
        ref_owner=user.id if body.external_ref else None,
    )
    db.add(client)
    await db.flush()
    out = ClientOut(client_id=client.id, version=1, status=client.status, registered_at=now, **facts)
    event = ClientRegistered(
        client_id=client.id, **{k: facts[k] for k in ("country", "province", "isic", "size_class")}
    )
    db.add(
        Outgoing(
            event_type="org.openrecp.clients.client_registered.v1",
            topic="clients",
            subject=client.id,
            root=client.id,
            sequence=1,
            occurred_at=now,
            recorded_at=now,
            correlation_id=request.headers.get("correlation-id", str(new_id())),
            actor_id=user.id,
            operation="create_client",
            data=event.model_dump_json(),
        )
    )
    headers = {"content-type": "application/json"}
    content = out.model_dump_json().encode()
    db.add(Answer(slot=slot, digest=digest, status=201, headers=headers, body=content, answered_at=now))
    await db.commit()
    response.headers["Location"] = f"/v1/clients/{client.id}"
    response.headers["ETag"] = '"1"'
    return out
