"""What providers are told: of offers, with the link that answers them; of reports that came back; and nobody else."""

import asyncio
import re
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from chassis.notices.records import notices
from services.matching.app import service
from tests.kit import people
from tests.kit.notices import mail_server
from tests.kit.room import Room, room, rows
from tests.services.matching.stage import START, Stage, accepting, made, set_up

CONTACT = {"full_name": "Contact of River", "email": "office@river.test", "phone": "+84 912 345 678", "language": "vi"}


def link_in(text: str) -> str:
    """The address of the page it leads to, as a program asks for the same."""
    found = re.search(r"http://centre\.test(/offer-links/\S+)", text)
    assert found, text
    return f"/v1{found[1]}"


async def states(here: Room) -> dict[str, str]:
    """The state of each notice by its kind."""
    return {each.kind: each.state for each in map(notices.state, await rows(here, notices.table))}


async def test_the_automatic_offer_is_told_with_a_link_that_answers_it(stage: Stage) -> None:
    firm = await stage.firm("River Energy", contact=CONTACT)
    offer = await stage.open_offer(await stage.ask())
    (text,) = await stage.here.told()
    assert text.startswith("To: office@river.test\nLanguage: vi\nSubject: Đề nghị công việc: ")
    assert "Kính gửi River Energy," in text
    assert "từ 01/04/2026 đến 30/04/2026" in text
    assert "Địa điểm: River Plain" in text
    assert "trước khi hết ngày 09/03/2026 (trong vòng 5 ngày làm việc" in text
    anybody = stage.here.as_(people.person())
    answer = await made(anybody.post(f"{link_in(text)}/accept", json=accepting(firm)), 200)
    assert (answer["offer_id"], answer["status"]) == (offer["offer_id"], "accepted")


async def test_after_it_was_sent_neither_code_nor_address_is_left(stage: Stage, tmp_path: Path) -> None:
    with capture_logs() as logs:
        await stage.firm("River Energy", contact=CONTACT)
        offer = await stage.open_offer(await stage.ask())
        (text,) = await stage.here.told()
        code = link_in(text).rpartition("/")[2]
        await made(stage.officer.post(f"/v1/offers/{offer['offer_id']}/withdraw", json={"reason_code": "other"}), 200)
    for row in map(notices.state, await rows(stage.here, notices.table)):
        assert (row.subject, row.text, row.address) == ("", "", "o…@r….test")
    databases = list(tmp_path.glob("*.sqlite"))
    assert len(databases) == 2
    for path in databases:
        assert code not in "".join(sqlite3.connect(path).iterdump())
    assert "withdraw_offer" in str(logs)
    assert code not in str(logs)
    assert "office@river.test" not in str(logs)


async def test_before_it_lapses_the_provider_is_reminded_in_the_morning_of_the_last_day(stage: Stage) -> None:
    await stage.firm("River Energy", contact=CONTACT | {"language": "en"})
    await stage.ask()
    assert len(await stage.here.told()) == 1
    await stage.here.advance(days=6, hours=22)  # Monday 9 March, seven in the morning
    assert len(await stage.here.told()) == 1
    await stage.here.advance(hours=1.5)
    reminder, first = await stage.here.told()
    assert "Subject: Please answer by 2026-03-09: RECP assessment, River Plain" in reminder
    assert link_in(reminder) == link_in(first)


@pytest.mark.parametrize("end", ["accept", "decline", "withdraw", "suspend", "cancel"])
async def test_an_offer_that_has_its_end_is_not_reminded_of(stage: Stage, end: str) -> None:
    firm = await stage.firm("River Energy", contact=CONTACT)
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    await stage.here.told()
    asked: dict[str, tuple[Any, str, dict[str, Any]]] = {
        "accept": (firm.http, f"/v1/offers/{offer['offer_id']}/accept", accepting(firm)),
        "decline": (firm.http, f"/v1/offers/{offer['offer_id']}/decline", {"reason_code": "too_far"}),
        "withdraw": (stage.officer, f"/v1/offers/{offer['offer_id']}/withdraw", {"reason_code": "other"}),
        "suspend": (stage.officer, f"/v1/providers/{firm.provider_id}/suspend", {"reason_code": "quality"}),
        "cancel": (stage.officer, f"/v1/needs/{need_id}/cancel", {"reason_code": "other"}),
    }
    http, path, body = asked[end]
    await made(http.post(path, json=body), 200)
    await stage.here.advance(days=8)
    assert len(await stage.here.told()) == 1
    assert await states(stage.here) == {"offer_made": "sent", "offer_about_to_lapse": "called_off"}


async def test_what_could_not_be_sent_before_the_offer_lapsed_is_not_sent_any_more(
    migrated: Path, tmp_path: Path
) -> None:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    async with mail_server() as server:
        away = server.settings()
    async with room(service, tmp_path, at=START, notices=away) as here:
        stage = await set_up(here)
        await stage.firm("River Energy", contact=CONTACT)
        await stage.ask()
        await _until_some_are(stage, here.as_(people.administrator()), "waiting")
        await here.advance(days=8)  # past the reminder and the deadline
        assert await states(here) == {"offer_made": "called_off", "offer_about_to_lapse": "called_off"}
        assert {row.text for row in map(notices.state, await rows(here, notices.table))} == {""}


async def test_a_provider_without_a_way_to_be_reached_gets_no_notice(stage: Stage) -> None:
    await stage.firm("Silent")
    await stage.ask()
    assert await stage.here.told() == []
    assert await rows(stage.here, notices.table) == []


async def test_without_mail_it_is_an_sms_in_one_of_the_providers_languages(stage: Stage) -> None:
    contact = {"full_name": "Contact", "phone": "+84 912 345 678"}
    await stage.firm("River Energy", contact=contact, languages=["km", "fr", "en"])
    await stage.ask()
    (text,) = await stage.here.told()
    assert text.startswith(
        "To: +84 912 345 678\nLanguage: fr\n\nMission proposée : évaluation de production plus propre"
    )
    assert "Subject" not in text


async def test_each_return_of_a_report_is_told_once(stage: Stage) -> None:
    firm = await stage.firm("River Energy", contact=CONTACT | {"language": "en"})
    engagement_id = await stage.engage(firm)
    report = await stage.report(firm, engagement_id)
    path = f"/v1/work-reports/{report['report_id']}"
    for _ in range(2):
        await made(stage.officer.post(f"{path}/return", json={"reason_code": "figures_unclear"}), 200)
        await made(firm.http.post(f"{path}/resubmit"), 200)
    told = [text for text in await stage.here.told() if "came back" in text]
    assert len(told) == 2
    assert "Reason: the figures are unclear" in told[0]
    assert report["report_id"] in told[0]


async def test_nothing_of_one_provider_reaches_another(stage: Stage) -> None:
    """Each firm's name, address and link stand in its own notices only; of a rival nobody hears."""
    own: dict[str, set[str]] = {}
    firms = {}
    for number, name in enumerate(("Firm-Aquila", "Firm-Boreas", "Firm-Corvus")):
        address = f"+84 912 00{number} 111" if number == 1 else f"mail@{name.lower()}.test"
        contact = {"full_name": f"Person-{name}", "phone" if number == 1 else "email": address, "language": "en"}
        firm = await stage.firm(name, contact=contact)
        firms[firm.provider_id] = firm
        own[address] = {name, f"Person-{name}", address, firm.provider_id, firm.person_id}
    said: dict[str, list[str]] = {address: [] for address in own}
    for last in firms.values():  # the others decline, this one accepts, reports, and gets its report back
        need_id = await stage.ask()
        while (offer := await stage.open_offer(need_id))["provider_id"] != last.provider_id:
            await stage.here.told()
            no = {"reason_code": "no_capacity", "note": "Note-Of-One"}
            await made(firms[offer["provider_id"]].http.post(f"/v1/offers/{offer['offer_id']}/decline", json=no), 200)
        await stage.here.advance(days=7)  # past the morning of the reminder
        await stage.here.told()
        answer = await made(last.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(last)), 200)
        report = await stage.report(last, answer["engagement_id"], findings="Note-Of-One")
        body = {"reason_code": "days_unclear"}
        await made(stage.officer.post(f"/v1/work-reports/{report['report_id']}/return", json=body), 200)
    for text in await stage.here.told():
        said[text.splitlines()[0].removeprefix("To: ")].append(text)
    assert all("came back" in "".join(texts) for texts in said.values())
    assert sum(map(len, said.values())) >= 3 * 3  # an offer, a reminder and a report each, and the offers declined
    found = {address: re.findall(r"offer-links/(\S+)", "".join(texts)) for address, texts in said.items()}
    links = {address: set(codes) for address, codes in found.items()}
    for address, texts in said.items():
        others = set().union(*(secrets | links[other] for other, secrets in own.items() if other != address))
        for text in texts:
            assert not [secret for secret in (*others, "Note-Of-One") if secret in text]


async def test_a_name_forges_neither_header_nor_line(stage: Stage) -> None:
    await stage.firm("River\u202eygrenE {link} {kind}", contact=CONTACT | {"language": "en"})
    await stage.ask()
    (text,) = await stage.here.told()
    assert "Dear RiverygrenE {link} {kind},\n" in text


async def test_the_administrator_sees_that_it_went_out_and_nothing_of_what_it_said(stage: Stage) -> None:
    await stage.firm("River Energy", contact=CONTACT)
    await stage.ask()
    (text,) = await stage.here.told()
    administrator = stage.here.as_(people.administrator())
    page = await made(administrator.get("/v1/admin/matching/notices", params={"state": "sent"}), 200)
    (seen,) = page["items"]
    assert (seen["kind"], seen["channel"], seen["address"], seen["attempts"]) == ("offer_made", "mail", "o…@r….test", 1)
    unsent = await administrator.get("/v1/admin/matching/notices")
    assert [each["kind"] for each in unsent.json()["items"]] == ["offer_about_to_lapse"]
    code = link_in(text).rpartition("/")[2]
    assert code not in unsent.text
    assert "office@river.test" not in unsent.text
    assert UUID(seen["notice_id"])


async def test_what_was_given_up_is_seen_and_tried_again_by_an_administrator(migrated: Path, tmp_path: Path) -> None:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    async with mail_server() as server, room(service, tmp_path, at=START, notices=server.settings()) as here:
        server.refuses["office@river.test"] = "550 5.1.1 office@river.test unknown"
        stage = await set_up(here)
        await stage.firm("River Energy", contact=CONTACT)
        await stage.ask()
        administrator = here.as_(people.administrator())
        (failed,) = await _until_some_are(stage, administrator, "failed")
        assert (failed["kind"], failed["attempts"]) == ("offer_made", 1)
        assert failed["error"] == "the address was refused: 550 5.1.1"
        facts = await here.running.facts()
        assert facts["notices"] | {"oldest_s": 0.0} == {
            "due": 0, "planned": 1, "failed": 1, "oldest_s": 0.0, "mail": "smtp", "sms": "file",
        }  # fmt: skip
        assert "see /v1/admin/matching/notices?state=failed" in facts["alarms"]["notices"]

        path = f"/v1/admin/matching/notices/{failed['notice_id']}"
        assert (await made(administrator.get(path), 200))["state"] == "failed"
        server.refuses.clear()
        again = await made(administrator.post(f"{path}/retry"), 200)
        assert (again["state"], again["attempts"]) == ("waiting", 0)
        (sent,) = await _until_some_are(stage, administrator, "sent")
        assert sent["notice_id"] == failed["notice_id"]
        assert len(server.messages) == 1
        refused = await administrator.post(f"{path}/retry")
        assert (refused.status_code, refused.json()["code"]) == (409, "notice_is_not_failed")
        assert (await made(administrator.post("/v1/admin/matching/retry-notices"), 200)) == {"retried": 0}
        assert (await administrator.get("/v1/admin/clients/notices")).status_code == 404
        assert (await stage.officer.get("/v1/admin/matching/notices")).status_code == 403


async def test_the_list_of_notices_goes_on_where_its_page_ended(stage: Stage) -> None:
    await stage.firm("River Energy", contact=CONTACT)
    for _ in range(3):
        await stage.ask()
    await stage.here.told()
    administrator = stage.here.as_(people.administrator())
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        asked = {"state": "sent", "limit": "1", **cursor}
        page = await made(administrator.get("/v1/admin/matching/notices", params=asked), 200)
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len({each["notice_id"] for each in seen}) == 3
    assert [each["made_at"] for each in seen] == sorted(each["made_at"] for each in seen)


async def _until_some_are(stage: Stage, administrator: Any, state: str) -> list[dict[str, Any]]:
    end = time.monotonic() + 10
    while not (found := await stage.items("/v1/admin/matching/notices", administrator, state=state)):
        assert time.monotonic() < end, f"none is {state}"
        await asyncio.sleep(0.02)
    return found
