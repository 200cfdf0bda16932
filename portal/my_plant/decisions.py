"""What a company decides about an option: to do it, later, not at all; and that it has done it."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from portal.api import Trouble, path_of
from portal.forms import Form
from portal.my_plant.ownership import own_client
from portal.my_plant.ranking import Choice, choice_of
from portal.visit import Visit

FORM_MAY_BE_MENDED = (409, 422)


async def show_approval(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """What it means to approve, before it is done."""
    return await _show(visit, option_id, "my_plant/approve.html", form)


async def approve_option(visit: Visit, option_id: UUID) -> Response:
    return await _sent(visit, option_id, "approve", None, "my_option_approved", show_approval)


async def postpone_option(visit: Visit, option_id: UUID) -> Response:
    """Nothing binds anybody here, so it takes one tap."""
    own_client(visit)
    await visit.api.post(_path(option_id, "postpone"), once=visit.sent_form.once)
    return visit.to("/my-plant", said="my_option_postponed")


async def show_refusal(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """Which reason it is."""
    reasons = [(each["code"], each["name"]) for each in visit.pack["reasons"]["refuse_option"]]
    return await _show(visit, option_id, "my_plant/refuse.html", form, reasons=reasons)


async def refuse_option(visit: Visit, option_id: UUID) -> Response:
    reason = visit.sent_form.choice("reason_code")
    return await _sent(visit, option_id, "refuse", {"reason_code": reason}, "my_option_refused", show_refusal)


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
    body: dict[str, Any] = {"occurred_on": str(form.day("occurred_on") or "")}
    cost = form.number("cost", needed=False)
    if cost is not None:
        body["cost"] = {"amount": str(cost), "currency": form.choice("currency")}
    if form.fits and (await _option(visit, option_id))["status"] in ("identified", "pending"):
        refused = await _try(visit, _path(option_id, "approve"), None, f"{form.once}-approved")
        if refused is not None:
            return await show_done(visit, option_id, form.refused(refused))
    return await _sent(visit, option_id, "implement", body, "my_option_implemented", show_done)


async def _sent(visit: Visit, option_id: UUID, verb: str, body: Any, said: str, page: Any) -> Response:
    """The command, once; what the API or the form finds wrong stands above the same page."""
    own_client(visit)
    form = visit.sent_form
    if form.fits:
        refused = await _try(visit, _path(option_id, verb), body, form.once)
        if refused is None:
            return visit.to("/my-plant", said=said)
        form.refused(refused, {"/cost/amount": "cost", "/cost/currency": "currency"})
    response: Response = await page(visit, option_id, form)
    return response


async def _try(visit: Visit, path: str, body: Any, once: str) -> Trouble | None:
    try:
        await visit.api.post(path, body, once=once)
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
    return await visit.api.get(path_of("v1", "options", str(option_id)))


def _path(option_id: UUID, verb: str) -> str:
    return path_of("v1", "options", str(option_id), verb)
