"""Accepted work on the provider's pages: reports that are sent once, corrected when they come back; the end of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import Side, done, engage_firm, report
from tests.kit.house import OpenHouse
from tests.kit.portal import Browser, Page
from tests.portal.conftest import Visitors
from tests.portal.offering import Firm, firm_of, spring

WORDS: dict[str, Any] = {
    "starts_on": "2026-02-02",
    "ends_on": "2026-02-27",
    "days": "2.5",
    "findings": "Steam leaks in the boiler house.",
    "final": "no",
    "external_ref": "Q-17",
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with spring(tmp_path) as made:
        yield made


@pytest.fixture
async def firm(house: OpenHouse, tmp_path: Path) -> Firm:
    return await firm_of(house, tmp_path)


async def new_report(provider: Browser, engagement: str) -> Page:
    return await provider.see("/work-reports/new", engagement_id=engagement)


async def reports(firm: Firm) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await firm.api("/v1/work-reports"))["items"]
    return found


async def test_accepted_work_tells_who_the_client_is_and_whom_to_call(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    page = await provider.see("/my-engagements")
    assert "Policy advice, River Plain" in page.text
    assert "Quokka Mill" in page.text
    page = await provider.see(page.link("Policy advice, River Plain"))
    assert page.path == f"/my-engagements/{engagement}"
    for said in (
        "Quokka Mill",
        "Quokka Manager",
        "quokka@example.org",
        "Quokka expert",
        "Not begun yet",
        "3 days, 1–3 Apr",
    ):
        assert said in page.text, said
    assert "Sundara (made up)" in page.text
    running = await provider.see("/offers")
    assert "Quokka Mill" in running.text


async def test_a_report_is_sent_once_however_often_the_line_breaks(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    page = await new_report(provider, engagement)
    document: dict[str, Any] = {"title_1": "Report", "link_1": "https://example.org/r.pdf", "title_3": "Photos"}
    document |= {"link_3": "https://example.org/p", "sha256_3": "B" * 64}
    for _ in range(2):
        seen = await provider.send(page, "/work-reports/new", **WORDS, **document)
        assert (seen.path, seen.status) == (f"/my-engagements/{engagement}", 200)
        assert "Your report is with the centre." in seen.text
        assert "Days worked: 2.5." in seen.text
        assert seen.link("Photos") == "https://example.org/p"
    (made,) = await reports(firm)
    assert (made["days"], made["final"], made["external_ref"]) == ("2.5000", False, "Q-17")
    assert [(each["title"], each["sha256"]) for each in made["deliverables"]] == [
        ("Report", None),
        ("Photos", "b" * 64),
    ]


async def test_what_does_not_fit_in_a_report_is_said_where_it_stands_and_every_word_kept(
    firm: Firm, visit: Visitors
) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    page = await new_report(provider, engagement)
    page = await provider.send(page, "/work-reports/new", findings="Steam.", days="many", title_2="A title alone")
    assert (page.status, page.title.startswith("Error: ")) == (422, True)
    for said in ("Write a number.", "Fill this in.", "Choose one."):
        assert said in page.text, said
    kept = page.form("/work-reports/new").fields
    assert (kept["findings"], kept["days"], kept["title_2"]) == (["Steam."], ["many"], ["A title alone"])
    wrong: dict[str, Any] = {"title_2": "Report", "link_2": "ftp://example.org/r"}
    page = await provider.send(page, "/work-reports/new", **WORDS, **wrong)
    assert page.status == 422
    assert 'href="#f-link_2"' in page.answer.text
    page = await provider.send(page, "/work-reports/new", ends_on="2026-04-30", link_2="https://example.org/r")
    assert page.status == 422
    assert "Work is reported once it is done: the period ends on 2026-04-30, after today." in page.text
    assert page.form("/work-reports/new").fields["link_2"] == ["https://example.org/r"]
    assert await reports(firm) == []


async def test_room_for_more_documents_keeps_what_was_typed_and_sends_nothing(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    page = await new_report(provider, engagement)
    page = await provider.send(
        page, "/work-reports/new", **WORDS, title_3="Third", link_3="https://example.org/3", more="yes"
    )
    assert page.status == 200
    kept = page.form("/work-reports/new")
    assert (kept.fields["title_3"], kept.fields["findings"], "title_6" in kept.names) == (
        ["Third"],
        [WORDS["findings"]],
        True,
    )
    assert await reports(firm) == []
    more: dict[str, Any] = {"title_6": "Sixth", "link_6": "https://example.org/6"}
    await provider.send(page, "/work-reports/new", **more)
    (made,) = await reports(firm)
    assert [each["title"] for each in made["deliverables"]] == ["Third", "Sixth"]


async def test_a_returned_report_is_corrected_and_sent_again_in_one_step(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    returned = await firm.returned(engagement)
    provider = await firm.visitor(visit)
    assert (await provider.see("/work")).link(
        "Correct a report and send it again"
    ) == f"/work-reports/{returned}/resubmit"
    page = await provider.see(f"/my-engagements/{engagement}")
    assert "It came back: Figures unclear" in page.text
    page = await provider.see(page.link("Correct and send again"))
    shown = page.form(r"/work-reports/.*/resubmit").fields
    assert (shown["days"], shown["title_1"], shown["final"]) == (["3"], ["Quokka report"], ["no"])
    for _ in range(2):  # the answer was lost on the way, the form is sent anew
        seen = await provider.send(page, r"/work-reports/.*/resubmit", days="3.5", findings="With the table of loads.")
        assert (seen.path, seen.status) == (f"/my-engagements/{engagement}", 200)
        assert "Your corrected report is with the centre again." in seen.text
    (made,) = await reports(firm)
    assert (made["status"], made["days"], made["findings"]) == ("submitted", "3.5000", "With the table of loads.")
    assert made["version"] == 4  # submitted, returned, changed, resubmitted: each once


async def test_a_line_that_broke_between_correcting_and_sending_again_is_mended_by_sending_again(
    firm: Firm, visit: Visitors
) -> None:
    returned = await firm.returned(await firm.at_work())
    provider = await firm.visitor(visit)
    page = await provider.see(f"/work-reports/{returned}/resubmit")
    path = f"/v1/work-reports/{returned}"
    http = firm.side.people["provider"]
    await done(http, "PATCH", path, {"findings": "Halfway."}, headers={"if-match": '"2"'})
    page = await provider.send(page, r"/work-reports/.*/resubmit", findings="Halfway.")
    assert "Your corrected report is with the centre again." in page.text
    assert (await firm.api(path))["status"] == "submitted"


async def test_a_report_changed_meanwhile_is_not_written_over(firm: Firm, visit: Visitors) -> None:
    returned = await firm.returned(await firm.at_work())
    provider = await firm.visitor(visit)
    page = await provider.see(f"/work-reports/{returned}/resubmit")
    path = f"/v1/work-reports/{returned}"
    http = firm.side.people["provider"]
    await done(http, "PATCH", path, {"findings": "By a colleague."}, headers={"if-match": '"2"'})
    page = await provider.send(page, r"/work-reports/.*/resubmit", findings="By me.")
    assert (page.status, page.h1) == (412, "Somebody changed this meanwhile")
    assert (await firm.api(path))["findings"] == "By a colleague."


async def test_a_report_is_due_when_the_booked_days_are_over(firm: Firm, visit: Visitors, house: OpenHouse) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    assert "Report your work" not in (await provider.see("/work")).text
    await house.advance(days=40)
    page = await provider.see("/work")
    assert page.link("Report your work") == f"/work-reports/new?engagement_id={engagement}"
    assert "Report due" in (await provider.see("/my-engagements")).text
    page = await provider.see(page.link("Report your work"))
    shown = page.form("/work-reports/new").fields
    assert (shown["starts_on"], shown["ends_on"]) == (["2026-04-01"], ["2026-04-03"])
    final: dict[str, Any] = {"days": "3", "findings": "Done.", "final": "yes"}
    page = await provider.send(page, "/work-reports/new", **final)
    assert "Final report is with the centre" in page.text
    assert "Report your work" not in (await provider.see("/work")).text
    page = await provider.send(await new_report(provider, engagement), "/work-reports/new", **final)
    assert (page.status, "This engagement has a final report already." in page.text) == (422, True)


async def test_the_firms_own_reference_is_noted_once_and_a_change_meanwhile_is_seen(
    firm: Firm, visit: Visitors
) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    old = await provider.see(f"/my-engagements/{engagement}")
    for _ in range(2):
        page = await provider.send(old, r"/my-engagements/.*/change", external_ref="Q-17")
        assert (page.status, "Your reference is noted." in page.text) == (200, True)
    assert (await firm.api(f"/v1/engagements/{engagement}"))["external_ref"] == "Q-17"
    page = await provider.send(old, r"/my-engagements/.*/change", external_ref="Q-18")
    assert (page.status, page.h1) == (412, "Somebody changed this meanwhile")
    other = await firm.at_work()
    page = await provider.send(
        await provider.see(f"/my-engagements/{other}"), r"/my-engagements/.*/change", external_ref="Q-17"
    )
    assert (page.status, "You have given your reference Q-17 to another one." in page.text) == (422, True)
    assert page.form(r"/my-engagements/.*/change").fields["external_ref"] == ["Q-17"]


async def test_each_side_reads_the_others_rating_when_both_have_spoken(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.completed()
    provider = await firm.visitor(visit)
    page = await provider.see(f"/my-engagements/{engagement}")
    assert "Completed" in page.text
    assert "Quokka Mill" not in page.text  # the work is over
    page = await provider.send(page, r"/my-engagements/.*/rate", comment="Data came late.")
    assert (page.status, "Choose one." in page.text) == (422, True)
    rated = await provider.send(page, r"/my-engagements/.*/rate", score="4")
    again = await provider.send(page, r"/my-engagements/.*/rate", score="4")
    for seen in (rated, again):
        assert "Your rating is given." in seen.text
        assert "You gave 4 of 5. Data came late." in seen.text
        assert "You see what the client says as soon as it has rated you too." in seen.text
    path = f"/v1/engagements/{engagement}/rate"
    await done(firm.side.people["client"], "POST", path, {"score": 5, "comment": "On time."})
    page = await provider.see(f"/my-engagements/{engagement}")
    assert "The client gave you 5 of 5. On time." in page.text
    assert "Average client score 5.0 / 5" in (await provider.see("/offers")).text


async def test_work_is_given_up_with_a_reason(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    provider = await firm.visitor(visit)
    page = await provider.see(f"/my-engagements/{engagement}/cancel")
    assert "the centre looks for another provider" in page.text
    page = await provider.send(page, r"/my-engagements/.*/cancel")
    assert (page.status, "Choose one." in page.text) == (422, True)
    page = await provider.send(page, r"/my-engagements/.*/cancel", reason_code="expert_not_available")
    assert "You have given the work up." in page.text
    assert "Expert not available" in page.text
    assert (await firm.api(f"/v1/engagements/{engagement}"))["status"] == "cancelled"
    assert (await provider.see(f"/my-engagements/{engagement}/cancel")).path == f"/my-engagements/{engagement}"


async def test_work_is_shown_to_its_provider_alone(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    returned = await firm.returned(engagement)
    rival = Side("Narwhal", "XA-R", "fr", "GREEN-MILLS", firm.side.officer)
    await engage_firm(firm.house, rival)
    other = await visit("provider", provider_id=rival.ids["provider"])
    paths = [f"/my-engagements/{engagement}", f"/my-engagements/{engagement}/cancel"]
    paths += [f"/work-reports/new?engagement_id={engagement}", f"/work-reports/{returned}/resubmit"]
    for path in paths:
        assert (await other.see(path)).status == 404
        assert (await (await visit("officer")).see(path)).status == 403
    for path in ("/work-reports/new", "/work-reports/new?engagement_id=x"):
        assert (await other.see(path)).status == 404
    fields = (await other.see("/capacity")).form("/capacity").fields
    sent = fields | {"engagement_id": [engagement], "rows": ["3"]} | {name: [words] for name, words in WORDS.items()}
    assert (await other.send_fields("/work-reports/new", sent)).status == 404


async def test_words_of_others_stand_as_they_were_typed(firm: Firm, visit: Visitors) -> None:
    engagement = await firm.at_work()
    bad = "<script>alert(1)</script>"
    body = {"title": bad, "link": 'https://example.org/"onclick="x'}
    facts = {"period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"}, "days": "1", "final": False}
    sent = facts | {"engagement_id": engagement, "findings": bad, "external_ref": bad, "deliverables": [body]}
    await done(firm.side.people["provider"], "POST", "/v1/work-reports", sent)
    await report(firm.side, engagement, final=False)
    page = await (await firm.visitor(visit)).see(f"/my-engagements/{engagement}")
    assert page.text.count(bad) == 3
    assert bad not in page.answer.text
    assert '"onclick' not in page.answer.text
