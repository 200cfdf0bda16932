"""A small world for journeys: four clients with a provider each, two in either of two territories, all at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx2

from api_client import models, whole
from chassis.clock import new_id
from tests.journeys import schooling
from tests.kit.house import OpenHouse, Person, opened

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday morning in the made-up country
YEAR: models.RecordBaseline = {
    "period": {"starts_on": "2025-01-01", "ends_on": "2025-12-31"},
    "output": {"quantity": "1200", "unit": "t"},
    "energy": [{"carrier": "electricity", "quantity": "500", "unit": "MWh"}],
    "water_m3": "6000",
}
MOTOR: models.IdentifyOption = {
    "assessment_id": "",
    "title": "",
    "option_class": "equipment_modification",
    "investment": {"amount": "1000", "currency": "USD"},
    "annual_saving": {"amount": "1935", "currency": "USD"},
    "life_years": 10,
    "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "12900"}],
}
COMPETENCES = ("recp_assessment", "food_hygiene", "policy_advice")


@dataclass
class Side:
    """One client and the provider that works for it: its ids by name, and the people who speak for it.

    The languages keep the jobs of a territory apart: each is offered to the one provider that speaks its own.
    `mark` stands in every name, note and comment of this side and nowhere else.
    """

    mark: str
    province: str
    language: str
    programme: str
    officer: Person
    ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


@dataclass
class World:
    """`sides` are own, a rival in the same territory, and two in another; `centre` are those without a side."""

    house: OpenHouse
    sides: list[Side]
    centre: dict[str, Person]

    @property
    def own(self) -> Side:
        return self.sides[0]

    def seen_from(self, at: int) -> "World":
        """The same world with another side as the own one; the rival comes second still, then the two elsewhere."""
        return World(self.house, [self.sides[at ^ n] for n in range(len(self.sides))], self.centre)


SIDES = (
    ("Quokka", "XA-R", "en", "GREEN-MILLS"),
    ("Narwhal", "XA-R", "fr", "CLEAN-RIVER"),
    ("Okapi", "XA-N", "en", "CLEAN-RIVER"),
    ("Tapir", "XA-N", "fr", "CLEAN-RIVER"),
)


async def done(http: httpx2.AsyncClient, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
    """The answer of a request that has to succeed."""
    answer = await http.request(method, path, json=body, **options)
    assert answer.status_code in (200, 201), f"{method} {path} {body}: {answer.status_code} {answer.text}"
    found: dict[str, Any] = answer.json()
    return found


async def one(http: httpx2.AsyncClient, path: str, **filters: Any) -> dict[str, Any]:
    """The only thing in a list."""
    (found,) = (await done(http, "GET", path, params=filters))["items"]
    thing: dict[str, Any] = found
    return thing


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """The whole house with everybody at work in it."""
    async with opened(folder, at=START) as house:
        officers = {province: await house.hire("officer", provinces=[province]) for province in ("XA-R", "XA-N")}
        sides = [Side(mark, where, language, programme, officers[where]) for mark, where, language, programme in SIDES]
        without_a_side: tuple[models.Role, ...] = ("reviewer", "verifier", "ministry")
        centre: dict[str, Person] = {role: await house.hire(role) for role in without_a_side}
        centre["trainer"] = await house.hire("trainer", person_id=str(new_id()))
        centre["donor"] = await house.hire("donor", programmes=[sides[0].programme])
        centre["integrator"] = await house.hire("integrator", machine=True)
        centre["administrator"] = house.administrator
        centre["nobody"] = await house.with_key(None)
        for side in sides:
            await take_in(house, side)
            await engage_firm(house, side)
            await schooling.enrol(house, side)
        await house.advance(**schooling.UNTIL_BEGUN)
        for side in sides:
            await schooling.certify(side, centre["trainer"])
        for side in sides:
            await at_work(house, side, centre["reviewer"])
        await house.settle()
        yield World(house, sides, centre)


async def take_in(house: OpenHouse, side: Side) -> None:
    """A qualified client with site, contacts and consents."""
    officer, ids, mark = side.officer.api, side.ids, side.mark
    company: models.RegisterClient = {
        "name": f"{mark} Mill",
        "country": "XA",
        "province": side.province,
        "isic": {"code": "1061", "revision": "4"},
        "extra": {"sector_text": f"{mark} rice"},
    }
    ids["client"] = (await officer.register_client(company))["client_id"]
    contact: models.ClientsContact = {
        "name": f"{mark} Manager",
        "email": f"{mark.lower()}@example.org",
        "is_main": True,
    }
    await officer.put_contacts(ids["client"], {"contacts": [contact]})
    for name in ("site", "spare_site"):
        plant: models.OpenSite = {
            "client_id": ids["client"],
            "name": f"{mark} {name}",
            "country": "XA",
            "province": side.province,
            "address": f"{mark} Road",
        }
        ids[name] = (await officer.open_site(plant))["site_id"]
    for name, purpose in (("consent", "share_with_providers"), ("spare_consent", "publish_case")):
        agreed: models.GiveConsent = {"client_id": ids["client"], "purpose": purpose, "text_version": "1"}
        ids[name] = (await officer.give_consent(agreed))["consent_id"]
    await officer.qualify_client(ids["client"])
    side.people["client"] = await house.hire("client", client_id=ids["client"])


async def engage_firm(house: OpenHouse, side: Side) -> None:
    """An approved provider of the side's language, with an expert who can do its jobs."""
    officer, ids, mark = side.officer.api, side.ids, side.mark
    firm: models.RegisterProvider = {
        "name": f"{mark} Engineers",
        "kind": "firm",
        "country": "XA",
        "places": [{"country": "XA", "province": side.province}],
        "languages": [side.language],
        "contact": {"full_name": f"{mark} Director", "email": f"{mark.lower()}.firm@example.org"},
        "extra": {"website": f"https://{mark.lower()}.example.org"},
    }
    ids["provider"] = (await officer.register_provider(firm))["provider_id"]
    await officer.approve_provider(ids["provider"])
    for name in ("expert", "spare_expert"):
        expert = await officer.add_expert({"provider_id": ids["provider"], "full_name": f"{mark} {name}"})
        ids |= {name: expert["expert_id"], f"{name}_person": expert["person_id"]}
    for code in COMPETENCES:
        grant: models.GrantCompetence = {
            "person_id": ids["expert_person"],
            "code": code,
            "level": 4,
            "valid_from": "2025-01-01",
            "evidence": f"{mark} certificate",
        }
        ids["competence"] = (await officer.grant_competence(grant))["competence_id"]
    spare = await officer.grant_competence(
        {"person_id": ids["spare_expert_person"], "code": "chemical_safety", "level": 1, "valid_from": "2025-01-01"}
    )
    ids["spare_competence"] = spare["competence_id"]
    about = {"provider_id": ids["provider"], "person_id": ids["expert_person"]}
    side.people["provider"] = await house.hire("provider", **about)
    side.people["assessor"] = await house.hire("assessor", **about)


async def ask(house: OpenHouse, side: Side, kind: str, **facts: Any) -> dict[str, str]:
    """The client asks for a service: the ids of the request, the need, its shortlist and its open offer."""
    wish: models.SubmitServiceRequest = {
        "client_id": side.ids["client"],
        "site_id": side.ids["site"],
        "kind": kind,
        "programme_code": side.programme,
        "language": side.language,
        "wanted_from": "2026-04-01",
        "wanted_until": "2026-06-30",
        "days": 3,
        "note": f"{side.mark} note",
    }
    wish.update(cast(models.SubmitServiceRequest, facts))
    request = (await side.people["client"].api.submit_service_request(wish))["request_id"]
    await house.settle()
    (need,) = await whole(side.officer.api.list_needs, request_id=request)
    (offer,) = await whole(side.people["provider"].api.list_offers, need_id=need["need_id"], status="open")
    return {"request": request, "need": need["need_id"], "offer": offer["offer_id"], "shortlist": offer["shortlist_id"]}


async def accept(house: OpenHouse, side: Side, offer: str) -> str:
    """The provider takes the job; the engagement."""
    taken = await side.people["provider"].api.accept_offer(offer, {"person_id": side.ids["expert_person"]})
    await house.settle()
    return str(taken["engagement_id"])


async def report(side: Side, engagement: str, *, final: bool) -> str:
    """The provider reports its work."""
    body: models.SubmitWorkReport = {
        "engagement_id": engagement,
        "period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"},
        "days": "3",
        "deliverables": [{"title": f"{side.mark} report", "link": "https://example.org/r.pdf", "sha256": "a" * 64}],
        "findings": f"{side.mark} findings",
        "final": final,
    }
    return (await side.people["provider"].api.submit_work_report(body))["report_id"]


async def at_work(house: OpenHouse, side: Side, reviewer: Person) -> None:
    """A finished engagement, a running one with its approved assessment, an open offer, and one made by hand."""
    ids, firm, officer = side.ids, side.people["provider"].api, side.officer.api
    past = await accept(house, side, (await ask(house, side, "policy_advice"))["offer"])
    ids |= {"past": past, "past_report": await report(side, past, final=True)}
    await officer.approve_work_report(ids["past_report"])
    ids["key"] = (await house.administrator.api.create_key({"label": "spare", "roles": ["ministry"]}))["key_id"]
    for person in ("client", "provider"):
        rating: models.Rate = {"score": 4, "comment": f"{side.mark} {person}'s comment"}
        await side.people[person].api.rate_engagement(past, rating)
    first = await ask(house, side, "assessment")
    ids |= {"running_request": first["request"], "running_need": first["need"], "accepted_offer": first["offer"]}
    ids["engagement"] = await accept(house, side, first["offer"])
    await assess(side, reviewer)
    await house.settle()
    ids["report"] = await report(side, ids["engagement"], final=False)
    ids |= await ask(house, side, "policy_advice")
    by_hand = await ask(house, side, "policy_advice")
    await firm.decline_offer(by_hand["offer"], {"reason_code": "other", "note": f"{side.mark} excuse"})
    made = await officer.make_offer({"shortlist_id": by_hand["shortlist"], "provider_id": ids["provider"]})
    ids |= {"link": str(made["link_code"]), "linked_offer": made["offer_id"]}
    await import_file(side)


async def assess(side: Side, reviewer: Person) -> None:
    """The approved assessment with an identified and an implemented option, and an open one beside it."""
    ids, assessor, officer = side.ids, side.people["assessor"].api, side.officer.api
    (opened_by_it,) = await whole(assessor.list_assessments, engagement_id=ids["engagement"])
    ids["assessment"] = opened_by_it["assessment_id"]
    draft = await officer.open_assessment(
        {"client_id": ids["client"], "site_id": ids["site"], "programme_code": side.programme}
    )
    ids["draft"] = draft["assessment_id"]
    await officer.assign_assessment(ids["draft"], {"person_id": ids["expert_person"]})
    for name, assessment in (("option", "assessment"), ("implemented", "assessment"), ("draft_option", "draft")):
        await assessor.record_baseline(ids[assessment], YEAR)
        motor: models.IdentifyOption = {**MOTOR, "assessment_id": ids[assessment], "title": f"{side.mark} motor"}
        ids[name] = (await assessor.identify_option(motor))["option_id"]
    await assessor.complete_assessment(ids["assessment"])
    await reviewer.api.approve_assessment(ids["assessment"])
    await side.people["client"].api.approve_option(ids["implemented"])
    await side.people["client"].api.implement_option(ids["implemented"], {"occurred_on": "2026-03-01"})


SAVED = {
    "client": 'sender = "own"\n[clients]\nrow_key = "ID"\nname = "Company"\ncountry = "Country"\n',
    "assessment": """
sender = "own"
[assessments]
currency = "USD"
[assessments.assessment]
row_key = "id"
client_key = "id"
year = "fy"
[assessments.assessment.baseline]
[assessments.recommendation]
row_key = "superid"
assessment_key = "id"
year = "fy"
title = "title"
option_class = "class"
status = "status"
decisions = {}
refusal_reason = "reason"
""",
}
"""A mapping of each kind, as small as may be."""


async def import_file(side: Side) -> None:
    """Dry runs of the two imports that the side's officer has asked for, each on a file of one row, and the mappings
    it has saved."""
    file = ("rows.csv", f"ID,Company\n1,{side.mark} import\n".encode(), "text/csv")
    asked = (
        ("import", "/v1/client-imports", "shtp-enterprises", ("file",)),
        ("assessment_import", "/v1/assessment-imports", "iac", ("assessments", "recommendations")),
    )
    for name, path, mapping, files in asked:
        form = {"mapping": mapping, "dry_run": "true"}
        made = await side.officer.post(path, files=dict.fromkeys(files, file), data=form)
        assert made.status_code == 201, made.text
        side.ids[name] = made.json()["import_id"]
    for kind, text in SAVED.items():
        body = {"name": f"saved-in-{side.province.lower()}", "mapping": text}
        side.ids[f"{kind}_import_mapping"] = (await done(side.officer, "POST", f"/v1/{kind}-import-mappings", body))[
            "mapping_id"
        ]
