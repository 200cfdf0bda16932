"""What is done with an assessment as a whole: completed, approved, returned, assigned, called off."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from portal.api import Trouble, path_of
from portal.assessments.overview import show_assessment
from portal.assessments.refusals import refused
from portal.visit import Visit


async def complete_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Hand it to the reviewer."""
    return await _sent(visit, assessment_id, "complete", None, "assessment_completed")


async def approve_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Agree with it."""
    return await _sent(visit, assessment_id, "approve", None, "assessment_approved")


async def return_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Ask for a correction, with a reason."""
    form = visit.sent_form
    body = {"reason_code": form.choice("reason_code"), "note": form.text("note", needed=False)}
    return await _sent(visit, assessment_id, "return", body, "assessment_returned")


async def assign_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Make a person responsible for it."""
    form = visit.sent_form
    person = form.choice("person_id") if "person_id" in form.values else form.text("person_number")
    return await _sent(visit, assessment_id, "assign", {"person_id": person}, "assessment_assigned")


async def cancel_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Call it off."""
    return await _sent(visit, assessment_id, "cancel", None, "assessment_cancelled")


async def _sent(visit: Visit, assessment_id: UUID, verb: str, body: Any, said: str) -> Response:
    form = visit.sent_form
    if form.fits:
        try:
            await visit.api.post(path_of("v1", "assessments", str(assessment_id), verb), body, once=form.once)
            return visit.to(f"/assessments/{assessment_id}", said=said)
        except Trouble as trouble:
            refused(form, trouble, {"/person_id": "person_number"} if "person_number" in form.values else None)
    return await show_assessment(visit, assessment_id, form)
