"""certificates held by persons."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('held_certificates',
    sa.Column('certificate_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('competences', types.Document(), autoincrement=False, nullable=False),
    sa.Column('issued_on', types.Day(), autoincrement=False, nullable=False),
    sa.Column('valid_until', types.Day(), autoincrement=False, nullable=True),
    sa.Column('is_revoked', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('certificate_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_held_certificates_person_id', 'held_certificates', ['person_id'], unique=False)
