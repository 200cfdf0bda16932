"""courses sessions enrolments certificates."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('certificates',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('session_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('enrolment_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('course_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('holder_name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('name_may_be_shown', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('terms', types.Document(), autoincrement=False, nullable=False),
    sa.Column('held_from', types.Day(), autoincrement=False, nullable=False),
    sa.Column('held_until', types.Day(), autoincrement=False, nullable=False),
    sa.Column('evaluator_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('check_code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('issued_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('valid_until', types.Day(), autoincrement=False, nullable=True),
    sa.Column('ends_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('reason_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('revoked_on', types.Day(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_certificates_person_id', 'certificates', ['person_id'], unique=False)
    op.create_index('ix_certificates_provider_id', 'certificates', ['provider_id'], unique=False)
    op.create_index('ix_certificates_session_id', 'certificates', ['session_id'], unique=False)
    op.create_index('ix_certificates_status_ends_at', 'certificates', ['status', 'ends_at'], unique=False)
    op.create_index('uq_certificates_check_code', 'certificates', ['check_code'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_index('uq_certificates_enrolment_id', 'certificates', ['enrolment_id'], unique=True, sqlite_where=sa.text("status <> 'revoked'"), postgresql_where=sa.text("status <> 'revoked'"))
    op.create_table('courses',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('terms', types.Document(), autoincrement=False, nullable=False),
    sa.Column('description', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_courses_status', 'courses', ['status'], unique=False)
    op.create_table('enrolments',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('session_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('course_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('enrolled_by', types.Id(), autoincrement=False, nullable=False),
    sa.Column('enrolled_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('email', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('phone', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('language', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('place', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.Column('deadline_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('evaluator_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('reason_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_enrolments_client_id', 'enrolments', ['client_id'], unique=False)
    op.create_index('ix_enrolments_person_id', 'enrolments', ['person_id'], unique=False)
    op.create_index('ix_enrolments_provider_id', 'enrolments', ['provider_id'], unique=False)
    op.create_index('ix_enrolments_session_id_status_place', 'enrolments', ['session_id', 'status', 'place'], unique=False)
    op.create_index('ix_enrolments_status_deadline_at', 'enrolments', ['status', 'deadline_at'], unique=False)
    op.create_index('uq_enrolments_session_id_person_id', 'enrolments', ['session_id', 'person_id'], unique=True, sqlite_where=sa.text("status IN ('confirmed', 'seat_offered', 'attended', 'absent', 'passed', 'failed', 'waitlisted')"), postgresql_where=sa.text("status IN ('confirmed', 'seat_offered', 'attended', 'absent', 'passed', 'failed', 'waitlisted')"))
    op.create_table('known_clients',
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('client_id'),
    sqlite_autoincrement=False
    )
    op.create_table('known_experts',
    sa.Column('expert_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('is_active', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('expert_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_known_experts_person_id', 'known_experts', ['person_id'], unique=False)
    op.create_index('ix_known_experts_provider_id', 'known_experts', ['provider_id'], unique=False)
    op.create_table('known_providers',
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('provider_id'),
    sqlite_autoincrement=False
    )
    op.create_table('participants',
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('full_name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('name_key', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('sex', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('name_may_be_shown', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('person_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_participants_name_key', 'participants', ['name_key'], unique=False)
    op.create_table('session_calendars',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('code_sha256', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('session_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('made_by', types.Id(), autoincrement=False, nullable=False),
    sa.Column('made_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('revoked_at', types.Instant(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_session_calendars_made_by', 'session_calendars', ['made_by'], unique=False)
    op.create_index('ix_session_calendars_provider_id', 'session_calendars', ['provider_id'], unique=False)
    op.create_index('uq_session_calendars_code_sha256', 'session_calendars', ['code_sha256'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('sessions',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('course_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('terms', types.Document(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('starts_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('ends_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('time_zone', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('venue', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('language', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('seats', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('changed_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('trainers', types.Document(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('reason_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_sessions_course_id', 'sessions', ['course_id'], unique=False)
    op.create_index('ix_sessions_ends_at', 'sessions', ['ends_at'], unique=False)
    op.create_index('ix_sessions_programme_code', 'sessions', ['programme_code'], unique=False)
    op.create_index('ix_sessions_province', 'sessions', ['province'], unique=False)
    op.create_index('ix_sessions_status_starts_at', 'sessions', ['status', 'starts_at'], unique=False)
