"""Lists of who came and who passed: what fits counts, what does not comes back, and twice is once."""

import asyncio
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from chassis.clock import new_id
from chassis.jobs import jobs
from contracts.principals import Role
from contracts.training import AttendanceRecorded, ResultRecorded
from services.training.app import service
from tests.kit import people
from tests.kit.imports import ended, let_the_lease_run_out
from tests.kit.room import room
from tests.services.training.school import START, School, made, refused
from tests.services.training.test_certificates import BEGUN

PATH = "/v1/attendance-imports"
HEADER = "person,attended,passed,reason"


async def a_class(school: School, *names: str, **facts: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A session that has begun, and these people in it."""
    session = await school.session(seats=20, **facts)
    enrolled = [await school.enrol(session, name) for name in names]
    await school.here.advance(**BEGUN)
    return session, enrolled


async def send(
    school: School, content: bytes, *, name: str = "list.csv", http: Any = None, **form: Any
) -> httpx2.Response:
    answer: httpx2.Response = await (http or school.trainer).post(PATH, files={"file": (name, content)}, data=form)
    return answer


async def brought_in(school: School, *lines: str, header: str = HEADER, **form: str) -> dict[str, Any]:
    """A list sent as CSV, when all is done."""
    asked = await made(send(school, "\n".join((header, *lines)).encode(), **form))
    return await ended(school.trainer, PATH, asked["import_id"])


def counts(shown: dict[str, Any]) -> tuple[str, int, int, int]:
    return shown["state"], shown["registered"], shown["already_there"], shown["refused"]


async def refusals(school: School, shown: dict[str, Any]) -> list[dict[str, str]]:
    """The refused rows as they come back, each by its titles."""
    answer = await school.trainer.get(f"{PATH}/{shown['import_id']}/refused-rows")
    assert answer.status_code == 200, answer.text
    header, *rows = answer.content.decode("utf-8-sig").splitlines()
    return [dict(zip(header.split(","), row.split(","), strict=False)) for row in rows]


async def test_a_list_of_one_session_is_recorded_by_name_and_by_id(school: School) -> None:
    session, (first, second, third, fourth) = await a_class(school, "Nguyễn Thị Hoa", "B Example", "C Example", "D")
    shown = await brought_in(
        school,
        "nguyễn  thị hoa,yes,yes,",
        f"{second['person_id']},Có,không,exam_not_passed",
        f"{third['enrolment_id']},1,,",
        "D,no,,",
        session_id=session["session_id"],
    )
    assert counts(shown) == ("finished", 4, 0, 0)
    assert [each["status"] for each in await school.enrolled(session)] == ["passed", "failed", "attended", "absent"]
    failed = await school.enrolment(second["enrolment_id"])
    assert failed["reason_code"] == "exam_not_passed"
    assert failed["evaluator_id"] is not None
    assert fourth["status"] == first["status"] == "confirmed"


async def test_a_list_of_several_sessions_names_the_session_in_each_row(school: School) -> None:
    one, two = await school.session(), await school.session(starts_at="2026-04-06T10:00:00+07:00")
    await school.enrol(one, "A Example")
    await school.enrol(two, "A Example", person_id=(await school.enrolled(one))[0]["person_id"])
    await school.here.advance(**BEGUN)
    rows = (f"{one['session_id']},A Example,yes,yes,", f"{two['session_id']},A Example,no,,", f"{new_id()},A,yes,,")
    shown = await brought_in(school, *rows, header=f"session,{HEADER}")
    assert counts(shown) == ("finished", 2, 0, 1)
    assert (await school.statuses(one), await school.statuses(two)) == (
        {"A Example": "passed"},
        {"A Example": "absent"},
    )
    assert [each["code"] for each in await refusals(school, shown)] == ["session_is_unknown"]


async def test_sending_the_list_again_changes_nothing(school: School) -> None:
    session, _ = await a_class(school, "A Example", "B Example", "C Example")
    rows = ("A Example,yes,yes,", "B Example,yes,no,exam_not_passed", "C Example,no,,")
    first = await brought_in(school, *rows, session_id=session["session_id"])
    versions = [each["version"] for each in await school.enrolled(session)]
    again = await brought_in(school, *rows, session_id=session["session_id"])
    assert (counts(first), counts(again)) == (("finished", 3, 0, 0), ("finished", 0, 3, 0))
    assert [each["version"] for each in await school.enrolled(session)] == versions
    assert len(await school.here.events(AttendanceRecorded)) == 3
    assert len(await school.here.events(ResultRecorded)) == 2


async def test_what_does_not_fit_comes_back_with_its_reason_and_the_rest_counts(school: School) -> None:
    session, _ = await a_class(school, "A Example", "B Example", "C Example", "Twin", "D Example")
    shown = await brought_in(
        school,
        "A Example,yes,yes,",
        "Nobody Example,yes,yes,",
        "B Example,perhaps,,",
        "C Example,no,yes,",
        "D Example,yes,no,bad_mood",
        "A Example,no,,",
        "Twin,,yes,",
        session_id=session["session_id"],
    )
    assert counts(shown) == ("finished", 1, 0, 6)
    back = await refusals(school, shown)
    found = [(each["row"], each["column"], each["code"]) for each in back]
    assert found == [
        ("3", "person", "person_is_not_enrolled"),
        ("4", "attended", "cell_is_neither_yes_nor_no"),
        ("5", "passed", "was_not_there"),
        ("6", "reason", "reason_is_unknown"),
        ("7", "person", "person_stands_twice"),
        ("8", "attended", "cell_is_empty"),
    ]
    assert [each["person"] for each in back][:2] == ["Nobody Example", "B Example"]
    statuses = await school.statuses(session)
    assert statuses == {
        "A Example": "passed",
        "B Example": "confirmed",
        "C Example": "confirmed",
        "D Example": "confirmed",
        "Twin": "confirmed",
    }


async def test_two_of_one_name_are_told_apart_by_id(school: School) -> None:
    session = await school.session(seats=20)
    first = await school.enrol(session, "Same Name", email="one@example.org")
    await school.enrol(session, "Same Name", email="two@example.org")
    await school.here.advance(**BEGUN)
    rows = ("Same Name,yes,,", f"{first['person_id']},yes,,")
    shown = await brought_in(school, *rows, session_id=session["session_id"])
    assert counts(shown) == ("finished", 1, 0, 1)
    assert [each["code"] for each in await refusals(school, shown)] == ["person_is_ambiguous"]


async def test_a_list_before_the_session_and_by_its_trainer_is_refused_row_by_row(school: School) -> None:
    trainer_id = new_id()
    course = await school.course(evaluator_apart=True)
    session = await school.session(course_id=course["course_id"], trainers=[str(trainer_id)])
    await school.enrol(session, "A Example")
    early = await brought_in(school, "A Example,yes,,", session_id=session["session_id"])
    assert [each["code"] for each in await refusals(school, early)] == ["session_has_not_begun"]
    await school.here.advance(**BEGUN)
    teaching = school.here.as_(people.person(Role.TRAINER, person_id=trainer_id))
    asked = await made(
        send(school, f"{HEADER}\nA Example,yes,yes,".encode(), http=teaching, session_id=session["session_id"])
    )
    shown = await ended(teaching, PATH, asked["import_id"])
    assert counts(shown) == ("finished", 0, 0, 1)
    answer = await teaching.get(f"{PATH}/{shown['import_id']}/refused-rows")
    assert "evaluator_is_trainer" in answer.text
    assert await school.statuses(session) == {"A Example": "confirmed"}  # nothing of a refused row counts
    assert (await school.trainer.get(f"{PATH}/{shown['import_id']}")).status_code == 404


async def test_an_import_goes_on_where_its_process_ended(school: School, tmp_path: Path) -> None:
    names = [f"Person {number}" for number in range(150)]
    session = await school.session(seats=150)
    for start in (0, 100):
        group = [{"full_name": name} for name in names[start : start + 100]]
        body = {"session_id": session["session_id"], "participants": group}
        assert (await school.officer.post("/v1/enrolments", json=body)).status_code == 201
    await school.here.advance(**BEGUN)
    content = "\n".join((HEADER, *(f"{name},yes,yes," for name in names), f"{names[0]},no,,")).encode()
    asked = await made(send(school, content, session_id=session["session_id"]))
    while not await school.enrolled(session, status="passed"):
        await asyncio.sleep(0.005)
    await school.here.running.supervisor.stop()
    await let_the_lease_run_out(school.here)
    async with room(service, tmp_path, at=START + timedelta(days=37)) as other:
        end = asyncio.get_running_loop().time() + 30
        while True:
            rows_of_job = await other.running.store.fetch(sa.select(jobs.table))
            job = jobs.state(rows_of_job[0])
            if job.state not in ("queued", "running") or asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.02)
    assert str(job.job_id) == asked["import_id"]
    assert (job.state, job.result["files"]["file"]["counts"]) == ("finished", {"registered": 150, "refused": 1})


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(school: School) -> None:
    session, _ = await a_class(school, "A Example", "B Example")
    rows = ("A Example,yes,yes,", "Nobody,yes,,")
    shown = await brought_in(school, *rows, session_id=session["session_id"], dry_run="true")
    assert counts(shown) == ("finished", 1, 0, 1)
    assert [(each["outcome"], each["values"].get("attended")) for each in shown["preview"]] == [
        ("registered", True),
        ("refused", None),
    ]
    assert await school.statuses(session) == {"A Example": "confirmed", "B Example": "confirmed"}
    assert await school.here.events(AttendanceRecorded) == []


async def test_a_workbook_comes_back_as_a_workbook(school: School) -> None:
    session, _ = await a_class(school, "A Example")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made_book:
        sheet = made_book.add_worksheet("Week 1")
        for number, row in enumerate((HEADER.split(","), ("A Example", True, 1), ("Nobody", "yes", "yes"))):
            sheet.write_row(number, 0, row)
    asked = await made(send(school, book.getvalue(), name="list.xlsx", session_id=session["session_id"]))
    shown = await ended(school.trainer, PATH, asked["import_id"])
    assert counts(shown) == ("finished", 1, 0, 1)
    assert await school.statuses(session) == {"A Example": "passed"}
    answer = await school.trainer.get(f"{PATH}/{shown['import_id']}/refused-rows")
    back = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert back[1][:3] == ["Nobody", "yes", "yes"]
    assert "person_is_not_enrolled" in back[1]


async def test_a_mapping_reads_a_sheet_with_other_titles(school: School) -> None:
    session, _ = await a_class(school, "A Example")
    mapping = """
    sender = "paper"
    [tables.marks]
    "P" = "yes"
    "A" = "no"
    [attendance]
    person = "Họ và tên"
    attended = { column = "Có mặt", lookup = "marks" }
    """
    shown = await brought_in(
        school, "A Example,P", header="Họ và tên,Có mặt", mapping=mapping, session_id=session["session_id"]
    )
    assert counts(shown) == ("finished", 1, 0, 0)
    assert await school.statuses(session) == {"A Example": "attended"}


async def test_a_list_without_its_columns_fails_as_a_whole_and_says_which(school: School) -> None:
    session, _ = await a_class(school, "A Example")
    shown = await brought_in(school, "A Example,yes", header="name,came", session_id=session["session_id"])
    assert (shown["state"], shown["error"]) == ("failed", "columns_are_missing")
    assert "person" in shown["sentence"]


async def test_a_session_that_is_none_is_refused_at_once(school: School) -> None:
    answer = send(school, f"{HEADER}\nA,yes,,".encode(), session_id=str(new_id()))
    assert await refused(answer) == (404, "not_found")
