"""Who comes in, who stays out, and what the pages say to each."""

from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette

from portal.rooms import Room
from portal.session import COOKIE, Seal, Session
from portal.visit import House
from tests.kit.house import OpenHouse
from tests.kit.portal import Browser
from tests.portal.conftest import Visitors


async def test_a_key_opens_the_door_and_the_page_that_was_wanted(visit: Visitors, house: OpenHouse) -> None:
    nobody = await visit()
    asked = await nobody.see("/account")
    assert (asked.path, asked.h1) == ("/sign-in", "Sign in")
    key = (await house.administrator.post("/v1/keys", json={"label": "o", "roles": ["officer"]})).json()["key"]
    page = await nobody.send(asked, r"/sign-in\?next=.*", key=f"  {key} ")
    assert (page.path, page.h1) == ("/account", "Your account")
    assert "Officer" in page.text


async def test_a_wrong_key_is_told_kindly_and_never_shown_again_in_an_address(visit: Visitors) -> None:
    nobody = await visit()
    page = await nobody.send(await nobody.see("/sign-in"), "/sign-in", key="orc_wrong")
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert "This key does not open the door." in page.text
    assert "orc_wrong" not in str(page.answer.url)
    page = await nobody.send(page, "/sign-in", key="")
    assert "Fill this in." in page.text


async def test_what_is_asked_for_next_is_always_a_page_of_ours(visit: Visitors, house: OpenHouse) -> None:
    key = (await house.administrator.post("/v1/keys", json={"label": "o", "roles": ["officer"]})).json()["key"]
    for wanted in ("//evil.test/", "/\\evil.test", "https://evil.test", "javascript:alert(1)"):
        nobody = await visit()
        page = await nobody.send(await nobody.see("/sign-in", next=wanted), "/sign-in.*", key=key)
        assert (page.answer.url.host, page.path) == ("house", "/work")


async def test_who_signs_out_is_out(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await officer.send(await officer.see("/work"), "/sign-out")
    assert (page.path, "You are signed out." in page.text) == ("/sign-in", True)
    assert (await officer.see("/work")).path == "/sign-in"


async def test_the_session_of_a_revoked_key_is_over(visit: Visitors, house: OpenHouse) -> None:
    made = (await house.administrator.post("/v1/keys", json={"label": "o", "roles": ["officer"]})).json()
    officer = await visit(key=made["key"])
    assert (await officer.see("/work")).status == 200
    assert (await house.administrator.post(f"/v1/keys/{made['key_id']}/revoke")).status_code == 200
    page = await officer.see("/work")
    assert (page.path, "Your key is no longer valid." in page.text) == ("/sign-in", True)
    assert COOKIE not in officer.client.cookies


async def test_a_forged_or_foreign_session_is_none(visit: Visitors, house: OpenHouse) -> None:
    key = (await house.administrator.post("/v1/keys", json={"label": "o", "roles": ["officer"]})).json()["key"]
    foreign = Seal(b"another deployment").close(Session.begun_with(key))
    for cookie in ("", "x", foreign, foreign[:-3] + "abc"):
        nobody = await visit()
        nobody.client.cookies.set(COOKIE, cookie, domain="house")
        assert (await nobody.see("/work")).path == "/sign-in"


async def test_a_form_of_another_site_or_session_does_nothing(visit: Visitors) -> None:
    officer, other = await visit("officer"), await visit("officer")
    theirs = (await other.see("/work")).form("/sign-out").fields
    for fields, headers in (
        (theirs, {}),
        ({}, {}),
        ((await officer.see("/work")).form("/sign-out").fields, {"origin": "https://evil.test"}),
        ((await officer.see("/work")).form("/sign-out").fields, {"sec-fetch-site": "cross-site"}),
        ((await officer.see("/work")).form("/sign-out").fields, {"origin": "null"}),
    ):
        answer = await officer.client.post("/sign-out", data=fields, headers=headers)
        assert (answer.status_code, "This form is not from here" in answer.text) == (403, True)
    assert (await officer.see("/work")).status == 200


async def test_every_page_is_shut_to_other_sites_and_to_caches(visit: Visitors) -> None:
    nobody = await visit()
    for path in ("/sign-in", "/help", "/nowhere", "/work"):
        answer = await nobody.client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_address_that_is_none_is_said_so(visit: Visitors) -> None:
    page = await (await visit()).see("/nowhere")
    assert (page.status, page.h1) == (404, "There is no such page")


async def test_the_language_of_the_address_is_kept(visit: Visitors) -> None:
    nobody = await visit()
    assert 'lang="en"' in (await nobody.see("/sign-in")).answer.text
    assert '<html lang="vi">' in (await nobody.see("/sign-in", lang="vi")).answer.text
    assert '<html lang="vi">' in (await nobody.see("/help")).answer.text
    nobody.client.headers["accept-language"] = "km-KH,km;q=0.9"
    assert '<html lang="vi">' in (await nobody.see("/help")).answer.text
    other = await visit()
    other.client.headers["accept-language"] = "de,km-KH;q=0.9"
    assert '<html lang="km">' in (await other.see("/help")).answer.text


async def test_what_a_browser_may_keep_for_ever_changes_its_address_with_its_content(visit: Visitors) -> None:
    nobody = await visit()
    page = (await nobody.see("/sign-in")).answer.text
    (sheet,) = [each.split('"')[0] for each in page.split('href="') if each.startswith("/static/") and ".css" in each]
    answer = await nobody.client.get(sheet)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    old = sheet.replace(sheet.split("/")[2], "000000000000")
    assert (await nobody.client.get(old)).status_code == 404


async def test_who_tries_many_keys_is_counted_by_address(visit: Visitors) -> None:
    nobody: Browser = await visit()
    first = await nobody.see("/sign-in")
    answers = [await nobody.send(first, "/sign-in", key=f"orc_{n:043d}") for n in range(3)]
    assert {each.status for each in answers} == {422}


def test_two_rooms_never_say_something_else_under_the_same_key() -> None:
    rooms = (Room((), said={"saved": "The site is saved."}), Room((), said={"saved": "The option is saved."}))
    with pytest.raises(ValueError, match="saved"):
        House(Starlette(), lambda: datetime.now(UTC), b"secret", False, rooms)
