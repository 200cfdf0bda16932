"""Decisions with a reason: a page that says what the decision means, and the form that makes it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

REFUSALS = (409, 422)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Decision:
    """What is decided, about what, and what it means; `reasons` is the pack's list to choose from, if it asks for one.

    `action` is where both the question and its form stand, `back` the page it was asked from.
    """

    title: str
    about: str
    meaning: Sequence[str]
    action: str
    button: str
    back: str
    back_words: str
    reasons: str | None = None
    destroys: bool = True


def ask(visit: Visit, decision: Decision, form: Form | None) -> Response:
    """The question, or again with what is wrong with the answer."""
    given = form or visit.form()
    reasons = [(each["code"], each["name"]) for each in visit.pack["reasons"][decision.reasons or "cancel_need"]]
    status = 422 if given.faults else 200
    return visit.show("matching/decide.html", status, decision=decision, form=given, reasons=reasons)


async def carried_out(form: Form, asked: Awaitable[Answer]) -> Answer | None:
    """What the API answered; None where it refused, which the form then says."""
    try:
        return await asked
    except Trouble as trouble:
        if trouble.status not in REFUSALS:
            raise
        form.refused(trouble)
        return None


async def decided(visit: Visit, decide: Callable[["models.Reason", str], Awaitable[Answer]]) -> Answer | None:
    """A decision sent with its reason, once; None where the form does not fit, or the API refused."""
    form = visit.sent_form
    reason = form.choice("reason_code")
    return await carried_out(form, decide({"reason_code": reason}, form.once)) if form.fits else None
