"""Which rows of the training service belong to whom, and what a rule needs to know beside them."""

import sqlalchemy as sa

from chassis.auth import own, rows_of
from chassis.unit_of_work import Scope
from contracts.principals import Principal, Role
from services.training.domain.certificates import Certificate
from services.training.domain.courses import Course
from services.training.domain.enrolments import Enrolment
from services.training.domain.sessions import Session
from services.training.models import certificates, enrolments

EVERYWHERE = (Role.OFFICER, Role.TRAINER, Role.REVIEWER, Role.ADMINISTRATOR, Role.SYSTEM)


def for_all(who: Principal) -> sa.ColumnElement[bool]:
    """Courses and sessions: whoever is signed in."""
    return sa.true()


def of_participant(table: sa.Table) -> Scope:
    """Enrolments and certificates: the centre, a provider and a client their own."""

    def scope(who: Principal) -> sa.ColumnElement[bool]:
        return rows_of(
            who,
            EVERYWHERE,
            (Role.PROVIDER, own(table.c.provider_id, who.provider_id)),
            (Role.CLIENT, own(table.c.client_id, who.client_id)),
        )

    return scope


scopes: dict[type[object], Scope] = {
    Course: for_all,
    Session: for_all,
    Enrolment: of_participant(enrolments.table),
    Certificate: of_participant(certificates.table),
}
