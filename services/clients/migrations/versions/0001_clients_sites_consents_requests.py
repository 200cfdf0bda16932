"""clients sites consents requests."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('clients',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('name_key', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('province_scheme', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('isic', types.Document(), autoincrement=False, nullable=True),
    sa.Column('national_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('national_scheme', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('no_isic_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('size_class', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('tax_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('registered_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('contacts', types.Document(), autoincrement=False, nullable=False),
    sa.Column('extra', types.Document(), autoincrement=False, nullable=False),
    sa.Column('declined_reason', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('sender', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('row_key', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('external_ref', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('ref_owner', types.Id(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_clients_country_province', 'clients', ['country', 'province'], unique=False)
    op.create_index('ix_clients_name_key', 'clients', ['name_key'], unique=False)
    op.create_index('uq_clients_ref_owner_external_ref', 'clients', ['ref_owner', 'external_ref'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_index('uq_clients_sender_row_key', 'clients', ['sender', 'row_key'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('consents',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('purpose', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('recipient', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('text_version', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('given_at', types.Instant(), autoincrement=False, nullable=False),
    sa.Column('until', types.Day(), autoincrement=False, nullable=True),
    sa.Column('ends_at', types.Instant(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_consents_client_id', 'consents', ['client_id'], unique=False)
    op.create_index('ix_consents_status_ends_at', 'consents', ['status', 'ends_at'], unique=False)
    op.create_table('readers',
    sa.Column('grant_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('provider_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('person_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('is_active', sa.Boolean(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('grant_id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_readers_client_id', 'readers', ['client_id'], unique=False)
    op.create_table('service_requests',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('site_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('programme_code', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('language', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('wanted_from', types.Day(), autoincrement=False, nullable=False),
    sa.Column('wanted_until', types.Day(), autoincrement=False, nullable=False),
    sa.Column('days', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('note', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('engagement_id', types.Id(), autoincrement=False, nullable=True),
    sa.Column('extra', types.Document(), autoincrement=False, nullable=False),
    sa.Column('external_ref', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('ref_owner', types.Id(), autoincrement=False, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_service_requests_client_id', 'service_requests', ['client_id'], unique=False)
    op.create_index('ix_service_requests_status', 'service_requests', ['status'], unique=False)
    op.create_index('uq_service_requests_ref_owner_external_ref', 'service_requests', ['ref_owner', 'external_ref'], unique=True, sqlite_where=None, postgresql_where=None)
    op.create_table('sites',
    sa.Column('id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('client_id', types.Id(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('address', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('country', sa.Text(), autoincrement=False, nullable=False),
    sa.Column('province', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('province_scheme', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('territory', sa.Text(), autoincrement=False, nullable=True),
    sa.Column('status', sa.Text(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=False
    )
    op.create_index('ix_sites_client_id', 'sites', ['client_id'], unique=False)
