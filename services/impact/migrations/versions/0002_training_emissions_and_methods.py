"""training emissions and methods."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('attendances',
    sa.Column('enrolment_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('session_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('attended', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('sex', sa.Text(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('enrolment_id'),
    sqlite_autoincrement=False
    )
    op.create_table('certificates',
    sa.Column('certificate_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('session_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('state', sa.Text(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('certificate_id'),
    sqlite_autoincrement=False
    )
    op.create_table('sessions',
    sa.Column('session_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('is_held', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('session_id'),
    sqlite_autoincrement=False
    )
    op.add_column('lines', sa.Column('emission_t_co2e', types.Exact(), autoincrement=False, nullable=True))
    # What was counted before says nothing of emissions until it is rebuilt: unknown, never zero.
    unknown = sa.Column('emission_unknown', sa.Boolean(), autoincrement=False, nullable=False, server_default=sa.true())
    op.add_column('lines', unknown)
    op.add_column('lines', sa.Column('method', sa.Text(), autoincrement=False, nullable=True))
