"""The list of assessments, and what of them waits for whoever has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from portal.assessments.names import STATE_KINDS, STATES, choices, place_of
from portal.assessments.reading import client_names
from portal.rooms import Task
from portal.visit import Visit

ROWS = 25
WAITING_AT_MOST = 50


async def show_assessments(visit: Visit) -> Response:
    """The assessments this visitor may see, by status, programme and company."""
    asked: dict[str, Any] = {
        name: visit.asked.get(name) for name in ("status", "programme_code", "client_id", "cursor")
    }
    page = await visit.api.list_assessments(limit=ROWS, **asked)
    names = await client_names(visit, [each["client_id"] for each in page["items"]])
    return visit.show(
        "assessments/list.html",
        page=page,
        names=names,
        places={each["assessment_id"]: place_of(visit, each) for each in page["items"]},
        states=STATES,
        kinds=STATE_KINDS,
        programmes=choices(visit, "programmes"),
        is_filtered=any(asked[name] for name in ("status", "programme_code", "client_id")),
    )


async def tasks(visit: Visit) -> list[Task]:
    """Assessors go on, reviewers decide, verifiers measure."""
    found: list[Task] = []
    if visit.has("assessor"):
        found += await _to_assess(visit)
    if visit.has("reviewer"):
        found += await _to_review(visit)
    if visit.has("verifier"):
        found += await _to_verify(visit)
    return found


async def _to_assess(visit: Visit) -> list[Task]:
    words, own = visit.words, (visit.me or {}).get("person_id")
    page = await visit.api.list_assessments(status="open", limit=WAITING_AT_MOST)
    return await _listed(
        visit,
        [each for each in page["items"] if each["assessor_id"] == own],
        lambda each: (
            words("Correct a returned assessment") if each["return_reason_code"] else words("Go on with an assessment")
        ),
        "opened_at",
    )


async def _to_review(visit: Visit) -> list[Task]:
    """Completed ones, but never one's own work."""
    own = (visit.me or {}).get("person_id")
    page = await visit.api.list_assessments(status="completed", limit=WAITING_AT_MOST)
    waiting = [each for each in page["items"] if each["assessor_id"] != own]
    return await _listed(visit, waiting, lambda _: visit.words("Review an assessment"), "completed_at")


async def _to_verify(visit: Visit) -> list[Task]:
    """Implemented here: what an import brought in was done long ago and elsewhere."""
    page = await visit.api.list_options(status="implemented", limit=WAITING_AT_MOST)
    return [
        Task(
            visit.words("Measure an implemented option"),
            each["title"],
            f"/options/{each['option_id']}",
            since=datetime.fromisoformat(each["recorded_at"]),
        )
        for each in page["items"]
        if each["sender"] is None and not each["verifications"]
    ]


async def _listed(visit: Visit, assessments: Sequence[Mapping[str, Any]], what: Any, since: str) -> list[Task]:
    names = await client_names(visit, [each["client_id"] for each in assessments])
    return [
        Task(
            what(each),
            names.get(each["client_id"]) or place_of(visit, each),
            f"/assessments/{each['assessment_id']}",
            since=datetime.fromisoformat(each[since]),
        )
        for each in assessments
    ]
