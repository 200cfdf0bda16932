"""Everything the bakery has."""

from alembic import op

from tests.unit.chassis.bakery import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
