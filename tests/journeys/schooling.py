"""The training of a small world: each side has courses, sessions to come, one that has begun, and calendars."""

from typing import Any

import httpx2

from tests.kit.house import OpenHouse

TO_COME = {"starts_at": "2026-05-04T02:00:00Z", "ends_at": "2026-05-05T09:00:00Z"}
BEGINS_SOON = {"starts_at": "2026-03-02T03:00:00Z", "ends_at": "2026-03-03T09:00:00Z"}
UNTIL_BEGUN = {"hours": 2}
TRAINEES = ("confirmed", "attended", "passed", "certified", "spare_certified")


async def enrol(house: OpenHouse, side: Any) -> None:
    """Courses, sessions of the first, who is enrolled in them, and the calendars of the provider."""
    officer, ids, mark = side.officer, side.ids, side.mark
    course = {
        "title": f"{mark} course",
        "competences": [{"code": "green_finance", "level": 1}],
        "hours": "12",
        "language": side.language,
        "validity_months": 12,
    }
    for name in ("course", "spare_course"):
        ids[name] = (await _made(officer, "/v1/courses", course))["course_id"]
    for name, when in (("session", TO_COME), ("spare_session", TO_COME), ("held_session", BEGINS_SOON)):
        held = {"course_id": ids["course"], "time_zone": "Asia/Bangkok", "province": side.province, "seats": 20}
        body = held | {"language": side.language, "venue": f"{mark} hall"} | when
        ids[name] = (await _made(officer, "/v1/sessions", body))["session_id"]
    for name in TRAINEES:
        ids[name] = await enrolled(side, ids["held_session"], name)
    await house.settle()
    both = {"provider_id": ids["provider"], "client_id": ids["client"]}
    for name, person in (("enrolment", "expert_person"), ("spare_enrolment", "spare_expert_person")):
        who = {"full_name": f"{mark} expected", "person_id": ids[person]}
        body = {"session_id": ids["session"], "participant": who, **both}
        ids[name] = (await _made(officer, "/v1/enrolments", body))["enrolment_id"]
    for name in ("calendar", "spare_calendar"):
        made = await _made(side.people["provider"], "/v1/session-calendars", {"provider_id": ids["provider"]})
        ids |= {name: made["calendar_id"], f"{name}_code": made["code"]}


async def enrolled(side: Any, session: str, name: str, **facts: str) -> str:
    """The enrolment of somebody by the side's provider."""
    who = {"full_name": f"{side.mark} {name}", "email": f"{side.mark.lower()}.trainee@example.org", **facts}
    body = {"session_id": session, "participant": who}
    made: str = (await _made(side.people["provider"], "/v1/enrolments", body))["enrolment_id"]
    return made


async def certify(side: Any, trainer: httpx2.AsyncClient) -> None:
    """Some were there, some have passed, two hold certificates, and a job has looked for more."""
    ids = side.ids
    for name in TRAINEES[1:]:
        await _made(trainer, f"/v1/enrolments/{ids[name]}/record-attendance", {"attended": True}, 200)
    for name in TRAINEES[2:]:
        await _made(trainer, f"/v1/enrolments/{ids[name]}/record-result", {"passed": True}, 200)
    for name, whose in (("certificate", "certified"), ("spare_certificate", "spare_certified")):
        made = await _made(trainer, "/v1/certificates", {"enrolment_id": ids[whose]})
        ids |= {name: made["certificate_id"], f"{name}_code": made["check_code"]}
    job = await _made(trainer, "/v1/certificate-jobs", {"session_id": ids["session"]})
    ids["certificate_job"] = job["job_id"]
    file = ("list.csv", f"person,attended,passed,reason\n{side.mark} nobody,yes,yes,\n".encode(), "text/csv")
    form = {"session_id": ids["held_session"], "dry_run": "true"}
    listed = await trainer.post("/v1/attendance-imports", files={"file": file}, data=form)
    assert listed.status_code == 201, listed.text
    ids["attendance_import"] = listed.json()["import_id"]


async def _made(http: httpx2.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await http.post(path, json=body)
    assert answer.status_code == status, f"{path} {body}: {answer.status_code} {answer.text}"
    found: dict[str, Any] = answer.json()
    return found
