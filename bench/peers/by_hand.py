"""The create by hand: FastAPI, a pool of asyncpg, one transaction with a statement per row."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
from fastapi import FastAPI, HTTPException, Request, Response

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


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The pool lives as long as the application."""
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=16, max_size=16) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/clients", status_code=201)
async def create_client(
    body: ClientIn, request: Request, response: Response, user: Officer, idempotency_key: IdempotencyKey
) -> ClientOut:
    """Register a client, tell of it in the outbox, keep the answer under the caller's key."""
    check_province(body)
    slot, digest = slot_of(user, idempotency_key), digest_of(request.url.path, body)
    pool: asyncpg.Pool[asyncpg.Record] = request.app.state.pool
    async with pool.acquire() as connection, connection.transaction():
        kept = await connection.fetchrow("SELECT digest, body FROM answers WHERE slot = $1", slot)
        if kept is not None:
            if kept["digest"] != digest:
                raise HTTPException(422, "key was used otherwise")
            return ClientOut.model_validate_json(kept["body"])
        out = await _register(connection, body, user, request)
        await connection.execute(
            "INSERT INTO answers (slot, digest, status, headers, body, answered_at) VALUES ($1, $2, 201, $3, $4, $5)",
            *(slot, digest, json.dumps({"content-type": "application/json"}), out.model_dump_json().encode()),
            datetime.now(UTC),
        )
    response.headers["Location"] = f"/v1/clients/{out.client_id}"
    response.headers["ETag"] = '"1"'
    return out


async def _register(connection: Any, body: ClientIn, user: Officer, request: Request) -> ClientOut:
    now = datetime.now(UTC)
    facts = body.model_dump(include={"name", "country", "province", "size_class", "tax_code", "extra"})
    out = ClientOut(client_id=new_id(), version=1, status="registered", isic=body.isic, registered_at=now, **facts)
    isic = body.isic.model_dump_json() if body.isic else None
    await connection.execute(
        "INSERT INTO clients (id, version, name, name_key, status, country, province, isic, size_class, tax_code, "
        "territory, registered_at, contacts, extra, external_ref, ref_owner) "
        "VALUES ($1, 1, $2, $3, 'registered', $4, $5, $6, $7, $8, $5, $9, '[]', $10, $11, $12)",
        *(out.client_id, body.name, name_key(body.name), body.country, body.province, isic, body.size_class),
        *(body.tax_code, now, json.dumps(body.extra), body.external_ref, user.id if body.external_ref else None),
    )
    event = ClientRegistered(client_id=out.client_id, isic=body.isic, **{k: facts[k] for k in _TOLD})
    await connection.execute(
        "INSERT INTO outbox (event_id, event_type, topic, subject, root, sequence, occurred_at, recorded_at, "
        "correlation_id, actor_id, operation, data) "
        "VALUES ($1, $2, 'clients', $3, $3, 1, $4, $4, $5, $6, 'create_client', $7)",
        *(new_id(), "org.openrecp.clients.client_registered.v1", out.client_id, now),
        *(request.headers.get("correlation-id", str(new_id())), user.id, event.model_dump_json()),
    )
    return out


_TOLD = ("country", "province", "size_class")
