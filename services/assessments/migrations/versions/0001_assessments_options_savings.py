"""assessments options savings."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('assessments',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('opened_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('assessor_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('need_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('engagement_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('request_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('visited_on', types.Day(), autoincrement=False, nullable=True),
    sa.Column('baseline', types.Document(), autoincrement=False, nullable=True),
    sa.Column('completed_by', types.Document(), autoincrement=False, nullable=True),
    sa.Column('completed_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('return_reason_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('return_note', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('reviewer_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('approved_on', types.Day(), autoincrement=False, nullable=True),
    sa.Column('label', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('sender', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('row_key', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('extra', types.Document(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_assessments_assessor_id', 'assessments', ['assessor_id'], unique=False)
    op.create_index('ix_assessments_client_id', 'assessments', ['client_id'], unique=False)
    op.create_index('ix_assessments_engagement_id', 'assessments', ['engagement_id'], unique=False)
    op.create_index('ix_assessments_provider_id', 'assessments', ['provider_id'], unique=False)
    op.create_index('ix_assessments_territory', 'assessments', ['territory'], unique=False)
    op.create_index('uq_assessments_need_id', 'assessments', ['need_id'], unique=True, sqlite_where=sa.text("status <> 'cancelled'"), postgresql_where=sa.text("status <> 'cancelled'"))
    op.create_index('uq_assessments_sender_row_key', 'assessments', ['sender', 'row_key'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('known_clients',
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('sender', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('row_key', sa.Text(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('client_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_known_clients_sender_row_key', 'known_clients', ['sender', 'row_key'], unique=False)
    op.create_table('known_sites',
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('is_open', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('site_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_known_sites_client_id', 'known_sites', ['client_id'], unique=False)
    op.create_table('options',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('assessment_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('proposal', types.Document(), autoincrement=False, nullable=False),
    sa.Column('identified_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('occurred_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('occurred_on_precision', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('recorded_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('assessor_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('assessor_provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('reason_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('pending_until', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('implementation', types.Document(), autoincrement=False, nullable=True),
    sa.Column('verified_by', types.Id(), autoincrement=False, nullable=True),
    sa.Column('verifications', types.Document(), autoincrement=False, nullable=False),
    sa.Column('labels', types.Document(), autoincrement=False, nullable=False),
    sa.Column('sender', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('row_key', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_options_assessment_id', 'options', ['assessment_id'], unique=False)
    op.create_index('ix_options_client_id', 'options', ['client_id'], unique=False)
    op.create_index('ix_options_status_pending_until', 'options', ['status', 'pending_until'], unique=False)
    op.create_index('uq_options_sender_row_key', 'options', ['sender', 'row_key'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('savings',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('option_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('assessment_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('stage', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('occurred_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('recorded_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('streams', types.Document(), autoincrement=False, nullable=False),
    sa.Column('investment', types.Document(), autoincrement=False, nullable=True),
    sa.Column('annual_saving', types.Document(), autoincrement=False, nullable=True),
    sa.Column('reported_by_role', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('verification_id', types.Id(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_savings_assessment_id', 'savings', ['assessment_id'], unique=False)
    op.create_index('ix_savings_option_id_stage', 'savings', ['option_id', 'stage'], unique=False)
