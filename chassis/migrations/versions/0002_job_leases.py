"""job leases."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('job_leases',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.execute("INSERT INTO job_leases (id, version) SELECT job_id, 0 FROM jobs")
