"""What a company decides about an option: to do it, later, not at all; and that it has done it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.my_plant.ownership import own_client
from portal.my_plant.ranking import Choice, choice_of
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

FORM_MAY_BE_MENDED = (409, 422)
Asked = Callable[..., Awaitable[object]]
"""A command that lacks nothing but the key under which it takes effect once."""


async def show_approval(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """What it means to approve, before it is done."""
    return await _show(visit, option_id, "my_plant/approve.html", form)


async def approve_option(visit: Visit, option_id: UUID) -> Response:
    asked = partial(visit.api.approve_option, option_id)
    return await _sent(visit, option_id, asked, "my_option_approved", show_approval)


async def postpone_option(visit: Visit, option_id: UUID) -> Response:
    """Nothing binds anybody here, so it takes one tap."""
    own_client(visit)
    await visit.api.postpone_option(option_id, once=visit.sent_form.once)
    return visit.to("/my-plant", said="my_option_postponed")


async def show_refusal(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """Which reason it is."""
    reasons = [(each["code"], each["name"]) for each in visit.pack["reasons"]["refuse_option"]]
    return await _show(visit, option_id, "my_plant/refuse.html", form, reasons=reasons)


async def refuse_option(visit: Visit, option_id: UUID) -> Response:
    reason = visit.sent_form.choice("reason_code")
    asked = partial(visit.api.refuse_option, option_id, {"reason_code": reason})
    return await _sent(visit, option_id, asked, "my_option_refused", show_refusal)


async def show_done(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """Since when, and what it cost."""
    if form is None:
        option = await _option(visit, option_id)
        currency = (option["investment"] or {}).get("currency") or visit.pack["currencies"][0]
        form = visit.form(currency=currency)
    currencies = [(each, each) for each in visit.pack["currencies"]]
    return await _show(visit, option_id, "my_plant/done.html", form, currencies=currencies)


async def implement_option(visit: Visit, option_id: UUID) -> Response:
    """It is in place. What nobody had approved until now, the company approves by having done it."""
    form = visit.sent_form
    body: models.ImplementOption = {"occurred_on": str(form.day("occurred_on") or "")}
    cost = form.number("cost", needed=False)
    if cost is not None:
        body["cost"] = {"amount": str(cost), "currency": form.choice("currency")}
    if form.fits and (await _option(visit, option_id))["status"] in ("identified", "pending"):
        refused = await _try(partial(visit.api.approve_option, option_id), f"{form.once}-approved")
        if refused is not None:
            return await show_done(visit, option_id, form.refused(refused))
    asked = partial(visit.api.implement_option, option_id, body)
    return await _sent(visit, option_id, asked, "my_option_implemented", show_done)


async def _sent(visit: Visit, option_id: UUID, asked: Asked, said: str, page: Any) -> Response:
    """The command, once; what the API or the form finds wrong stands above the same page."""
    own_client(visit)
    form = visit.sent_form
    if form.fits:
        refused = await _try(asked, form.once)
        if refused is None:
            return visit.to("/my-plant", said=said)
        form.refused(refused, {"/cost/amount": "cost", "/cost/currency": "currency"})
    response: Response = await page(visit, option_id, form)
    return response


async def _try(asked: Asked, once: str) -> Trouble | None:
    try:
        await asked(once=once)
    except Trouble as trouble:
        if trouble.status not in FORM_MAY_BE_MENDED:
            raise
        return trouble
    return None


async def _show(visit: Visit, option_id: UUID, template: str, form: Form | None, **view: Any) -> Response:
    own_client(visit)
    option = await _option(visit, option_id)
    choice: Choice = choice_of(option, frozenset({option["assessment_id"]}))
    given = form or visit.form()
    return visit.show(template, 422 if given.faults else 200, choice=choice, form=given, **view)


async def _option(visit: Visit, option_id: UUID) -> Any:
    return await visit.api.read_option(option_id)
