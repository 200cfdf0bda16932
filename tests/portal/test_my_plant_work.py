"""What a client sees of the work that is done for it, and how it rates it."""

from datetime import timedelta

from tests.journeys.world import Side, accept, ask, done, engage_firm, report, take_in
from tests.kit.house import OpenHouse
from tests.portal.conftest import Visitors


async def test_the_ball_goes_from_the_centre_to_the_provider_to_the_client_who_rates_once(
    house: OpenHouse, visit: Visitors
) -> None:
    side = Side("Quokka", "XA-R", "en", "GREEN-MILLS", await house.hire("officer"))
    await take_in(house, side)
    await engage_firm(house, side)
    await house.settle()
    today = house.house.gateway.pack.calendar.day_of(house.house.clock.now())
    wanted = {"wanted_from": str(today + timedelta(days=20)), "wanted_until": str(today + timedelta(days=60))}
    asked = await ask(house, side, "policy_advice", **wanted)
    client = await visit("client", client_id=side.ids["client"])

    page = await client.see("/my-plant")
    assert "Your centre Your centre is looking for a provider." in page.text
    assert page.link("The request") == f"/service-requests/{asked['request']}"
    engagement = await accept(house, side, asked["offer"])
    page = await client.see("/my-plant")
    assert "The provider A provider is at work on it." in page.text
    assert "60 days left until" in page.text
    path = f"/my-plant/engagements/{engagement}/rate"
    assert "The work still goes on." in (await client.see(path)).text

    made = await report(side, engagement, final=True)
    await done(side.officer, "POST", f"/v1/work-reports/{made}/approve")
    await house.settle()
    assert (await client.see("/work")).link("Say how the work was") == path
    page = await client.see("/my-plant")
    assert "You The work is over. Say how it was." in page.text
    asked_to_rate = await client.see(path)
    page = await client.send(asked_to_rate, path, comment="Practical and on time.")
    assert (page.status, "Choose one." in page.text) == (422, True)
    assert page.form(path).fields["comment"] == ["Practical and on time."]
    for _ in range(2):
        told = await client.send(page, path, score="5")
        assert (told.path, "Thank you for your rating." in told.text) == ("/my-plant", True)
    shown = await client.see(path)
    assert ("5 of 5" in shown.text, "Practical and on time." in shown.text) == (True, True)
    found = await done(side.people["client"], "GET", f"/v1/engagements/{engagement}")
    assert (found["client_rating"]["score"], found["provider_rating"]) == (5, None)
    assert "One thing that is over" in (await client.see("/my-plant")).text
    other = await client.send_fields(path, asked_to_rate.form(path).fields | {"score": ["1"], "once": ["another"]})
    assert (other.status, "The client has rated" in other.text or "already" in other.text) == (422, True)
