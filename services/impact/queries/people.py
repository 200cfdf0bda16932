"""Who was trained, as far as a reader may count them."""

import sqlalchemy as sa

from chassis.route import Uow
from services.impact.domain.people import Attended, Certified, Held, Training
from services.impact.domain.readers import Reach
from services.impact.models import (
    attendances,
    certificates,
    sessions,
)
from services.impact.queries.counting import home_country


async def training_known(uow: Uow, reach: Reach, programme: str | None = None) -> Training:
    """Attendances, certificates and sessions held, as far as a reader may count them."""
    home = home_country(uow)
    held, present, issued = sessions.table.c, attendances.table.c, certificates.table.c
    where: list[sa.ColumnElement[bool]] = []
    if reach.provinces is not None:
        where += [held.country == home, held.province.in_(sorted(reach.provinces))]
    if reach.programmes is not None:
        where.append(held.programme_code.in_(sorted(reach.programmes)))
    if programme is not None:
        where.append(held.programme_code == programme)
    province = sa.case((held.country == home, held.province), else_=held.country).label("at")
    session = (held.programme_code, province)
    of_session = sessions.table.c.session_id
    there = sa.select(present.person_id, *session, held.year, present.sex)
    there = there.join_from(attendances.table, sessions.table, of_session == present.session_id)
    given = sa.select(issued.certificate_id, issued.person_id, *session, issued.year, issued.state)
    given = given.join_from(certificates.table, sessions.table, of_session == issued.session_id)
    many = sa.select(*session, held.year, sa.func.count()).where(held.is_held, *where)
    many = many.group_by(held.programme_code, sa.literal_column("at"), held.year)
    return Training(
        [Attended(*row) for row in await uow.fetch(there.where(present.attended, *where).distinct(), heavy=True)],
        [Certified(*row) for row in await uow.fetch(given.where(*where), heavy=True)],
        [Held(*row) for row in await uow.fetch(many, heavy=True)],
    )
