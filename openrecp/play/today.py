"""The last act: what waits today, so that whoever signs in to the pages finds something to do."""

from collections.abc import Callable
from datetime import timedelta

from api_client import models
from chassis.clock import wall_now
from openrecp.play.assessment import GREEN
from openrecp.play.matching import open_offer
from openrecp.play.plot import Plot
from openrecp.stage import WasRefused, check

CANNERY: models.RegisterClient = {
    "name": "Coast Cannery (made up)",
    "country": "XA",
    "province": "XA-C",
    "isic": {"code": "1020", "revision": "4"},
    "size_class": "small",
}


def leaks(assessment_id: str) -> models.IdentifyOption:
    """The compressed air of a shed."""
    return {
        "assessment_id": assessment_id,
        "title": "Mend the leaks of the compressed air and lower its pressure",
        "option_class": "good_housekeeping",
        "investment": {"amount": "350", "currency": "USD"},
        "annual_saving": {"amount": "1150", "currency": "USD"},
        "life_years": 3,
        "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "11000"}],
        "programme_shares": GREEN,
        "boundary_id": "compressed-air",
    }


def lamps(assessment_id: str) -> models.IdentifyOption:
    """The lamps of a shed."""
    return {
        "assessment_id": assessment_id,
        "title": "Replace the lamps of the shed and let daylight switch them",
        "option_class": "equipment_modification",
        "investment": {"amount": "900", "currency": "USD"},
        "annual_saving": {"amount": "640", "currency": "USD"},
        "life_years": 8,
        "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "6200"}],
        "programme_shares": GREEN,
        "boundary_id": "lamps",
    }


async def act(plot: Plot) -> None:
    """One thing for each of them: an offer, an option to decide on, one to measure, assessments and reports."""
    stage = plot.stage
    await stage.step(
        "Today a cannery on the coast asks for an assessment; Hill Consultants has the offer",
        "an offer open for five business days, and nobody has answered it yet",
        lambda: _ask(plot),
        ["client_qualified", "service_request_submitted", "need_opened", "shortlist_made", "offer_made"],
    )
    await stage.step(
        "The mill's packing shed is assessed too; the mill replaces the lamps and thinks about the compressed air",
        "one option waits for the mill's decision, one for its measurement",
        lambda: _packing_shed(plot),
        ["assessment_approved", "option_approved", "option_implemented"],
    )
    await stage.step(
        "In the textile works two sheds are assessed: one assessment is with the reviewer, one came back",
        "completed; open, with the reason it was returned for",
        lambda: _two_sheds(plot),
        ["assessment_completed", "assessment_completed", "assessment_returned"],
    )
    await stage.step(
        "River Engineering advises the works again and reports two days; the officer returns the first",
        "returned with a reason; the second report is not answered yet",
        lambda: _reports(plot),
        ["engagement_started", "work_report_submitted", "work_report_submitted", "work_report_returned"],
    )


async def _ask(plot: Plot) -> str:
    officer = plot.people["officer"]
    client = (await officer.register_client(CANNERY))["client_id"]
    place: models.OpenSite = {"client_id": client, "name": "Cannery", "country": "XA", "province": "XA-C"}
    site = (await officer.open_site(place))["site_id"]
    await officer.give_consent({"client_id": client, "purpose": "share_with_providers", "text_version": "2024-1"})
    await officer.qualify_client(client)
    await officer.submit_service_request({**_wish(client, site, "assessment", 6), "programme_code": "GREEN-MILLS"})

    offer = await plot.stage.until("the cannery's offer", lambda: open_offer(plot, "hill"))
    check(offer["answered_at"] is None, f"{offer}")
    return f"open until {offer['deadline_at'][:10]}"


def _wish(client: str, site: str, kind: str, days: int) -> models.SubmitServiceRequest:
    today = wall_now().date()
    return {
        "client_id": client,
        "site_id": site,
        "kind": kind,
        "language": "en",
        "wanted_from": str(today + timedelta(days=30)),
        "wanted_until": str(today + timedelta(days=75)),
        "days": days,
    }


async def _assessed(
    plot: Plot, officer: str, place: models.OpenSite, *proposals: Callable[[str], models.IdentifyOption]
) -> list[models.OptionOut]:
    """A plant, assessed by Nordia's expert and handed to the reviewer: the options found there."""
    keeper, expert = plot.people[officer], plot.people["assessor"]
    site = await keeper.open_site(place)

    async def opened() -> str | None:
        try:
            made = await keeper.open_assessment(
                {"client_id": place["client_id"], "site_id": site["site_id"], "programme_code": "GREEN-MILLS"}
            )
        except WasRefused:
            return None
        return made["assessment_id"]

    assessment = await plot.stage.until("an assessment of the plant, once it is heard of", opened)
    await keeper.assign_assessment(assessment, {"person_id": plot.firms["nordia"].person_id})
    await expert.record_baseline(assessment, _year_of_a_shed())
    options = [await expert.identify_option(proposal(assessment)) for proposal in proposals]
    await expert.complete_assessment(assessment)
    return options


def _year_of_a_shed() -> models.RecordBaseline:
    year = wall_now().year - 1
    return {
        "period": {"starts_on": f"{year}-01-01", "ends_on": f"{year}-12-31"},
        "output": {"quantity": "2400", "unit": "t"},
        "energy": [{"carrier": "electricity", "quantity": "96000", "unit": "kWh"}],
        "water_m3": "1300",
        "waste_t": "35",
    }


async def _packing_shed(plot: Plot) -> str:
    place: models.OpenSite = {
        "client_id": plot.ids["client"],
        "name": "Packing shed",
        "country": "XA",
        "province": "XA-R",
    }
    mended, replaced = await _assessed(plot, "officer", place, leaks, lamps)
    mill = plot.people["mill"]
    await plot.people["reviewer"].approve_assessment(mended["assessment_id"])
    await mill.approve_option(replaced["option_id"])
    done: models.ImplementOption = {
        "occurred_on": str(wall_now().date()),
        "cost": {"amount": "880", "currency": "USD"},
    }
    replaced = await mill.implement_option(replaced["option_id"], done)
    waiting = (await mill.list_options(status="identified"))["items"]
    check([each["title"] for each in waiting] == [mended["title"]], f"{waiting}")
    return f"{waiting[0]['status']}: {waiting[0]['title']}; {replaced['status']}: {replaced['title']}"


async def _two_sheds(plot: Plot) -> str:
    reviewer = plot.people["reviewer"]
    weaving: models.OpenSite = {
        "client_id": plot.ids["works"],
        "name": "Weaving shed",
        "country": "XA",
        "province": "XA-N",
    }
    await _assessed(plot, "officer_north", weaving, leaks)
    (lit,) = await _assessed(plot, "officer_north", {**weaving, "name": "Spinning shed"}, lamps)
    why: models.ReturnAssessment = {
        "reason_code": "saving_not_derived",
        "note": "How many hours a day do the lamps burn?",
    }
    returned = await reviewer.return_assessment(lit["assessment_id"], why)
    completed = (await reviewer.list_assessments(status="completed"))["items"]
    check(len(completed) == 1, f"{len(completed)} assessments wait for the reviewer")
    return f"{completed[0]['status']}; {returned['status']} ({returned['return_reason_code']})"


async def _reports(plot: Plot) -> str:
    officer, river = plot.people["officer_north"], plot.firms["river"]
    wish = _wish(plot.ids["works"], plot.ids["works_site"], "policy_advice", 3)
    today = str(wall_now().date())
    await plot.people["works"].submit_service_request({**wish, "wanted_from": today})
    offer = await plot.stage.until("River Engineering's offer", lambda: open_offer(plot, "river"))
    accepted = await river.actor.accept_offer(offer["offer_id"], {"person_id": river.person_id})
    report: models.SubmitWorkReport = {
        "engagement_id": str(accepted["engagement_id"]),
        "period": {"starts_on": today, "ends_on": today},
        "days": "1",
        "final": False,
        "findings": "Read the new rules on waste water.",
    }
    first = await river.actor.submit_work_report(report)
    await river.actor.submit_work_report({**report, "findings": "Spoke with the works about its discharge."})
    returned = await officer.return_work_report(first["report_id"], {"reason_code": "findings_unclear"})
    waiting = (await officer.list_work_reports(status="submitted"))["items"]
    check(len(waiting) == 1, f"{len(waiting)} reports wait for the officer")
    return f"{returned['status']} ({returned['return_reason']}); one {waiting[0]['status']}"
