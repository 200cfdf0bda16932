"""What the company decides on an option, and what it or its assessor says was done."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.assessments.option import show_option
from portal.assessments.refusals import refused
from portal.assessments.typed import day, money
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def approve_option(visit: Visit, option_id: UUID) -> Response:
    """The company will do it."""
    return await _sent(visit, option_id, partial(visit.api.approve_option, option_id), "decision_approved")


async def postpone_option(visit: Visit, option_id: UUID) -> Response:
    """The company decides later."""
    return await _sent(visit, option_id, partial(visit.api.postpone_option, option_id), "decision_postponed")


async def refuse_option(visit: Visit, option_id: UUID) -> Response:
    """The company will not do it, for a reason."""
    body: models.RefuseOption = {"reason_code": visit.sent_form.choice("reason_code")}
    return await _sent(visit, option_id, partial(visit.api.refuse_option, option_id, body), "decision_refused")


async def implement_option(visit: Visit, option_id: UUID) -> Response:
    """It was done: when, and what it really cost."""
    form = visit.sent_form
    body: models.ImplementOption = {
        "occurred_on": day(form, "occurred_on"),
        "started_on": day(form, "started_on", needed=False),
        "commissioned_on": day(form, "commissioned_on", needed=False),
        "cost": money(form, "cost.amount", form["currency"]),
    }
    return await _sent(visit, option_id, partial(visit.api.implement_option, option_id, body), "decision_implemented")


async def _sent(visit: Visit, option_id: UUID, asked: Callable[..., Awaitable[object]], said: str) -> Response:
    form = visit.sent_form
    if form.fits:
        try:
            await asked(once=form.once)
            return visit.to(f"/options/{option_id}", said=said)
        except Trouble as trouble:
            refused(form, trouble)
    return await show_option(visit, option_id, form)
