"""What is done with an assessment as a whole: completed, approved, returned, assigned, called off."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.assessments.overview import show_assessment
from portal.assessments.refusals import refused
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def complete_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Hand it to the reviewer."""
    return await _sent(
        visit, assessment_id, partial(visit.api.complete_assessment, assessment_id), "assessment_completed"
    )


async def approve_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Agree with it."""
    return await _sent(
        visit, assessment_id, partial(visit.api.approve_assessment, assessment_id), "assessment_approved"
    )


async def return_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Ask for a correction, with a reason."""
    form = visit.sent_form
    body: models.ReturnAssessment = {"reason_code": form.choice("reason_code"), "note": form.text("note", needed=False)}
    return await _sent(
        visit, assessment_id, partial(visit.api.return_assessment, assessment_id, body), "assessment_returned"
    )


async def assign_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Make a person responsible for it."""
    form = visit.sent_form
    person = form.choice("person_id") if "person_id" in form.values else form.text("person_number")
    return await _sent(
        visit,
        assessment_id,
        partial(visit.api.assign_assessment, assessment_id, {"person_id": person}),
        "assessment_assigned",
    )


async def cancel_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Call it off."""
    return await _sent(
        visit, assessment_id, partial(visit.api.cancel_assessment, assessment_id), "assessment_cancelled"
    )


async def _sent(visit: Visit, assessment_id: UUID, asked: Callable[..., Awaitable[object]], said: str) -> Response:
    form = visit.sent_form
    if form.fits:
        try:
            await asked(once=form.once)
            return visit.to(f"/assessments/{assessment_id}", said=said)
        except Trouble as trouble:
            refused(form, trouble, {"/person_id": "person_number"} if "person_number" in form.values else None)
    return await show_assessment(visit, assessment_id, form)
