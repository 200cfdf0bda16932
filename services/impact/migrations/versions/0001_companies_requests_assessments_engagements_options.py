"""companies requests assessments engagements options."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('assessments',
    sa.Column('assessment_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('assessment_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_assessments_programme_code', 'assessments', ['programme_code'], unique=False)
    op.create_table('clients',
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('isic_division', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('sites', types.Document(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('client_id'),
    sqlite_autoincrement=False
    )
    op.create_table('engagements',
    sa.Column('engagement_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=True),
    sa.Column('days', types.Exact(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('engagement_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_engagements_programme_code', 'engagements', ['programme_code'], unique=False)
    op.create_table('lines',
    sa.Column('option_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('stage', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('came_from', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('is_current', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('counts', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('verdict', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('investment', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('investment_currency', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('annual_saving', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('saving_currency', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('energy_mj', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('water_m3', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('material_t', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('waste_t', types.Exact(), autoincrement=False, nullable=True),
    sa.Column('energy_unknown', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('water_unknown', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('material_unknown', sa.Boolean(), autoincrement=False, nullable=False),
    sa.Column('waste_unknown', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('option_id', 'stage', 'programme_code'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_lines_programme_code', 'lines', ['programme_code'], unique=False)
    op.create_index('ix_lines_stage', 'lines', ['stage'], unique=False)
    op.create_table('options',
    sa.Column('option_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('shares', types.Document(), autoincrement=False, nullable=False),
    sa.Column('programmes', types.Document(), autoincrement=False, nullable=False),
    sa.Column('figures', types.Document(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('option_id'),
    sqlite_autoincrement=False
    )
    op.create_table('registered',
    sa.Column('places', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('clients', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('places', 'year'),
    sqlite_autoincrement=False
    )
    op.create_table('requests',
    sa.Column('request_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('request_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_requests_programme_code', 'requests', ['programme_code'], unique=False)
    op.create_table('sites',
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('site_id'),
    sqlite_autoincrement=False
    )
