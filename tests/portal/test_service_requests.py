"""Asking for a service, and following it: in whose court the ball is, for the centre and for the company."""

from typing import Any

import pytest

from tests.journeys.world import Side, accept, ask, done, engage_firm, take_in
from tests.kit.house import OpenHouse
from tests.portal.conftest import Visitors

WHEN: dict[str, Any] = {"wanted_from": "2027-02-01", "wanted_until": "2027-04-30"}
WISH: dict[str, Any] = {"kind": "policy_advice", "days": "4", "note": "The dryer", **WHEN}


@pytest.fixture
async def side(house: OpenHouse) -> Side:
    """A qualified company with two sites and its consent; no provider yet."""
    made = Side("Quokka", "XA-R", "en", "GREEN-MILLS", await house.hire("officer", provinces=["XA-R"]))
    await take_in(house, made)
    return made


def new(side: Side) -> str:
    return f"/service-requests/new?client_id={side.ids['client']}"


async def test_an_officer_asks_for_a_company_and_sees_that_nobody_can_do_it(
    visit: Visitors, house: OpenHouse, side: Side
) -> None:
    officer = await visit("officer", provinces=["XA-R"])
    page = await officer.see(new(side))
    assert page.h1 == "Ask for a service"
    page = await officer.send(page, r"/service-requests/new\?.*", site_id=side.ids["site"], **WISH)
    assert "The request is submitted." in page.text
    assert page.h1 == "Policy advice: Quokka Mill"
    await house.settle()
    page = await officer.see(page.path)
    for said in ("No provider found", "The centre decides how to go on.", "Quokka site", "4 days", "The dryer"):
        assert said in page.text
    (need,) = (await done(side.officer, "GET", "/v1/needs"))["items"]
    assert page.link("Search and offers") == f"/needs/{need['need_id']}"
    listed = await officer.see("/service-requests", status="unmet", kind="policy_advice")
    assert ("Policy advice", page.path) in listed.links
    assert "Quokka Mill" in listed.text
    assert "No request fits these filters." in (await officer.see("/service-requests", status="started")).text
    assert "No provider found" in (await officer.see(f"/clients/{side.ids['client']}")).text


async def test_what_does_not_fit_is_said_and_kept(visit: Visitors, side: Side) -> None:
    officer = await visit("officer")
    page = await officer.see(new(side))
    form = r"/service-requests/new\?.*"
    wrong: dict[str, Any] = WISH | {"wanted_until": "2027-01-01", "days": "400"}
    page = await officer.send(page, form, **wrong)
    assert (page.status, page.title.startswith("Error: ")) == (422, True)
    for said in (
        "Site: Choose one.",
        "Done by: The last day is before the first one.",
        "Write a number from 1 to 366.",
    ):
        assert said in page.text
    fields = page.form(form).fields
    assert (fields["days"], fields["note"], fields["wanted_from"]) == (["400"], ["The dryer"], ["2027-02-01"])
    page = await officer.send(page, form, days="half", **WHEN)
    assert "Write a whole number." in page.text


async def test_an_officer_of_the_site_alone_sees_the_request_but_not_who_asks(
    visit: Visitors, house: OpenHouse, side: Side
) -> None:
    anywhere = await house.hire("officer")
    plant = {"client_id": side.ids["client"], "name": "Hill plant", "country": "XA", "province": "XA-N"}
    site_id = (await done(anywhere, "POST", "/v1/sites", plant))["site_id"]
    wish = {"client_id": side.ids["client"], "site_id": site_id, "kind": "policy_advice", "days": 4, "language": "en"}
    request = await done(anywhere, "POST", "/v1/service-requests", wish | WHEN)
    north = await visit("officer", provinces=["XA-N"])
    for path in ("/service-requests", f"/service-requests/{request['request_id']}"):
        page = await north.see(path)
        assert (page.status, "Policy advice" in page.text, "Quokka" in page.text) == (200, True, False)


async def test_a_form_sent_twice_asks_once(visit: Visitors, side: Side) -> None:
    officer = await visit("officer")
    page = await officer.see(new(side))
    asked: dict[str, Any] = {"site_id": side.ids["site"], **WISH}
    first, second = [await officer.send(page, r"/service-requests/new\?.*", **asked) for _ in range(2)]
    assert first.path == second.path
    assert len((await done(side.officer, "GET", "/v1/service-requests"))["items"]) == 1


async def test_what_stands_in_the_way_is_said_before_the_form(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    body = {"name": "New Mill", "country": "XA", "province": "XA-R"}
    client_id = (await done(api, "POST", "/v1/clients", body))["client_id"]
    page = await officer.see("/service-requests/new", client_id=client_id)
    for said in ("is not qualified", "No site is recorded", "has not agreed"):
        assert said in page.text
    assert page.link("Record a consent") == f"/clients/{client_id}/consents"
    assert page.link("Qualify or decline") == f"/clients/{client_id}/decision"
    page = await officer.see("/service-requests/new")
    assert page.link("Choose a qualified company") == "/clients?status=qualified"


async def test_a_consent_withdrawn_meanwhile_is_said_by_the_form(visit: Visitors, side: Side) -> None:
    officer = await visit("officer")
    page = await officer.see(new(side))
    await done(side.officer, "POST", f"/v1/consents/{side.ids['consent']}/withdraw")
    page = await officer.send(page, r"/service-requests/new\?.*", site_id=side.ids["site"], **WISH)
    assert page.status == 422
    assert "has not agreed" in page.text


async def test_a_client_asks_for_itself_and_sees_its_own_only(visit: Visitors, house: OpenHouse, side: Side) -> None:
    own = await visit("client", client_id=side.ids["client"])
    page = await own.see("/service-requests")
    assert "Nothing has been asked for yet." in page.text
    page = await own.see(page.link("Ask for a service"))
    page = await own.send(page, r"/service-requests/new\?.*", site_id=side.ids["site"], **WISH)
    assert "The request is submitted." in page.text
    assert "Search and offers" not in page.text
    body = {"name": "Other Mill", "country": "XA", "province": "XA-R"}
    other_id = (await done(side.officer, "POST", "/v1/clients", body))["client_id"]
    other = await visit("client", client_id=other_id)
    assert (await other.see(page.path)).status == 404
    assert (await other.see("/service-requests/new", client_id=side.ids["client"])).status == 404
    assert (await (await visit("officer", provinces=["XA-N"])).see(page.path)).status == 404
    for role in ("reviewer", "ministry"):
        assert (await (await visit(role)).see("/service-requests")).status == 403


async def test_the_ball_goes_from_the_provider_asked_to_the_one_at_work(
    visit: Visitors, house: OpenHouse, side: Side
) -> None:
    await engage_firm(house, side)
    asked = await ask(house, side, "policy_advice", **WHEN)
    path = f"/service-requests/{asked['request']}"
    officer, own = await visit("officer"), await visit("client", client_id=side.ids["client"])
    page = await officer.see(path)
    assert "Quokka Engineers was offered the job and has not answered yet." in page.text
    assert " left until " in page.text
    page = await own.see(path)
    assert ("The centre looks for a provider" in page.text, "Quokka Engineers" in page.text) == (True, False)
    engagement = await accept(house, side, asked["offer"])
    for visitor in (officer, own):
        page = await visitor.see(path)
        assert "The provider works on it and reports to the centre." in page.text
        assert page.link("The provider's work") == f"/engagements/{engagement}"
        assert "Cancel the request" not in page.text
    assert (await (await visit("provider", provider_id=side.ids["provider"])).see(path)).status == 403


async def test_a_request_is_cancelled_unless_a_provider_was_quicker(
    visit: Visitors, house: OpenHouse, side: Side
) -> None:
    await engage_firm(house, side)
    own = await visit("client", client_id=side.ids["client"])
    first: dict[str, Any] = await ask(house, side, "policy_advice", **WHEN)
    path = f"/service-requests/{first['request']}"
    page = await own.see(path)
    ended = await own.send(page, f"{path}/cancel")
    assert "The search is being ended." in ended.text
    await house.settle()
    assert "it was cancelled" in (await own.see(path)).text
    assert (await own.send(page, f"{path}/cancel")).status == 200
    second = await ask(house, side, "policy_advice", **WHEN)
    path = f"/service-requests/{second['request']}"
    page = await own.see(path)
    await accept(house, side, second["offer"])
    late = await own.send(page, f"{path}/cancel")
    assert (late.status, "it can no longer be cancelled" in late.text) == (422, True)


async def test_those_at_work_read_a_companys_contacts_while_it_agrees(
    visit: Visitors, house: OpenHouse, side: Side
) -> None:
    await engage_firm(house, side)
    asked = await ask(house, side, "policy_advice", **WHEN)
    firm = await visit("provider", provider_id=side.ids["provider"])
    path = f"/clients/{side.ids['client']}"
    assert (await firm.see(path)).status == 404
    await accept(house, side, asked["offer"])
    page = await firm.see(path)
    assert (page.h1, "Quokka Manager" in page.text, "Quokka Road" in page.text) == ("Quokka Mill", True, False)
    await done(side.officer, "POST", f"/v1/consents/{side.ids['consent']}/withdraw")
    await house.settle()
    page = await firm.see(path)
    assert (page.status, "Quokka Manager" in page.text) == (200, False)
    assert "has not agreed to share its data" in page.text
