"""Between offer and assessment: Paddy Advice, who was told what it lacks, has its expert trained and certified."""

from datetime import timedelta
from typing import cast

from api_client import models
from chassis.clock import new_id
from openrecp.play.plot import Plot
from openrecp.stage import Actor, check, refused

LACKED = "food_hygiene"
COURSE: models.OfferCourse = {
    "title": "Food hygiene for assessors",
    "competences": [{"code": LACKED, "level": 3}],
    "hours": "12",
    "language": "en",
    "validity_months": 1,
    "evaluator_apart": True,
}
CANCELLED: models.Reason = {"reason_code": "no_longer_wanted"}


async def act(plot: Plot) -> None:
    """From the course to the certificate, and on until it has run out."""
    await _seats(plot)
    await _certificate(plot)


async def _seats(plot: Plot) -> None:
    stage = plot.stage
    await stage.step(
        "A trainer offers a course in what Paddy Advice lacks and schedules a session with two seats",
        "the course gives food_hygiene for one month; its evaluator is none of its trainers",
        lambda: _schedule(plot),
        ["course_offered", "session_scheduled"],
    )
    await stage.step(
        "Hill Consultants and the mill enrol their people, then Paddy Advice its expert",
        "two seats, both taken: Paddy's expert waits at place 1",
        lambda: _enrol(plot),
        ["enrolment_confirmed", "enrolment_confirmed", "enrolment_waitlisted"],
    )
    await stage.step(
        "Hill Consultants cancels",
        "its seat is offered to Paddy's expert in the same transaction, with a deadline",
        lambda: _cancel(plot),
        ["enrolment_cancelled", "seat_offered"],
    )
    await stage.step(
        "Paddy Advice accepts the seat",
        "confirmed",
        lambda: _accept(plot),
        ["enrolment_confirmed"],
    )


async def _certificate(plot: Plot) -> None:
    stage = plot.stage
    await stage.step(
        "The session is held: the trainer records who came, an evaluator who passed, and closes it",
        "attended, passed, session completed; the trainer of the session may not judge its own teaching",
        lambda: _pass(plot),
        ["attendance_recorded", "attendance_recorded", "result_recorded", "session_completed"],
    )
    await stage.step(
        "The trainer issues the certificate",
        "issued under a check code; Paddy Advice holds food_hygiene",
        lambda: _issue(plot),
        ["certificate_issued", "competence_granted"],
    )
    await stage.step(
        "Somebody without a key checks the certificate, as JSON and as a page",
        "valid; no name, as the holder has not agreed; a tampered code gets 404",
        lambda: _check(plot),
    )
    await stage.step(
        "The officer opens a job that asks for food_hygiene: the next shortlist",
        "Paddy Advice is eligible, with the level its certificate gives as the reason",
        lambda: _next_shortlist(plot, eligible=True),
        ["need_opened", "shortlist_made", "offer_made", "need_cancelled", "offer_withdrawn"],
    )
    await stage.step(
        "The clock passes the certificate's last day",
        "the certificate has expired, and its check says so",
        lambda: _expire(plot),
        ["certificate_expired"],
    )
    await stage.step(
        "The officer opens another such job: the next shortlist",
        "Paddy Advice is excluded again, food_hygiene missing",
        lambda: _next_shortlist(plot, eligible=False),
        ["need_opened", "shortlist_made", "offer_made", "need_cancelled", "offer_withdrawn"],
    )


async def _schedule(plot: Plot) -> str:
    trainer_id = str(new_id())
    trainer = plot.people["trainer"] = await plot.stage.hire("trainer", "trainer", person_id=trainer_id)
    plot.people["evaluator"] = await plot.stage.hire("evaluator", "trainer", person_id=str(new_id()))
    course = await trainer.offer_course(COURSE)
    begins = (await plot.stage.now()) + timedelta(days=6)
    body: models.ScheduleSession = {
        "course_id": course["course_id"],
        "programme_code": "GREEN-MILLS",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=8)).isoformat(),
        "time_zone": "Asia/Bangkok",
        "province": "XA-R",
        "language": "en",
        "seats": 2,
        "trainers": [trainer_id],
    }
    session = await trainer.schedule_session(body)
    plot.ids["session"] = session["session_id"]
    given = ", ".join(f"{each['code']} {each['level']}" for each in course["competences"])
    return f"gives {given}; {session['seats']} seats on {session['starts_at'][:10]}"


async def _enrol(plot: Plot) -> str:
    hill, paddy = plot.firms["hill"], plot.firms["paddy"]
    asked: tuple[tuple[str, Actor, models.ParticipantIn], ...] = (
        ("hill", hill.actor, {"full_name": "Made-up Expert of Hill", "person_id": hill.person_id}),
        ("mill", plot.people["mill"], {"full_name": "Made-up Foreman of the Mill", "sex": "female"}),
        ("paddy", paddy.actor, {"full_name": "Made-up Expert of Paddy", "person_id": paddy.person_id, "sex": "male"}),
    )
    said = []
    for name, actor, person in asked:
        answer = await actor.enrol_people({"session_id": plot.ids["session"], "participant": person})
        made = cast(models.EnrolmentOut, answer)  # of one participant; of several it would be a page
        plot.ids[f"enrolment_{name}"] = made["enrolment_id"]
        said.append(f"{name} {made['status']}" + (f" at place {made['place']}" if made["place"] else ""))
    check(said == ["hill confirmed", "mill confirmed", "paddy waitlisted at place 1"], f"{said}")
    return ", ".join(said)


async def _cancel(plot: Plot) -> str:
    hill, paddy = plot.firms["hill"].actor, plot.firms["paddy"].actor
    made = await hill.cancel_enrolment(plot.ids["enrolment_hill"], {"reason_code": "cannot_come"})
    offered = await paddy.read_enrolment(plot.ids["enrolment_paddy"])
    check(offered["status"] == "seat_offered", f"Paddy's expert is {offered['status']}")
    return f"hill {made['status']}, paddy {offered['status']} until {str(offered['deadline_at'])[:16]}"


async def _accept(plot: Plot) -> str:
    return (await plot.firms["paddy"].actor.accept_seat(plot.ids["enrolment_paddy"]))["status"]


async def _pass(plot: Plot) -> str:
    trainer, evaluator = plot.people["trainer"], plot.people["evaluator"]
    await plot.stage.advance((await plot.stage.now()) + timedelta(days=6, hours=8))
    for name in ("mill", "paddy"):
        enrolment = plot.ids[f"enrolment_{name}"]
        await trainer.record_attendance(enrolment, {"attended": True})
    status, code = await refused(trainer.record_result(enrolment, {"passed": True}))
    check(code == "evaluator_is_trainer", f"the trainer was answered {status} {code}")
    made = await evaluator.record_result(enrolment, {"passed": True})
    session = await trainer.complete_session(plot.ids["session"])
    return f"attended, then {made['status']}; session {session['status']}; the trainer's own judgement: {status} {code}"


async def _issue(plot: Plot) -> str:
    trainer, body = plot.people["trainer"], models.IssueCertificate(enrolment_id=plot.ids["enrolment_paddy"])
    made = await trainer.issue_certificate(body)
    plot.ids["check_code"], plot.ids["certificate"] = made["check_code"], made["certificate_id"]
    qr = await plot.firms["paddy"].actor.read_certificate_qr(made["certificate_id"])
    check("<svg" in qr.text, "the QR code is no picture")
    twice = await refused(trainer.issue_certificate(body))
    return f"{made['check_code']}, valid until {made['valid_until']}; a second one: {twice[0]} {twice[1]}"


async def _check(plot: Plot) -> str:
    code, anybody = plot.ids["check_code"], plot.stage.nobody
    found = await anybody.check_certificate(code.lower().replace("-", ""))
    check(found["standing"] == "valid" and found["holder_name"] is None, f"the check says {found}")
    page = await anybody.check_certificate_as(code, "text/html")
    check("This certificate is valid." in page.text and "Made-up" not in page.text, f"the page says {page.text[:500]}")
    tampered = code[:-1] + ("0" if code[-1] != "0" else "1")
    status, _ = await refused(anybody.check_certificate(tampered))
    check(status == 404, f"a tampered code was answered {status}")
    given = ", ".join(f"{each['code']} {each['level']}" for each in found["competences"])
    return f"{found['standing']}: {given}, {found['hours']} h, until {found['valid_until']}; tampered: {status}"


async def _next_shortlist(plot: Plot, *, eligible: bool) -> str:
    officer, today = plot.people["officer"], (await plot.stage.now()).date()
    job: models.OpenNeed = {
        "client_id": plot.ids["client"],
        "site_id": plot.ids["site"],
        "kind": "technical_information",
        "language": "en",
        "starts_on": str(today + timedelta(days=1)),
        "ends_on": str(today + timedelta(days=20)),
        "days": 1,
        "competences": [{"code": LACKED, "level": 2}],
    }
    need = (await officer.open_need(job))["need_id"]
    run = (await officer.list_shortlists(need_id=need))["items"][-1]["shortlist_id"]
    rows = (await officer.list_candidates(run, limit=200))["items"]
    (paddy,) = (row for row in rows if row["provider_id"] == plot.firms["paddy"].provider_id)
    check(paddy["eligible"] is eligible, f"Paddy Advice is {'' if paddy['eligible'] else 'not '}eligible")
    (rule,) = (each for each in paddy["rules"] if each["code"] == "competence_valid")
    await officer.cancel_need(need, CANCELLED)
    rank = f"rank {paddy['rank']} of {sum(row['eligible'] for row in rows)}" if eligible else "excluded"
    return f"Paddy Advice: {rank}; {rule['code']}: held {rule['facts']['held']}, missing {rule['facts']['missing']}"


async def _expire(plot: Plot) -> str:
    trainer = plot.people["trainer"]
    await plot.stage.advance((await plot.stage.now()) + timedelta(days=32))

    async def expired() -> bool:
        return bool((await trainer.read_certificate(plot.ids["certificate"]))["status"] == "expired")

    await plot.stage.until("the certificate's end", expired)
    found = await plot.stage.nobody.check_certificate(plot.ids["check_code"])
    check(found["standing"] == "expired", f"the check says {found['standing']}")
    return f"valid until {found['valid_until']}; the check says {found['standing']}"
