"""The one-time link of a notice: this offer only, without a key, until its deadline; nobody else learns its code."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from tests.journeys.world import done
from tests.kit.house import OpenHouse
from tests.portal.conftest import Visitors
from tests.portal.offering import Firm, firm_of, spring


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with spring(tmp_path) as made:
        yield made


@pytest.fixture
async def firm(house: OpenHouse, tmp_path: Path) -> Firm:
    return await firm_of(house, tmp_path)


async def test_the_link_of_a_notice_opens_the_offer_without_a_key_and_changes_nothing(
    firm: Firm, visit: Visitors
) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    before = await firm.api(f"/v1/offers/{offer}")
    for path in (link, f"{link}/accept", f"{link}/decline", link):
        page = await nobody.see(path)
        assert (page.status, page.path) == (200, path)
        assert "until Mon, 9 Mar 2026, 24:00" in page.text
        assert page.answer.headers["referrer-policy"] == "no-referrer"
        assert page.answer.headers["cache-control"] == "private, no-store"
    assert await firm.api(f"/v1/offers/{offer}") == before
    assert page.h1 == "Policy advice, River Plain"
    assert "Your expert holds: Advice to authorities, level 4" in page.text
    assert "Quokka Mill" not in page.text
    assert [path for _, path in page.links if path.startswith(link)] == [f"{link}/accept", f"{link}/decline"]


async def test_whoever_holds_the_link_accepts_once_and_sees_what_comes_next(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    confirmation = await nobody.see(f"{link}/accept")
    for headers in ({"origin": "null", "sec-fetch-site": "same-origin"}, {}):  # a page that tells nobody where it was
        nobody.client.headers.update(headers)
        page = await nobody.send(confirmation, rf"{link}/accept")
        assert (page.path, page.status) == (link, 200)
        assert "You have accepted. The centre has your answer." in page.text
        assert "You accepted this offer on Mon, 2 Mar 2026" in page.text
        assert page.answer.headers["referrer-policy"] == "no-referrer"
    assert len((await firm.api("/v1/engagements"))["items"]) == 1
    for path in (link, f"{link}/accept", f"{link}/decline"):  # a used link still says what it did
        page = await nobody.see(path)
        assert (page.status, page.path, "You accepted this offer on" in page.text) == (200, link, True)
    late = await nobody.send_fields(
        f"{link}/decline", confirmation.form(r".*/accept").fields | {"reason_code": ["other"]}
    )
    assert "Nothing was changed: this offer was over before your answer came." in late.text
    assert (await firm.api(f"/v1/offers/{offer}"))["status"] == "accepted"


async def test_whoever_holds_the_link_declines_with_a_reason(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    page = await nobody.send(await nobody.see(f"{link}/decline"), rf"{link}/decline")
    assert (page.status, "Choose one." in page.text) == (422, True)
    assert page.answer.headers["referrer-policy"] == "no-referrer"
    page = await nobody.send(page, rf"{link}/decline", reason_code="too_far", note="Six hours by road.")
    assert "You declined this offer on" in page.text
    assert "Reason: Too far" in page.text
    assert (await firm.api(f"/v1/offers/{offer}"))["note"] == "Six hours by road."


async def test_a_lapsed_and_a_withdrawn_link_say_kindly_what_happened(
    firm: Firm, visit: Visitors, house: OpenHouse
) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    confirmation = await nobody.see(f"{link}/accept")
    await done(firm.side.officer, "POST", f"/v1/offers/{offer}/withdraw", {"reason_code": "offered_by_mistake"})
    page = await nobody.send(confirmation, rf"{link}/accept")
    assert "The centre took this offer back on Mon, 2 Mar 2026" in page.text
    assert "Reason: Offered by mistake" in page.text
    assert "You need not answer any more." in page.text

    for file in (firm.folder / "notices").iterdir():
        file.unlink()
    second = (await firm.offered())["offer"]
    other = await firm.link(second)
    confirmation = await nobody.see(f"{other}/accept")
    await house.advance(days=10)
    for page in (await nobody.send(confirmation, rf"{other}/accept"), await nobody.see(other)):
        assert page.status == 200
        assert "No answer had come when the time was up: Mon, 9 Mar 2026, 24:00." in page.text
    assert (await firm.api(f"/v1/offers/{second}"))["status"] == "expired"


async def test_past_its_deadline_an_offer_is_over_even_before_the_sweep_has_come_by(
    firm: Firm, visit: Visitors, house: OpenHouse
) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    at = house.house.clock
    at.advance(at.now().replace(month=3, day=9, hour=17, minute=0, second=1))
    page = await nobody.see(link)
    assert "No answer had come when the time was up" in page.text
    assert f"{link}/accept" not in page.answer.text


async def test_a_code_that_nobody_has_given_out_leads_nowhere(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    fields = (await nobody.see(f"{link}/accept")).form(r".*/accept").fields
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    for path in (
        forged,
        "/offer-links/x",
        f"/offer-links/{offer}",
        "/offer-links/%3Cscript%3E",
        "/offer-links/" + "a" * 500,
    ):
        for where in (path, f"{path}/accept", f"{path}/decline"):
            page = await nobody.see(where)
            assert (page.status, page.h1) == (404, "This link leads to no offer")
            assert page.answer.headers["referrer-policy"] == "no-referrer"
            assert "<script>" not in page.answer.text.replace("<script src", "")
    page = await nobody.send_fields(f"{forged}/accept", fields)  # the form of one link is no form of another
    assert (page.status, page.h1) == (403, "This form is not from here")
    assert (await firm.api(f"/v1/offers/{offer}"))["status"] == "open"


async def test_another_site_cannot_answer_by_a_link(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    link, nobody = await firm.link(offer), await visit()
    fields = (await nobody.see(f"{link}/accept")).form(r".*/accept").fields
    for data, headers in (
        (fields, {"origin": "https://evil.test"}),
        (fields, {"sec-fetch-site": "cross-site"}),
        (fields, {"origin": "null", "sec-fetch-site": "cross-site"}),
        (fields | {"form_token": [""]}, {"origin": "null"}),
        ({"person_id": [firm.expert]}, {}),
    ):
        answer = await nobody.client.post(f"{link}/accept", data=data, headers=headers)
        assert (answer.status_code, "This form is not from here" in answer.text) == (403, True)
    assert (await firm.api(f"/v1/offers/{offer}"))["status"] == "open"


async def test_the_code_alone_decides_whoever_is_signed_in(firm: Firm, visit: Visitors, house: OpenHouse) -> None:
    offer = (await firm.offered())["offer"]
    link = await firm.link(offer)
    officer = await visit("officer", provinces=["XA-N"])
    assert (await officer.see(link)).h1 == "Policy advice, River Plain"
    key = (await house.administrator.post("/v1/keys", json={"label": "o", "roles": ["officer"]})).json()
    former = await visit(key=key["key"])
    await house.administrator.post(f"/v1/keys/{key['key_id']}/revoke")
    page = await former.see(link)  # an ended key keeps nobody from what needs none
    assert (page.status, page.path) == (200, link)
    page = await former.send(await former.see(f"{link}/accept"), rf"{link}/accept")
    assert "You accepted this offer on" in page.text


async def test_the_code_of_a_link_stands_in_no_log(
    firm: Firm, visit: Visitors, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, nobody = await firm.link((await firm.offered())["offer"]), await visit()
    code = link.rpartition("/")[2]
    with capture_logs() as told, caplog.at_level(logging.WARNING):
        await nobody.send(await nobody.see(f"{link}/decline"), rf"{link}/decline")

        async def falls(*_: object, **__: object) -> httpx2.Response:
            raise RuntimeError("the line fell")

        monkeypatch.setattr("portal.api.Api._ask", falls)
        page = await nobody.see(link)
    assert (page.status, page.h1) == (500, "Something went wrong on our side")
    assert {each["path"] for each in told if each["event"] == "portal.failed"} == {"/offer-links/{code}"}
    assert code not in str(told)
    assert code not in caplog.text
