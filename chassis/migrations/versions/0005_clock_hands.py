"""clock hands."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table('clock_hands',
    sa.Column('process_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('offset_us', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('seen_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('process_id'),
    sqlite_autoincrement=False
    )
