"""saved mappings."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table('saved_mappings',
    sa.Column('mapping_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('edition', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('owner_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('sender', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('title', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('text', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('saved_by', types.Id(), autoincrement=False, nullable=False),
    sa.Column('saved_at', types.Instant(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('mapping_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_saved_mappings_kind_name_edition', 'saved_mappings', ['kind', 'name', 'edition'], unique=False)
    op.add_column('refused_rows', sa.Column('kinds', types.Document(), autoincrement=False, nullable=True))
