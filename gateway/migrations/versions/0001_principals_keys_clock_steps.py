"""principals keys clock steps."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('clock_steps',
    sa.Column('step_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('offset_us', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('moved_to', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('moved_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('moved_by', types.Id(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('step_id'),
    sqlite_autoincrement=False
    )
    op.create_table('keys',
    sa.Column('key_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('principal_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('digest', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('prefix', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('label', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('scopes', types.Document(), autoincrement=False, nullable=False),
    sa.Column('created_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('created_by', types.Id(), autoincrement=False, nullable=True),
    sa.Column('expires_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('revoked_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('revoked_by', types.Id(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('key_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_keys_principal_id', 'keys', ['principal_id'], unique=False)
    op.create_index('uq_keys_digest', 'keys', ['digest'], unique=True)
    op.create_table('principals',
    sa.Column('principal_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('roles', types.Document(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('provinces', types.Document(), autoincrement=False, nullable=True),
    sa.Column('programmes', types.Document(), autoincrement=False, nullable=True),
    sa.Column('event_types', types.Document(), autoincrement=False, nullable=True),
    sa.Column('figures', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('created_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('principal_id'),
    sqlite_autoincrement=False
    )
