"""providers needs offers engagements reports."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('agreements',
    sa.Column('consent_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('until', types.Day(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('consent_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_agreements_client_id', 'agreements', ['client_id'], unique=False)
    op.create_table('approved_assessments',
    sa.Column('need_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('assessment_id', types.Id(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('need_id'),
    sqlite_autoincrement=False
    )
    op.create_table('candidates',
    sa.Column('shortlist_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('provider_version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('rules', types.Document(), autoincrement=False, nullable=False),
    sa.Column('parts', types.Document(), autoincrement=False, nullable=False),
    sa.Column('score', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('rank', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('shortlist_id', 'provider_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_candidates_provider_id', 'candidates', ['provider_id'], unique=False)
    op.create_index('ix_candidates_shortlist_id_position', 'candidates', ['shortlist_id', 'position'], unique=False)
    op.create_table('competences',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('level', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('valid_from', types.Day(), autoincrement=False, nullable=False),
    sa.Column('valid_until', types.Day(), autoincrement=False, nullable=True),
    sa.Column('evidence', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('certificate_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('withdrawal_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_competences_code_status', 'competences', ['code', 'status'], unique=False)
    op.create_index('ix_competences_provider_id', 'competences', ['provider_id'], unique=False)
    op.create_index('uq_competences_certificate_id_code', 'competences', ['certificate_id', 'code'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('ended_agreements',
    sa.Column('consent_id', types.Id(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('consent_id'),
    sqlite_autoincrement=False
    )
    op.create_table('engagements',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('need_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('starts_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('started_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('request_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('external_ref', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('ref_owner', types.Id(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('ended_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('ended_on', types.Day(), autoincrement=False, nullable=True),
    sa.Column('cancellation_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('reported_days', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('client_rating', types.Document(), autoincrement=False, nullable=True),
    sa.Column('provider_rating', types.Document(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_engagements_client_id', 'engagements', ['client_id'], unique=False)
    op.create_index('ix_engagements_need_id', 'engagements', ['need_id'], unique=False)
    op.create_index('ix_engagements_provider_id_status', 'engagements', ['provider_id', 'status'], unique=False)
    op.create_index('uq_engagements_ref_owner_external_ref', 'engagements', ['ref_owner', 'external_ref'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('experts',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('full_name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('uq_experts_provider_id_person_id', 'experts', ['provider_id', 'person_id'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('known_clients',
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('isic', types.Document(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('client_id'),
    sqlite_autoincrement=False
    )
    op.create_table('known_sites',
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('is_open', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('site_id'),
    sqlite_autoincrement=False
    )
    op.create_table('needs',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('competences', types.Document(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('language', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('starts_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('ends_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('days', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('opened_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('isic', types.Document(), autoincrement=False, nullable=True),
    sa.Column('request_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('engagement_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('cancellation_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_needs_client_id_status', 'needs', ['client_id', 'status'], unique=False)
    op.create_index('ix_needs_request_id', 'needs', ['request_id'], unique=False)
    op.create_index('ix_needs_status', 'needs', ['status'], unique=False)
    op.create_table('offers',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('need_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('shortlist_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('made_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('deadline_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('link_sha256', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('answered_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('reason_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('note', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('engagement_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_offers_need_id', 'offers', ['need_id'], unique=False)
    op.create_index('ix_offers_provider_id_status', 'offers', ['provider_id', 'status'], unique=False)
    op.create_index('ix_offers_status_deadline_at', 'offers', ['status', 'deadline_at'], unique=False)
    op.create_index('uq_offers_link_sha256', 'offers', ['link_sha256'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_index('uq_offers_need_id_provider_id', 'offers', ['need_id', 'provider_id'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))
    op.create_table('providers',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('places', types.Document(), autoincrement=False, nullable=False),
    sa.Column('languages', types.Document(), autoincrement=False, nullable=False),
    sa.Column('sectors', types.Document(), autoincrement=False, nullable=False),
    sa.Column('days_per_week', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('leave', types.Document(), autoincrement=False, nullable=False),
    sa.Column('conflicts', types.Document(), autoincrement=False, nullable=False),
    sa.Column('day_rate', types.Document(), autoincrement=False, nullable=True),
    sa.Column('contact', types.Document(), autoincrement=False, nullable=True),
    sa.Column('extra', types.Document(), autoincrement=False, nullable=False),
    sa.Column('bookings', types.Document(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('suspension_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_providers_status', 'providers', ['status'], unique=False)
    op.create_table('shortlists',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('need_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('need_version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('policy_version', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('weights', types.Document(), autoincrement=False, nullable=False),
    sa.Column('working_days', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('made_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('eligible', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('excluded', types.Document(), autoincrement=False, nullable=False),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_shortlists_need_id', 'shortlists', ['need_id'], unique=False)
    op.create_table('work_reports',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('need_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('engagement_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('period', types.Document(), autoincrement=False, nullable=False),
    sa.Column('days', types.Exact(), autoincrement=False, nullable=False),
    sa.Column('deliverables', types.Document(), autoincrement=False, nullable=False),
    sa.Column('findings', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('final', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('submitted_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('external_ref', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('ref_owner', types.Id(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('answered_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('return_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_work_reports_engagement_id_status', 'work_reports', ['engagement_id', 'status'], unique=False)
    op.create_index('ix_work_reports_provider_id', 'work_reports', ['provider_id'], unique=False)
    op.create_index('uq_work_reports_engagement_id', 'work_reports', ['engagement_id'], unique=True, sqlite_where=sa.text('final'), postgresql_where=sa.text('final'))
    op.create_index('uq_work_reports_ref_owner_external_ref', 'work_reports', ['ref_owner', 'external_ref'], unique=True, sqlite_where=None, postgresql_where=None)
