"""outbox inbox answers jobs."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('answers',
    sa.Column('slot', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('digest', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('status', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('headers', types.Document(), autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), autoincrement=False, nullable=False),
    sa.Column('answered_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('slot'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_answers_answered_at', 'answers', ['answered_at'], unique=False)
    op.create_table('failed_deliveries',
    sa.Column('delivery_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('consumer', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('topic', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('root', types.Id(), autoincrement=False, nullable=False),
    sa.Column('event_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('record', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('attempts', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('next_attempt_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('error', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('failed_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('settled_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('reason', sa.Text(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('delivery_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_failed_deliveries_consumer_state_root_position', 'failed_deliveries', ['consumer', 'state', 'root', 'position'], unique=False)
    op.create_index('uq_failed_deliveries_consumer_event_id', 'failed_deliveries', ['consumer', 'event_id'], unique=True)
    op.create_table('inbox',
    sa.Column('consumer', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('event_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('received_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('consumer', 'event_id'),
    sqlite_autoincrement=False
    )
    op.create_table('job_cancels',
    sa.Column('job_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('asked_by', types.Id(), autoincrement=False, nullable=False),
    sa.Column('asked_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('job_id'),
    sqlite_autoincrement=False
    )
    op.create_table('job_files',
    sa.Column('job_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('content', sa.LargeBinary(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'name'),
    sqlite_autoincrement=False
    )
    op.create_table('jobs',
    sa.Column('job_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('asked_by', types.Id(), autoincrement=False, nullable=False),
    sa.Column('principal', types.Document(), autoincrement=False, nullable=False),
    sa.Column('correlation_id', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('asked_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('input', types.Document(), autoincrement=False, nullable=False),
    sa.Column('total', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.Column('done', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('result', types.Document(), autoincrement=False, nullable=False),
    sa.Column('error', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('sentence', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('lease_owner', types.Id(), autoincrement=False, nullable=True),
    sa.Column('lease_until', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('finished_at', types.Instant(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('job_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_jobs_kind_asked_by', 'jobs', ['kind', 'asked_by'], unique=False)
    op.create_index('ix_jobs_state_lease_until', 'jobs', ['state', 'lease_until'], unique=False)
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('event_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('event_type', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('topic', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('subject', types.Id(), autoincrement=False, nullable=False),
    sa.Column('root', types.Id(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('occurred_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('recorded_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('correlation_id', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('causation_id', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('traceparent', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('actor_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('operation', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('data', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('published_at', types.Instant(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('position'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_outbox_subject', 'outbox', ['subject', 'sequence'], unique=False)
    op.create_index('ix_outbox_unpublished', 'outbox', ['position'], unique=False, sqlite_where=sa.text('published_at IS NULL'), postgresql_where=sa.text('published_at IS NULL'))
    op.create_index('uq_outbox_event_id', 'outbox', ['event_id'], unique=True)
    op.create_table('refused_rows',
    sa.Column('job_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('file', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('row', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('column', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('sentence', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('raw', types.Document(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'file', 'row'),
    sqlite_autoincrement=False
    )
