"""The tables of the gateway: who holds keys, the keys, and the steps of the settable clock."""

import sqlalchemy as sa

from chassis.store.mapping import table
from gateway.clock import ClockStep
from gateway.keys import Holder, Key

metadata = sa.MetaData()
holders = table(metadata, Holder, "principals", key=("principal_id",))
keys = table(metadata, Key, "keys", key=("key_id",), indexes=[("principal_id",)])
sa.Index("uq_keys_digest", keys.table.c.digest, unique=True)
clock_steps = table(metadata, ClockStep, "clock_steps", key=("step_id",))
