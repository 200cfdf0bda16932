"""Providers at work: engagements, work reports and the officer's answer, the end, and what both sides think."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.world import START, done, report
from tests.kit.house import OpenHouse, opened
from tests.portal.conftest import Visitors
from tests.portal.matching import Stage, stage_of


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with opened(tmp_path, at=START) as open_house:
        yield open_house


@pytest.fixture
async def stage(house: OpenHouse) -> Stage:
    return await stage_of(house)


async def test_an_officer_reads_a_report_and_approves_it(visit: Visitors, stage: Stage) -> None:
    engagement, report_id = await stage.reported()
    officer = await visit("officer", provinces=["XA-R"])
    assert (await officer.see("/work")).link("Work report to answer") == f"/work-reports/{report_id}"
    listed = await officer.see("/engagements")
    assert "a report waits" in listed.text
    page = await officer.see(listed.link("Policy advice"))
    assert page.path == f"/engagements/{engagement}"
    for said in (
        "Policy advice for Quokka Mill at work",
        "Quokka Engineers",
        "Quokka expert",
        "Quokka site",
        "Quokka findings",
    ):
        assert said in page.text, said
    assert page.link("Why this provider").startswith("/needs/")
    page = await officer.see(page.link("Answer this report"))
    assert page.h1 == "Work report of 1–28 Feb 2026 waits for an answer"
    for said in ("Days worked 3", "Quokka findings", "a" * 64, "To approve it counts the days."):
        assert said in page.text, said
    assert page.link("Quokka report") == "https://example.org/r.pdf"
    page = await officer.send(page, ".*/approve")
    assert (page.path, "The report was approved." in page.text) == (f"/engagements/{engagement}", True)
    assert "a report waits" not in (await officer.see("/engagements")).text
    assert "Work report to answer" not in (await officer.see("/work")).text


async def test_a_final_report_completes_the_engagement_and_both_ratings_are_shown_together(
    visit: Visitors, house: OpenHouse, stage: Stage
) -> None:
    engagement, report_id = await stage.reported(final=True)
    officer = await visit("officer")
    page = await officer.see(f"/work-reports/{report_id}")
    assert "To approve it completes the engagement" in page.text
    page = await officer.send(page, ".*/approve")
    assert "The final report was approved: the engagement is completed." in page.text
    assert "Days approved 3" in page.text
    assert "cancel" not in "".join(path for _, path in page.links)
    path = f"/engagements/{engagement}"
    client = await visit("client", client_id=stage.side.ids["client"])
    page = await client.see(path)
    assert "The work is done and the centre has approved it." in page.text
    empty = await client.send(page, f"{path}/rate", comment="Practical")
    assert (empty.status, "Choose one." in empty.text) == (422, True)
    assert empty.form(f"{path}/rate").fields["comment"] == ["Practical"]
    page = await client.send(empty, f"{path}/rate", score="4")
    assert ("Thank you." in page.text, "4 of 5" in page.text, "Practical" in page.text) == (True, True, True)
    twice = await client.send(empty, f"{path}/rate", score="4")
    assert (twice.path, "Thank you." in twice.text) == (path, True)
    officers = await officer.see(path)
    assert "Practical" not in officers.text
    assert "each rating is shown to all once both have given theirs" in officers.text
    body = {"score": 5, "comment": "All data at hand"}
    await done(stage.side.people["provider"], "POST", f"/v1{path}/rate", body)
    for visitor in (officer, client):
        seen = (await visitor.see(path)).text
        assert ("Practical" in seen, "All data at hand" in seen, "5 of 5" in seen) == (True, True, True)
    assert "Policy advice" in (await officer.see("/engagements", status="completed")).text
    page = await officer.see(f"/providers/{stage.side.ids['provider']}")
    assert "Clients' rating 4.0 of 5" in page.text


async def test_a_report_goes_back_with_a_reason(visit: Visitors, stage: Stage) -> None:
    engagement, report_id = await stage.reported()
    officer = await visit("officer")
    page = await officer.see((await officer.see(f"/work-reports/{report_id}")).link("Return it with a reason"))
    assert page.h1 == "Return the report"
    empty = await officer.send(page, ".*/return")
    assert (empty.status, "Choose one." in empty.text) == (422, True)
    page = await officer.send(page, ".*/return", reason_code="days_unclear")
    assert page.path == f"/engagements/{engagement}"
    for said in ("The report went back to the provider with your reason.", "returned", "Days unclear"):
        assert said in page.text, said
    assert "The provider has it back" in (await officer.see(f"/work-reports/{report_id}")).text
    assert (await officer.see(f"/work-reports/{report_id}/return")).path == f"/work-reports/{report_id}"


async def test_an_answer_sent_twice_is_given_once_and_a_second_answer_is_told(visit: Visitors, stage: Stage) -> None:
    _, report_id = await stage.reported()
    one, other = await visit("officer"), await visit("officer")
    first, second = [await each.see(f"/work-reports/{report_id}") for each in (one, other)]
    pages = [await one.send(first, ".*/approve") for _ in range(2)]
    assert [each.status for each in pages] == [200, 200]
    late = await other.send(second, ".*/approve")
    assert (late.status, late.title.startswith("Error: ")) == (422, True)
    assert "Only a submitted report can be answered; this one is approved." in late.text
    assert "Your answer" not in late.text
    again = await one.see(f"/work-reports/{report_id}/approve")
    assert again.path == f"/work-reports/{report_id}"


async def test_the_final_report_of_an_assessment_waits_for_its_approval(
    visit: Visitors, house: OpenHouse, stage: Stage
) -> None:
    engagement = await stage.at_work("assessment")
    report_id = await report(stage.side, engagement, final=True)
    officer = await visit("officer")
    page = await officer.see(f"/work-reports/{report_id}")
    assert "For an assessment this needs the assessment's approval first." in page.text
    assert page.link("Open the assessment").startswith("/assessments/")
    assert "Open the assessment in progress" in page.text
    firm = await visit("provider", provider_id=stage.side.ids["provider"])
    assert "Your expert records it, signed in with a key" in (await firm.see(page.link("Open the assessment"))).text
    assert [each.action for each in page.forms if each.action.endswith("/approve")] == []  # it could not succeed yet
    page = await officer.send_fields(
        f"/work-reports/{report_id}/approve", page.form("/sign-out").fields | {"once": ["x"]}
    )
    assert page.status == 422
    assert "The final report can be approved once the assessment of this engagement is approved." in page.text


async def test_an_engagement_is_cancelled_with_a_reason_and_the_job_looks_again(
    visit: Visitors, house: OpenHouse, stage: Stage
) -> None:
    await stage.firm("Hill Consultants")
    engagement = await stage.at_work()
    officer, path = await visit("officer"), f"/engagements/{engagement}"
    page = await officer.see((await officer.see(path)).link("Cancel the engagement"))
    slow = await officer.see(page.path)
    assert "Quokka Engineers stops working and its booked days are free again." in page.text
    empty = await officer.send(page, f"{path}/cancel")
    assert (empty.status, "Choose one." in empty.text) == (422, True)
    page = await officer.send(page, f"{path}/cancel", reason_code="expert_not_available")
    assert page.path == path
    for said in ("The engagement was cancelled.", "This engagement was cancelled. Expert not available"):
        assert said in page.text, said
    assert (await officer.see(f"{path}/cancel")).path == path
    need = await officer.see(page.link("Why this provider"))
    assert "Quokka Engineers took the job, then it was cancelled." in need.text
    assert "Hill Consultants has the offer" in need.text
    assert "Policy advice" in (await officer.see("/engagements", status="cancelled")).text
    late = await officer.send(slow, f"{path}/cancel", reason_code="quality")
    assert (late.status, "This engagement has ended: it was cancelled." in late.text) == (422, True)


async def test_who_sees_what_of_an_engagement(visit: Visitors, stage: Stage) -> None:
    engagement, report_id = await stage.reported()
    path = f"/engagements/{engagement}"
    reviewer = await visit("reviewer")
    page = await reviewer.see(path)
    assert ("Quokka Engineers" in page.text, "Quokka findings" in page.text) == (True, False)
    assert ("Policy advice , Quokka Mill", path) in (await reviewer.see("/engagements")).links
    assert (await reviewer.see(f"/work-reports/{report_id}")).status == 403
    client = await visit("client", client_id=stage.side.ids["client"])
    page = await client.see(path)
    assert "The provider is at work. It reports to the centre" in page.text
    for hidden in ("Quokka Engineers", "Quokka findings", "Cancel the engagement", "How was the provider?"):
        assert hidden not in page.text
    assert (await client.see(f"/work-reports/{report_id}")).status == 403
    assert (await (await visit("officer", provinces=["XA-N"])).see(path)).status == 404
    assert (await (await visit("ministry")).see("/engagements")).status == 403
    firm = await visit("provider", provider_id=stage.side.ids["provider"])
    for asked, led in (("/engagements", "/my-engagements"), (path, f"/my-engagements/{engagement}")):
        answer = await firm.client.get(asked)
        assert (answer.status_code, answer.headers["location"]) == (303, led)


async def test_an_empty_list_says_what_would_stand_there(visit: Visitors, stage: Stage) -> None:
    officer = await visit("officer")
    page = await officer.see("/engagements")
    assert "Providers at work stand here" in page.text
    assert page.link("To the jobs that look for a provider") == "/needs"
    assert "There is no engagement in this state yet." in (await officer.see("/engagements", status="cancelled")).text
    engagement = await stage.at_work()
    assert "None has come yet." in (await officer.see(f"/engagements/{engagement}")).text


async def test_what_providers_and_clients_wrote_is_shown_as_they_wrote_it(visit: Visitors, stage: Stage) -> None:
    engagement = await stage.at_work()
    body = {
        "engagement_id": engagement,
        "period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"},
        "days": "0.5",
        "deliverables": [{"title": "<img src=x onerror=alert(1)>", "link": 'https://example.org/?a="><script>'}],
        "findings": "<script>alert(1)</script> {{7*7}}",
        "final": False,
    }
    made = await done(stage.side.people["provider"], "POST", "/v1/work-reports", body)
    officer = await visit("officer")
    for path in (f"/engagements/{engagement}", f"/work-reports/{made['report_id']}"):
        page = await officer.see(path)
        assert "<script>alert(1)</script> {{7*7}}" in page.text
        assert "<img src=x" in page.text
        assert "<script>alert" not in page.answer.text
        assert "<img src=x" not in page.answer.text
        assert "None" not in page.text
