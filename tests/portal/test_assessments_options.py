"""Options on the web: recommended, changed, decided on, done."""

import pytest

from tests.kit.house import OpenHouse
from tests.portal.assessing import Plant, typed
from tests.portal.conftest import Visitors


@pytest.fixture
async def plant(house: OpenHouse, visit: Visitors) -> Plant:
    return await Plant(house, visit).opened()


async def test_a_form_sent_twice_recommends_once(plant: Plant) -> None:
    await plant.with_option()
    assessor = await plant.as_("assessor")
    page = await assessor.see("/options/new", assessment_id=plant.assessment_id)
    fields = page.form("/options").fields | {"title": ["Lag the pipes"], "option_class": ["good_housekeeping"]}
    first = await assessor.send_fields("/options", fields)
    assert "without interest, of 1 option" in (await assessor.see(plant.path)).text
    second = await assessor.send_fields("/options", fields)
    assert first.path == second.path != "/options"
    assert [each["title"] for each in await plant.options()] == ["Replace the motor of the husker", "Lag the pipes"]


async def test_what_does_not_fit_is_said_at_its_field_and_kept(plant: Plant) -> None:
    assessor = await plant.as_("assessor")
    page = await assessor.see("/options/new", assessment_id=plant.assessment_id)
    page = await assessor.send(page, "/options", more="2", title="Rinse less")
    page = await assessor.send(
        page,
        "/options",
        option_class="good_housekeeping",
        **typed(
            {"streams.1.resource": "water", "streams.1.unit": "kWh", "streams.1.saving": "9", "life_years": "many"}
        ),
    )
    assert (page.status, "Write a whole number." in page.text) == (422, True)
    page = await assessor.send(page, "/options", life_years="5")
    assert (page.status, "kWh is no unit of water here." in page.text) == (422, True)
    assert "#f-streams.1.unit" in [to for _, to in page.links]
    fields = page.form("/options").fields
    assert (fields["title"], fields["streams.1.saving"], fields["life_years"]) == (["Rinse less"], ["9"], ["5"])
    page = await assessor.send(page, "/options", **typed({"streams.1.unit": "m3"}))
    assert page.h1 == "Rinse less Identified"


async def test_an_option_changes_in_the_version_that_was_read(plant: Plant) -> None:
    option = await plant.with_option()
    assessor = await plant.as_("assessor")
    page = await assessor.see((await assessor.see(option)).link("Change the option"))
    assert page.form(f"{option}/change").fields["streams.0.saving"] == ["12900"]
    changed = await assessor.send(
        page, f"{option}/change", title="Two motors", **typed({"streams.0.saving": "20000.125"})
    )
    assert (changed.h1, "The option is changed." in changed.text) == ("Two motors Identified", True)
    late = await assessor.send(page, f"{option}/change", title="Three motors")
    assert (late.status, "Somebody changed this meanwhile" in late.text) == (412, True)
    again = await assessor.see(f"{option}/change")
    assert again.form(f"{option}/change").fields["streams.0.saving"] == ["20000.1250"]


async def test_what_is_odd_about_an_option_is_asked(plant: Plant) -> None:
    option = await plant.with_option(investment={"amount": "900000", "currency": "USD"})
    page = await plant.see("reviewer", option)
    assert "The payback is very long: is a figure in another unit?" in page.text


@pytest.mark.parametrize("role", ["officer", "client"])
async def test_the_company_decides_and_says_when_it_is_done(plant: Plant, role: str) -> None:
    option = await plant.approved()
    visitor = await plant.as_(role)
    page = await visitor.send(await visitor.see(option), f"{option}/postpone")
    assert (page.h1[-9:], "it counts as refused" in page.text) == ("Postponed", True)
    page = await visitor.send(page, f"{option}/approve")
    assert page.h1.endswith("Approved")
    page = await visitor.send(page, f"{option}/implement", occurred_on=plant.day(9), **typed({"cost.amount": "1100"}))
    assert (page.status, "has not come yet" in page.text) == (422, True)
    assert "#f-occurred_on" in [to for _, to in page.links]
    assert page.form(f"{option}/implement").fields["cost.amount"] == ["1100"]
    page = await visitor.send(page, f"{option}/implement", occurred_on=plant.day(-3))
    assert page.h1.endswith("Implemented")
    assert "Only a measurement makes it a verified saving." in page.text
    assert "Implemented: as stated" in page.text
    verifier = await plant.as_("verifier")
    assert "Measure an implemented option Replace the motor of the husker" in (await verifier.see("/work")).text


async def test_a_refusal_needs_its_reason_and_leaves_the_totals(plant: Plant) -> None:
    option = await plant.approved()
    client = await plant.as_("client")
    page = await client.send(await client.see(option), f"{option}/refuse")
    assert (page.status, "Choose one." in page.text) == (422, True)
    page = await client.send(page, f"{option}/refuse", reason_code="cash_flow")
    assert "Refused: Cash flow prevents it" in page.text
    assert "Possible saving – a year" in (await plant.see("client")).text


async def test_a_decision_that_came_too_late_is_said_on_the_page(plant: Plant) -> None:
    option = await plant.approved()
    client, officer = await plant.as_("client"), await plant.as_("officer")
    stale = await officer.see(option)
    await client.send(await client.see(option), f"{option}/refuse", reason_code="cash_flow")
    page = await officer.send(stale, f"{option}/approve")
    assert (page.status, "it can be approved no longer" in page.text) == (422, True)


async def test_a_reviewer_decides_nothing_for_the_company(plant: Plant) -> None:
    option = await plant.approved()
    page = await plant.see("reviewer", option)
    assert not [each for each in page.forms if each.action.startswith(option)]
    client = await plant.see("client", option)
    reviewer = await plant.as_("reviewer")
    fields = (await reviewer.see("/work")).form("/sign-out").fields
    assert (await reviewer.send_fields(f"{option}/approve", fields)).status == 403
    assert client.form(f"{option}/approve")


async def test_words_of_users_are_words_only(plant: Plant) -> None:
    script = "<script>alert(1)</script>"
    option = await plant.with_option(title=script, description=script, estimate_method="x")
    for path in (plant.path, option, f"{option}/change"):
        answer = (await plant.see("assessor", path)).answer.text
        assert "<script>alert" not in answer
        assert "&lt;script&gt;alert(1)" in answer


async def test_figures_in_two_currencies_stay_in_them(plant: Plant) -> None:
    option = await plant.with_option(annual_saving={"amount": "50000", "currency": "XTS"})
    assessor = await plant.as_("assessor")
    assert "Can one change?" in (await assessor.see(option)).text
    await assessor.send(await assessor.see(f"{option}/change"), f"{option}/change", title="Two motors")
    (changed,) = await plant.options()
    assert changed["title"] == "Two motors"
    assert (changed["investment"]["currency"], changed["annual_saving"]["currency"]) == ("USD", "XTS")


async def test_a_form_gone_back_to_and_sent_with_other_words_is_asked_about(plant: Plant) -> None:
    assessor = await plant.as_("assessor")
    page = await assessor.see("/options/new", assessment_id=plant.assessment_id)
    first = {"title": "Lag the pipes", "option_class": "good_housekeeping"}
    await assessor.send(page, "/options", **typed(first))
    page = await assessor.send(page, "/options", **typed(first | {"title": "Lag the tanks"}))
    assert (page.status, "This form was sent before" in page.text) == (422, True)
    page = await assessor.send(page, "/options")
    assert page.h1 == "Lag the tanks Identified"


async def test_forms_are_shown_to_those_who_may_send_them(plant: Plant) -> None:
    option = await plant.approved()
    for role, path, status in (
        ("reviewer", f"{option}/change", 403),
        ("reviewer", f"{option}/verify", 403),
        ("officer", f"/options/new?assessment_id={plant.assessment_id}", 403),
        ("assessor", "/options/new?assessment_id=nonsense", 404),
        ("assessor", "/options/new", 404),
    ):
        assert (await plant.see(role, path)).status == status, path
    assert (await plant.see("assessor", f"{option}/change")).path == option
    assert (await plant.see("verifier", f"{option}/verify")).path == option
