"""Exports to statistics systems."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table('exports',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('format', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('period', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('mapping_name', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('mapping', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('dry_run', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('made_by', types.Id(), autoincrement=False, nullable=False),
    sa.Column('made_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('covered', types.Document(), autoincrement=False, nullable=False),
    sa.Column('figures', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('unmapped', types.Document(), autoincrement=False, nullable=False),
    sa.Column('suppressed', types.Document(), autoincrement=False, nullable=False),
    sa.Column('payload', types.Document(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
