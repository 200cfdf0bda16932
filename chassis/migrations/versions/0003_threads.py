"""threads."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table('threads',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
