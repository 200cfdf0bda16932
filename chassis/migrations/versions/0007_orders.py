"""orders."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table('orders',
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('asked_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('result', types.Document(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('kind'),
    sqlite_autoincrement=False
    )
