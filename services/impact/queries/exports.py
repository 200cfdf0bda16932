"""Whose exports are whose."""

from typing import Any

import sqlalchemy as sa

from chassis.unit_of_work import Scope
from contracts.principals import Principal, Role
from services.impact.models import (
    Export,
    exports,
)


def _own_exports(principal: Principal) -> sa.ColumnElement[bool]:
    """Administrators see all; an integrator its own, for another's key may read more than its own does."""
    return sa.true() if principal.has(Role.ADMINISTRATOR) else exports.table.c.made_by == principal.principal_id


scopes: dict[type[Any], Scope] = {Export: _own_exports}
