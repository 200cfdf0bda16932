"""An officer takes a company in, step by step; what others see of it, and what they may not."""

import re
from decimal import Decimal
from typing import Any

import httpx2
from babel import Locale

from portal.clients.forms import typed
from portal.clients.tasks import named_and_counted
from portal.figures import parsed
from tests.journeys.world import done
from tests.kit.house import OpenHouse
from tests.kit.portal import Browser, Page
from tests.portal.conftest import Visitors

MILL = {"name": "Made-up Mill", "country": "XA", "province": "XA-R", "isic": {"code": "1061", "revision": "4"}}


async def taken_in(officer: httpx2.AsyncClient, **facts: Any) -> str:
    client_id: str = (await done(officer, "POST", "/v1/clients", MILL | facts))["client_id"]
    return client_id


def named(fields: dict[str, str]) -> dict[str, Any]:
    """Fields whose names are no names in Python."""
    return {**fields}


async def registered(officer: Browser, **fields: Any) -> Page:
    """The page after the first step."""
    return await officer.send(
        await officer.see("/clients/new"), "/clients/new", name="Made-up Mill", province="XA-R", **fields
    )


async def test_an_intake_goes_from_the_first_step_to_the_qualified_company(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await registered(officer, isic_code="1061", size_class="small", tax_code="10000001")
    assert (page.status, page.h1) == (200, "Sites")
    assert "The company is registered." in page.text
    client = page.path.removesuffix("/sites")
    assert page.form(page.path).fields["name"] == ["Made-up Mill"]
    page = await officer.send(page, page.path, name="Mill at the river", address="1 Quay")
    assert (page.path, page.h1) == (f"{client}/contacts", "Contacts")
    name, mail, main = "contacts.0.name", "contacts.0.email", "contacts.0.is_main"
    page = await officer.send(
        page, page.path, **named({name: "Made-up Manager", mail: "manager@example.org", main: "yes"})
    )
    assert (page.path, page.h1) == (f"{client}/consents", "Consent")
    assert page.form(page.path).fields["purpose"] == ["share_with_providers"]
    page = await officer.send(page, page.path, text_version="2026-1", until="2027-12-31")
    assert (page.path, page.h1) == (f"{client}/decision", "Decision")
    assert "Missing:" not in page.text
    page = await officer.send(page, f"{client}/qualify")
    assert (page.path, page.h1) == (client, "Made-up Mill")
    for said in ("The company is qualified", "River Plain", "ISIC 1061, revision 4", "Mill at the river", "1 Quay"):
        assert said in page.text
    for said in ("Made-up Manager", "manager@example.org", "Share with providers", "until 31 Dec 2027", "10000001"):
        assert said in page.text
    assert page.link("Ask for a service") == f"/service-requests/new?client_id={client.rpartition('/')[2]}"
    assert "5. Decision" not in (await officer.see(f"{client}/contacts")).text


async def test_an_intake_can_be_left_and_goes_on_where_something_is_missing(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await registered(officer)
    client = page.path.removesuffix("/sites")
    assert "1. Company" in page.text
    page = await officer.see(client)
    assert "nobody has decided yet" in page.text
    assert page.link("Go on with the intake") == f"{client}/sites"
    await officer.send(await officer.see(f"{client}/sites"), f"{client}/sites")
    assert (await officer.see(client)).link("Go on with the intake") == f"{client}/contacts"
    page = await officer.see(f"{client}/decision")
    assert re.findall(r'<li class="done"><span>(\d)', page.answer.text) == ["1", "2"]
    assert page.text.count("Missing:") == 3
    assert "needed to qualify" in page.text
    assert f"{client}/qualify" not in [each.action for each in page.forms]


async def test_a_site_may_be_followed_by_another_one(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await registered(officer)
    page = await officer.send(page, page.path, name="Mill", then="another")
    assert (page.h1, "Recorded so far" in page.text) == ("Sites", True)
    assert page.form(page.path).fields["name"] == [""]


async def test_what_does_not_fit_is_said_at_its_field_and_kept(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await registered(officer, isic_code="12345", country="xyz", **named({"extra.employees": "1.234"}))
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert "An ISIC code has up to four digits" in page.text
    assert "Write the two letters of the country" in page.text
    assert "Is this 1234 or 1.2340? Write it so." in page.text
    fields = page.form("/clients/new").fields
    assert (fields["name"], fields["isic_code"]) == (["Made-up Mill"], ["12345"])
    assert (fields["country"], fields["extra.employees"]) == (["xyz"], ["1.234"])
    page = await registered(officer, tax_code="12")
    assert page.status == 422
    assert '<a href="#f-tax_code">The tax code does not have' in page.answer.text
    assert page.form("/clients/new").fields["tax_code"] == ["12"]


async def test_a_company_abroad_needs_its_country_and_no_province_of_ours(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await officer.see("/clients/new")
    wrong = await officer.send(page, page.path, name="Mill abroad", province_abroad="OH")
    assert "Write which country this is." in wrong.text
    wrong = await officer.send(page, page.path, name="Mill abroad", country="US", province="XA-N")
    assert "Leave this empty for a company in another country." in wrong.text
    page = await officer.send(page, page.path, name="Mill abroad", country="us", province_abroad="OH")
    assert "OH, United States" in (await officer.see(page.path.removesuffix("/sites"))).text


async def test_a_national_code_with_its_reason_stands_for_the_sector(visit: Visitors) -> None:
    officer = await visit("officer")
    page = await registered(
        officer, national_code="311", national_scheme="NAICS2017", no_isic_reason="It is spread over two divisions"
    )
    client = page.path.removesuffix("/sites")
    page = await officer.send(await officer.see(f"{client}/decision"), f"{client}/qualify")
    assert page.path == client
    assert "NAICS2017 311" in page.text
    assert "It is spread over two divisions" in page.text


async def test_a_form_sent_twice_registers_one_company(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    page = await officer.see("/clients/new")
    first, second = [await officer.send(page, page.path, name="Once", province="XA-R") for _ in range(2)]
    assert first.path == second.path
    found = (await done(await house.hire("officer"), "GET", "/v1/clients"))["items"]
    assert [each["name"] for each in found] == ["Once"]
    other = await officer.send(page, page.path, name="Other")
    assert (other.status, "This form was sent before, with other words in it." in other.text) == (422, True)
    again = await officer.send(other, page.path)
    assert again.h1 == "Sites"


async def test_an_officer_of_a_territory_registers_nobody_outside(visit: Visitors) -> None:
    officer = await visit("officer", provinces=["XA-R"])
    page = await officer.see("/clients/new")
    assert page.form(page.path).fields["province"] == ["XA-R"]
    page = await officer.send(page, page.path, name="Hill Mill", province="XA-N")
    assert page.status == 422
    assert '<a href="#f-province">Province XA-N is outside your territory.' in page.answer.text


async def test_who_changed_it_meanwhile_is_shown_with_both_versions(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    client = f"/clients/{await taken_in(api, size_class='small', extra={'employees': 12.5})}"
    page = await officer.see(f"{client}/change")
    assert page.form(page.path).fields["extra.employees"] == ["12.5"]
    newer = {"size_class": "large", "extra": {"employees": 300}}
    await done(api, "PATCH", f"/v1{client}", newer, headers={"If-Match": '"1"'})
    conflict = await officer.send(page, page.path, name="Better Mill")
    assert conflict.status == 412
    for said in ("Somebody changed this client while you did.", "Large", "Small", "300", "12.5", "Made-up Mill"):
        assert said in conflict.text
    assert conflict.form(page.path).fields["name"] == ["Better Mill"]
    saved = await officer.send(conflict, page.path)
    assert (saved.path, saved.h1, "Small" in saved.text) == (f"{client}/sites", "Sites", False)
    stored = await done(api, "GET", f"/v1{client}")
    assert (stored["name"], stored["size_class"], stored["extra"]) == ("Better Mill", "small", {"employees": 12.5})
    again = await officer.send(conflict, page.path)
    assert (again.status, again.path) == (200, f"{client}/sites")
    assert (await done(api, "GET", f"/v1{client}"))["version"] == stored["version"]


async def test_a_site_is_changed_closed_and_then_left_alone(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    client_id = await taken_in(api)
    body = {"client_id": client_id, "name": "Mill", "country": "XA", "province": "XA-R"}
    site = await done(api, "POST", "/v1/sites", body)
    path = f"/clients/{client_id}/sites/{site['site_id']}"
    old = await officer.see(path)
    page = await officer.send(old, path, name="New mill")
    assert (page.path, "New mill" in page.text) == (f"/clients/{client_id}", True)
    stale = await officer.send(old, path, name="Newest mill")
    assert (stale.status, "Stored now: New mill, –, River Plain." in stale.text) == (422, True)
    page = await officer.send(stale, path)
    assert "Newest mill" in page.text
    page = await officer.send(await officer.see(path), f"{path}/close")
    assert ("The site is closed." in page.text, "Closed" in page.text) == (True, True)
    assert "Nothing can be changed any more." in (await officer.see(path)).text
    other = await taken_in(api)
    assert (await officer.see(f"/clients/{other}/sites/{site['site_id']}")).status == 404


async def test_contacts_are_rows_that_can_be_added_and_emptied(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    client_id = await taken_in(api)
    path = f"/clients/{client_id}/contacts"
    page = await officer.see(path)
    page = await officer.send(page, path, **named({"contacts.0.name": "First One"}), then="row")
    assert (page.status, page.form(path).fields["contacts.0.name"]) == (200, ["First One"])
    page = await officer.send(page, path, **named({"contacts.1.phone": "+99 1", "contacts.1.is_main": "yes"}))
    assert (page.status, '<a href="#f-contacts.1.name">' in page.answer.text) == (422, True)
    page = await officer.send(page, path, **named({"contacts.1.name": "Second One"}))
    stored = (await done(api, "GET", f"/v1{path}"))["contacts"]
    assert [(each["name"], each["phone"], each["is_main"]) for each in stored] == [
        ("First One", None, False),
        ("Second One", "+99 1", True),
    ]
    old = await officer.see(path)
    page = await officer.send(old, path, **named({"contacts.0.name": "", "contacts.2.name": "x" * 201}))
    assert (page.status, '<a href="#f-contacts.2.name">' in page.answer.text) == (422, True)
    await officer.send(old, path, **named({"contacts.0.name": ""}))
    assert [each["name"] for each in (await done(api, "GET", f"/v1{path}"))["contacts"]] == ["Second One"]
    stale = await officer.send(old, path, **named({"contacts.0.name": "Third One"}))
    assert (stale.status, "Stored now" in stale.text, "Second One" in stale.text) == (412, True, True)
    again = await officer.send(stale, path)
    assert (again.status, again.path) == (200, f"/clients/{client_id}/consents")


async def test_a_consent_is_withdrawn_only_after_what_follows_was_said(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    client_id = await taken_in(api)
    path = f"/clients/{client_id}/consents"
    page = await officer.send(await officer.see(path), path, text_version="two words", until="2020-01-01")
    assert "Use letters, digits and . _ : / - only" in page.text
    page = await officer.send(page, path, text_version="2026-1")
    assert (page.status, '<a href="#f-until">' in page.answer.text) == (422, True)
    assert page.form(path).fields["text_version"] == ["2026-1"]
    await officer.send(page, path, until="")
    page = await officer.see(f"/clients/{client_id}")
    assert "until it is withdrawn" in page.text
    asking = await officer.see(page.link("Withdraw"))
    assert "Requests that still look for a provider are cancelled at once." in asking.text
    page = await officer.send(asking, asking.path)
    assert ("The consent is withdrawn." in page.text, "Ended (1)" in page.text) == (True, True)
    assert "This consent does not hold any more: Withdrawn." in (await officer.see(asking.path)).text
    assert (await officer.send(asking, asking.path)).path == f"/clients/{client_id}"
    foreign = asking.path.replace(client_id, await taken_in(api))
    assert (await officer.see(foreign)).status == 404


async def test_a_company_is_declined_for_a_reason_and_may_be_qualified_after_all(
    visit: Visitors, house: OpenHouse
) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    client = f"/clients/{await taken_in(api)}"
    page = await officer.see(f"{client}/decision")
    wrong = await officer.send(page, f"{client}/decline")
    assert (wrong.status, "Choose one." in wrong.text) == (422, True)
    page = await officer.send(wrong, f"{client}/decline", reason_code="no_potential")
    assert "The centre does not serve this company: No potential for savings." in page.text
    late = await officer.send(wrong, f"{client}/decline", reason_code="no_data")
    assert (late.status, "This form was sent before" in late.text) == (422, True)
    page = await officer.send(await officer.see(page.link("Decide anew")), f"{client}/qualify")
    assert "Qualified" in page.text


async def test_a_decision_that_came_too_late_is_refused_in_words(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    client = f"/clients/{await taken_in(api)}"
    page = await officer.see(f"{client}/decision")
    await done(api, "POST", f"/v1{client}/qualify")
    late = await officer.send(page, f"{client}/decline", reason_code="no_data")
    assert (late.status, "The client is already qualified." in late.text) == (422, True)


async def test_the_list_is_filtered_by_what_stands_in_the_address(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    page = await officer.see("/clients")
    assert "None has been registered yet" in page.text
    assert page.link("Register the first one") == "/clients/new"
    api = await house.hire("officer")
    for number in range(26):
        client_id = await taken_in(api, name=f"Mill {number:02}", province="XA-N" if number % 2 else "XA-R")
    await done(api, "POST", f"/v1/clients/{client_id}/qualify")
    page = await officer.see("/clients")
    assert ("Mill 24" in page.text, "Mill 25" in page.text) == (True, False)
    page = await officer.see("/clients" + page.link("Next page"))
    assert ("Mill 24" in page.text, "Mill 25" in page.text, "First page" in page.text) == (False, True, True)
    page = await officer.see("/clients", status="qualified", province="XA-N")
    assert [words for words, path in page.links if path.startswith("/clients/0")] == ["Mill 25"]
    page = await officer.see("/clients", status="declined")
    assert "No company fits these filters." in page.text
    assert page.link("Remove filters") == "/clients"


async def test_each_role_sees_what_it_may_of_a_company(visit: Visitors, house: OpenHouse) -> None:
    api = await house.hire("officer")
    client_id = await taken_in(api)
    await done(api, "PUT", f"/v1/clients/{client_id}/contacts", {"contacts": [{"name": "Secret Manager"}]})
    path = f"/clients/{client_id}"
    for role in ("reviewer", "verifier", "administrator"):
        other = await visit(role)
        page = await other.see(path)
        assert (page.status, page.h1, "Secret Manager" in page.text) == (200, "Made-up Mill", False)
        assert "Change the facts" not in page.text
        assert "New client" not in (await other.see("/clients")).text
        for form in ("/clients/new", f"{path}/change", f"{path}/sites", f"{path}/contacts", f"{path}/decision"):
            assert (await other.see(form)).status == 403
    assert (await (await visit("officer", provinces=["XA-N"])).see(path)).status == 404
    assert (await (await visit("provider", provider_id=client_id)).see(path)).status == 404
    assert (await (await visit("ministry")).see("/clients")).status == 403
    own = await visit("client", client_id=client_id)
    page = await own.see(path)
    assert ("Secret Manager" in page.text, "Record a site" in page.text) == (True, False)
    other_id = await taken_in(api)
    assert (await (await visit("client", client_id=other_id)).see(path)).status == 404


async def test_a_client_changes_its_further_facts_only(visit: Visitors, house: OpenHouse) -> None:
    api = await house.hire("officer")
    client_id = await taken_in(api)
    own = await visit("client", client_id=client_id)
    path = f"/clients/{client_id}/change"
    page = await own.see(path)
    assert "name" not in page.form(path).names
    await own.send(page, path, **named({"extra.employees": "85", "extra.ownership": "private"}))
    stored = await done(api, "GET", f"/v1/clients/{client_id}")
    assert (stored["name"], stored["extra"]) == ("Made-up Mill", {"employees": 85, "ownership": "private"})
    assert (await own.see("/clients/new")).status == 403


async def test_the_work_queue_names_those_nobody_has_decided_on(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    for number in range(7):
        client_id = await taken_in(api, name=f"Mill {number}")
    page = await officer.see("/work")
    assert page.link("Qualify or decline: Mill 6") == f"/clients/{client_id}"
    assert "Qualify or decline: Mill 1" not in page.text
    assert page.link("2 more companies are registered and not decided") == "/clients?status=registered"
    assert "Qualify or decline" not in (await (await visit("client", client_id=client_id)).see("/work")).text


def test_imported_companies_are_not_named_and_nobody_is_called_the_newest_of_a_part() -> None:
    by_hand, imported = [{"sender": None, "name": f"Mill {n}"} for n in range(6)], {"sender": "iac", "name": "Plant"}
    newest, more = named_and_counted([*by_hand, imported], is_all=True)
    assert ([each["name"] for each in newest], more) == ([f"Mill {n}" for n in range(1, 6)], 1)
    assert named_and_counted([*by_hand, imported], is_all=False) == ([], 6)


def test_a_figure_is_shown_so_that_it_is_read_back_as_it_was() -> None:
    for value, shown in ((1.234, "1.2340"), (0.0001, "0.0001"), (1234, "1234"), (1500.5, "1500.5"), (True, "yes")):
        assert typed(value) == shown
    for value in (1.234, 0.0001, 1234, 1500.5, 12_345_678.125):
        assert {parsed(typed(value), Locale.parse(each)) for each in ("en_GB", "vi", "fr")} == {Decimal(str(value))}


async def test_what_users_wrote_is_shown_as_they_wrote_it_and_never_run(visit: Visitors, house: OpenHouse) -> None:
    api, officer = await house.hire("officer"), await visit("officer")
    planted = "<script>alert(1)</script>"
    client_id = await taken_in(api, name=planted, extra={"products": f'"{planted}'})
    for path in ("/clients", f"/clients/{client_id}", f"/clients/{client_id}/change", "/work"):
        page = await officer.see(path)
        assert planted not in page.answer.text
        assert "&lt;script&gt;alert(1)" in page.answer.text
