"""What the company decides on an option, and what it or its assessor says was done."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from portal.api import Trouble, path_of
from portal.assessments.option import show_option
from portal.assessments.refusals import refused
from portal.assessments.typed import day, money
from portal.visit import Visit


async def approve_option(visit: Visit, option_id: UUID) -> Response:
    """The company will do it."""
    return await _sent(visit, option_id, "approve", None, "decision_approved")


async def postpone_option(visit: Visit, option_id: UUID) -> Response:
    """The company decides later."""
    return await _sent(visit, option_id, "postpone", None, "decision_postponed")


async def refuse_option(visit: Visit, option_id: UUID) -> Response:
    """The company will not do it, for a reason."""
    body = {"reason_code": visit.sent_form.choice("reason_code")}
    return await _sent(visit, option_id, "refuse", body, "decision_refused")


async def implement_option(visit: Visit, option_id: UUID) -> Response:
    """It was done: when, and what it really cost."""
    form = visit.sent_form
    body = {
        "occurred_on": day(form, "occurred_on"),
        "started_on": day(form, "started_on", needed=False),
        "commissioned_on": day(form, "commissioned_on", needed=False),
        "cost": money(form, "cost.amount", form["currency"]),
    }
    return await _sent(visit, option_id, "implement", body, "decision_implemented")


async def _sent(visit: Visit, option_id: UUID, verb: str, body: Any, said: str) -> Response:
    form = visit.sent_form
    if form.fits:
        try:
            await visit.api.post(path_of("v1", "options", str(option_id), verb), body, once=form.once)
            return visit.to(f"/options/{option_id}", said=said)
        except Trouble as trouble:
            refused(form, trouble)
    return await show_option(visit, option_id, form)
