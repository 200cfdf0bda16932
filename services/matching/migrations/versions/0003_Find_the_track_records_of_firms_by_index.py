"""Find the track records of firms by index."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index('ix_engagements_kind_status_provider_id', 'engagements', ['kind', 'status', 'provider_id'], unique=False)
    op.create_index('ix_engagements_rated', 'engagements', ['provider_id'], unique=False, sqlite_where=sa.text('client_rating IS NOT NULL AND provider_rating IS NOT NULL'), postgresql_where=sa.text('client_rating IS NOT NULL AND provider_rating IS NOT NULL'))
