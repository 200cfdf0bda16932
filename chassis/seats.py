"""Seats: of those who read for one group, in all processes of a service, no two have the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.store.port import Leadership, Store
from chassis.supervision import Pulse

ASK_AGAIN_S = 2.0


@dataclass(frozen=True)
class Seat:
    """The number of a reader; whoever lost the lead of it has to leave."""

    number: int
    lead: Leadership


async def take_seat(store: Store, group: str, seats: int) -> Seat | None:
    """The first free seat, or None while others hold them all."""
    for number in range(seats):
        lead = await store.try_lead(f"{group} {number}")
        if lead is not None:
            return Seat(number, lead)
    return None


@asynccontextmanager
async def seated(store: Store, group: str, seats: int, pulse: Pulse) -> AsyncIterator[Seat]:
    """Wait for a seat, and leave it free again. Waiting is no standstill."""
    while (seat := await take_seat(store, group, seats)) is None:
        pulse.beat()
        await asyncio.sleep(ASK_AGAIN_S)
    try:
        yield seat
    finally:
        await seat.lead.release()
