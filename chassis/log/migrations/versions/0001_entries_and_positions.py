"""entries and positions."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('log_entries',
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('topic', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('root', types.Id(), autoincrement=False, nullable=False),
    sa.Column('event_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('event_type', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('subject', types.Id(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('occurred_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('correlation_id', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('causation_id', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('traceparent', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('data', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('appended_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('position'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_log_entries_topic_position', 'log_entries', ['topic', 'position'], unique=False)
    op.create_index('uq_log_entries_event_id', 'log_entries', ['event_id'], unique=True)
    op.create_table('log_positions',
    sa.Column('consumer_group', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('topic', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('consumer_group', 'topic'),
    sqlite_autoincrement=False
    )
