"""notices."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table('notices',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('cause', types.Id(), autoincrement=False, nullable=False),
    sa.Column('recipient', types.Id(), autoincrement=False, nullable=False),
    sa.Column('channel', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('address', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('language', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('subject', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('text', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('due_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('made_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('next_attempt_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('correlation_id', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('attempts', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('error', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('lease_until', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('settled_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_notices_cause', 'notices', ['cause'], unique=False)
    op.create_index('ix_notices_channel_state_due_at', 'notices', ['channel', 'state', 'due_at'], unique=False)
