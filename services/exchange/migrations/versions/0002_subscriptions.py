"""subscriptions."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('deliveries',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('subscription_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.Column('event_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('event_type', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('attempt', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('sent_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('duration_ms', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('outcome', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('status', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.Column('trouble', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('answer', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('answer_cut', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_deliveries_sent_at', 'deliveries', ['sent_at'], unique=False)
    op.create_index('ix_deliveries_subscription_id_id', 'deliveries', ['subscription_id', 'id'], unique=False)
    op.create_table('subscriptions',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('owner_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('types', types.Document(), autoincrement=False, nullable=True),
    sa.Column('reader', types.Document(), autoincrement=False, nullable=False),
    sa.Column('secrets', types.Document(), autoincrement=False, nullable=False),
    sa.Column('cursor', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('created_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('attempts', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('next_attempt_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('last_delivered_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('test_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('holder', types.Id(), autoincrement=False, nullable=True),
    sa.Column('lease_until', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_subscriptions_owner_id', 'subscriptions', ['owner_id'], unique=False)
    op.create_index('ix_subscriptions_status_next_attempt_at', 'subscriptions', ['status', 'next_attempt_at'], unique=False)
