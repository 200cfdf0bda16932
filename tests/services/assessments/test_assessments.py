"""From an engagement, or an officer's hand, to an approved assessment."""

from uuid import UUID

import pytest

from chassis.clock import new_id
from contracts.assessments import (
    AssessmentApproved,
    AssessmentAssigned,
    AssessmentCancelled,
    AssessmentOpened,
    AssessmentReturned,
    AssessmentUnassigned,
    BaselineRecorded,
)
from contracts.clients import SiteClosed
from tests.kit import people
from tests.kit.room import Room
from tests.services.assessments.mill import YEAR, Mill, done, refused


async def test_an_engagement_opens_an_assessment_for_its_expert(mill: Mill) -> None:
    path = await mill.engaged()
    answer = await mill.assessor.get(path)
    assert answer.headers["etag"] == '"1"'
    shown = answer.json()
    assert (shown["status"], shown["assessor_id"], shown["provider_id"]) == (
        "open",
        str(mill.person_id),
        str(mill.firm),
    )
    assert (shown["programme_code"], shown["baseline"]) == ("GREEN-MILLS", None)
    (opened,) = await mill.here.events(AssessmentOpened)
    assert (opened.need_id, opened.engagement_id) == (mill.need_id, mill.engagement_id)


async def test_an_engagement_of_another_kind_opens_none(mill: Mill) -> None:
    await mill.here.tell(mill.started(kind="training"))
    assert await mill.here.events() == []


async def test_an_officer_opens_and_assigns_one_without_an_engagement(mill: Mill) -> None:
    await mill.known()
    body = {"client_id": str(mill.client_id), "site_id": str(mill.site_id), "extra": {"shifts": "two"}}
    answer = await mill.officer.post("/v1/assessments", json=body)
    assert answer.status_code == 201, answer.text
    path = answer.headers["location"]
    assert answer.json()["province"] == "XA-R"  # the site has none, so its client's
    assert (await mill.assessor.get(path)).status_code == 404
    assigned = await done(mill.officer.post(f"{path}/assign", json={"person_id": str(mill.person_id)}))
    assert assigned["version"] == 2
    assert (await mill.assessor.get(path)).json()["extra"] == {"shifts": "two"}


async def test_an_officer_opens_none_outside_its_territory_or_for_a_site_that_is_not_there(mill: Mill) -> None:
    body = {"client_id": str(mill.client_id), "site_id": str(mill.site_id)}
    assert await refused(mill.officer.post("/v1/assessments", json=body)) == (404, "not_found")
    await mill.known()
    other = mill.as_(people.officer("XA-N"))
    assert await refused(other.post("/v1/assessments", json=body)) == (403, "outside_territory")
    strange = {**body, "client_id": str(new_id())}
    assert await refused(mill.officer.post("/v1/assessments", json=strange)) == (422, "site_is_of_another_client")
    assert await refused(other.post("/v1/assessments", json=strange)) == (404, "not_found")
    unknown = {**body, "programme_code": "NONE"}
    assert await refused(mill.officer.post("/v1/assessments", json=unknown)) == (422, "programme_is_unknown")
    await mill.here.tell(SiteClosed(site_id=mill.site_id, client_id=mill.client_id))
    assert await refused(mill.officer.post("/v1/assessments", json=body)) == (409, "site_is_closed")


async def test_a_baseline_shows_totals_factors_and_indicators(mill: Mill) -> None:
    path = await mill.engaged()
    assert await refused(mill.assessor.get(f"{path}/baseline")) == (404, "not_found")
    shown = await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    assert shown["energy_mj"] == "2230000.0000"
    assert shown["emission_t_co2e"] == "326.8630"  # 500 MWh x 0.590 + 0.43 TJ x 74.1
    assert shown["factor_ids"] == ["xa-grid-2024", "ipcc2006-diesel"]
    assert shown["indicators"]["water_productivity"] == "0.2"
    assert shown["indicators"]["waste_intensity"] == "0.075"
    assert [each["energy_mj"] for each in shown["energy"]] == ["1800000.0000", "430000.0000"]
    again = await mill.client.get(f"{path}/baseline")
    assert (again.headers["etag"], again.json()) == ('"2"', shown)
    assert (await mill.client.get(path)).json()["baseline"]["energy_mj"] == "2230000.0000"
    (recorded,) = await mill.here.events(BaselineRecorded)
    assert (str(recorded.energy_mj), recorded.output.unit) == ("2230000.0000", "t")


async def test_an_odd_baseline_is_labelled_and_stays_as_it_was_stated(mill: Mill) -> None:
    path = await mill.engaged()
    odd = {**YEAR, "operating_hours": "8765", "output": None}
    shown = await done(mill.assessor.put(f"{path}/baseline", json=odd))
    assert shown["labels"] == ["output_missing", "hours_exceed_period"]
    assert (shown["operating_hours"], shown["indicators"]["energy_productivity"]) == ("8765", None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"period": {"starts_on": "2025-01-02", "ends_on": "2025-12-31"}}, "period_is_not_whole_months"),
        ({"period": {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}}, "day_is_in_the_future"),
        ({"period": {"starts_on": "2025-12-01", "ends_on": "2025-01-31"}}, "body_is_invalid"),
        ({"energy": [{"carrier": "plutonium", "quantity": "1", "unit": "t"}]}, "carrier_is_unknown"),
        ({"energy": [{"carrier": "diesel", "quantity": "1", "unit": "barrel"}]}, "unit_is_unknown"),
        ({"energy": [{"carrier": "diesel", "quantity": "1", "unit": "l"}]}, "no_density"),
        ({"energy": [{"carrier": "diesel", "quantity": "10000000000000", "unit": "t"}]}, "figure_is_too_large"),
        ({"output": {"quantity": "1", "unit": "t", "guess": True}}, "body_is_invalid"),
        ({"water_m3": "1e400"}, "body_is_invalid"),
        ({"water_m3": True}, "body_is_invalid"),
    ],
)
async def test_a_wrong_baseline_is_refused_and_nothing_is_recorded(
    mill: Mill, wrong: dict[str, object], code: str
) -> None:
    path = await mill.engaged()
    assert await refused(mill.assessor.put(f"{path}/baseline", json={**YEAR, **wrong})) == (422, code)
    assert (await mill.assessor.get(path)).json()["baseline"] is None


async def test_it_is_completed_returned_once_and_approved(mill: Mill) -> None:
    path = await mill.engaged()
    answer = await mill.assessor.post(f"{path}/complete")
    assert (answer.status_code, answer.json()["params"]["missing"]) == (409, "baseline, option")
    await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    await mill.identified()
    await done(mill.assessor.post(f"{path}/complete"))
    back = {"reason_code": "source_missing", "note": "Which meter?"}
    returned = await done(mill.reviewer.post(f"{path}/return", json=back))
    assert (returned["status"], returned["return_note"]) == ("open", "Which meter?")
    await done(mill.assessor.post(f"{path}/complete"))
    approved = await done(mill.reviewer.post(f"{path}/approve"))
    assert (approved["status"], approved["approved_on"]) == ("approved", "2026-11-02")
    assert [each.reason_code for each in await mill.here.events(AssessmentReturned)] == ["source_missing"]
    (event,) = await mill.here.events(AssessmentApproved)
    assert (event.need_id, event.engagement_id, event.label) == (mill.need_id, mill.engagement_id, None)
    assert await refused(mill.assessor.put(f"{path}/baseline", json=YEAR)) == (409, "assessment_is_not_open")


async def test_the_assessor_and_its_firm_cannot_review(mill: Mill) -> None:
    path = await mill.engaged()
    await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    await mill.identified()
    await done(mill.assessor.post(f"{path}/complete"))
    own = people.reviewer().model_copy(update={"person_id": mill.person_id})
    colleague = people.reviewer().model_copy(update={"provider_id": mill.firm})
    nobody = people.reviewer().model_copy(update={"person_id": None})
    assert await refused(mill.as_(own).post(f"{path}/approve")) == (409, "reviewer_is_assessor")
    assert await refused(mill.as_(colleague).post(f"{path}/approve")) == (409, "reviewer_is_of_assessors_firm")
    assert await refused(mill.as_(nobody).post(f"{path}/approve")) == (403, "reviewer_is_unnamed")


async def test_the_day_of_the_visit_needs_the_version_it_was_based_on(mill: Mill) -> None:
    path = await mill.engaged()
    assert (await mill.assessor.patch(path, json={"visited_on": "2026-10-20"})).status_code == 428
    stale = await mill.assessor.patch(path, json={"visited_on": "2026-10-20"}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    now = {"If-Match": '"1"'}
    late = mill.assessor.patch(path, json={"visited_on": "2026-11-03"}, headers=now)
    assert await refused(late) == (422, "day_is_in_the_future")
    strange = mill.assessor.patch(path, json={"extra": {"unheard": 1}}, headers=now)
    assert await refused(strange) == (422, "extra_does_not_fit")
    changed = await done(mill.assessor.patch(path, json={"visited_on": "2026-10-20"}, headers=now))
    assert (changed["visited_on"], changed["version"]) == ("2026-10-20", 2)


async def test_a_cancelled_engagement_leaves_the_work_for_the_next_one(mill: Mill) -> None:
    path = await mill.engaged()
    await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    assert await refused(mill.officer.post(f"{path}/cancel")) == (409, "engagement_is_active")
    await mill.here.tell(mill.cancelled())
    assert (await mill.assessor.get(path)).status_code == 404
    assert (await mill.provider.get(path)).status_code == 404
    successor, firm, engagement = new_id(), new_id(), new_id()
    await mill.here.tell(mill.started(engagement_id=engagement, person_id=successor, provider_id=firm))
    shown = (await mill.as_(people.assessor(successor, firm)).get(path)).json()
    assert (shown["provider_id"], shown["engagement_id"]) == (str(firm), str(engagement))
    assert shown["baseline"]["energy_mj"] == "2230000.0000"
    assert len(await mill.here.events(AssessmentOpened)) == 1
    assert [each.engagement_id for each in await mill.here.events(AssessmentUnassigned)] == [mill.engagement_id]
    assert [each.assessor_id for each in await mill.here.events(AssessmentAssigned)] == [successor]


async def test_an_assessment_nobody_works_on_can_be_cancelled_and_the_need_gets_a_new_one(mill: Mill) -> None:
    path = await mill.engaged()
    await mill.here.tell(mill.cancelled())
    cancelled = await done(mill.officer.post(f"{path}/cancel"))
    assert cancelled["status"] == "cancelled"
    (event,) = await mill.here.events(AssessmentCancelled)
    assert event.need_id == mill.need_id
    await mill.here.tell(mill.started(engagement_id=new_id()))
    found = (await mill.assessor.get("/v1/assessments", params={"need_id": str(mill.need_id)})).json()["items"]
    assert [each["status"] for each in found] == ["open"]


async def test_the_same_event_twice_opens_one_assessment(mill: Mill) -> None:
    await mill.here.tell(mill.started(), mill.started())
    assert len(await mill.here.events(AssessmentOpened)) == 1


async def test_everybody_sees_what_is_theirs_and_nothing_else(mill: Mill, here: Room) -> None:
    option = await mill.approved()
    path = f"/v1/assessments/{mill.assessment}"
    other = Mill(here, province="XA-N")
    await other.engaged()
    own = [mill.assessor, mill.provider, mill.client, mill.officer, mill.reviewer, mill.verifier]
    strangers = [other.assessor, other.provider, other.client, other.officer]
    keys_for_none = [
        mill.as_(people.assessor(new_id()).model_copy(update={"person_id": None})),
        mill.as_(people.provider(new_id()).model_copy(update={"provider_id": None})),
        mill.as_(people.client(new_id()).model_copy(update={"client_id": None})),
    ]
    lists = ("/v1/assessments", "/v1/options", "/v1/savings")
    seen_by = {"client_id": str(mill.client_id)}
    for api in own:
        assert [(await api.get(each)).status_code for each in (path, f"{path}/baseline", option)] == [200] * 3
        assert all([(await api.get(each, params=seen_by)).json()["items"] for each in lists])
    for api in strangers + keys_for_none:
        assert [(await api.get(each)).status_code for each in (path, f"{path}/baseline", option)] == [404] * 3
        assert not any([(await api.get(each, params=seen_by)).json()["items"] for each in lists])
    await here.tell(mill.cancelled())
    for api in keys_for_none:
        assert (await api.get("/v1/assessments")).json()["items"] == []


async def test_roles_may_do_what_the_table_says(mill: Mill) -> None:
    path = await mill.engaged()
    outside = mill.as_(people.administrator())
    assert await refused(outside.get("/v1/assessments")) == (403, "not_allowed")
    assert await refused(mill.officer.post(f"{path}/complete")) == (403, "not_allowed")
    assert await refused(mill.client.put(f"{path}/baseline", json=YEAR)) == (403, "not_allowed")
    assert await refused(mill.assessor.post(f"{path}/approve")) == (403, "not_allowed")
    assert await refused(mill.assessor.post(f"{path}/cancel")) == (403, "not_allowed")
    other = mill.as_(people.assessor(new_id()))
    assert await refused(other.put(f"{path}/baseline", json=YEAR)) == (404, "not_found")


async def test_ids_nobody_knows_and_malformed_ones_are_problems(mill: Mill) -> None:
    unknown = UUID(int=7)
    assert await refused(mill.reviewer.get(f"/v1/assessments/{unknown}")) == (404, "not_found")
    assert await refused(mill.reviewer.get("/v1/assessments/seven")) == (422, "body_is_invalid")
    assert await refused(mill.reviewer.get("/v1/assessments", params={"status": "odd"})) == (422, "body_is_invalid")
