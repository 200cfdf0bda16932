"""journal."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('journal',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('event_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('event_type', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('topic', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('subject', types.Id(), autoincrement=False, nullable=False),
    sa.Column('root', types.Id(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('occurred_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('correlation_id', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('causation_id', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('traceparent', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('data', sa.Text(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('number'),

    sqlite_autoincrement=True
    )
    op.create_index('ix_journal_correlation_id_number', 'journal', ['correlation_id', 'number'], unique=False)
    op.create_index('ix_journal_event_type_number', 'journal', ['event_type', 'number'], unique=False)
    op.create_index('ix_journal_subject_number', 'journal', ['subject', 'number'], unique=False)
    op.create_index('uq_journal_event_id', 'journal', ['event_id'], unique=True)
