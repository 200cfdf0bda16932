"""What is under way at the centre when a browser looks at it: one thing in each state that a page shows."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.browser.deployment import Deployment, Person, until

WORKS = "Nhà máy Dệt nhuộm Sông Thịnh (made up)"
FIRM = "Delta Steam and Finance (made up)"
MAILBOX = "delta@example.org"
EXPERT = "Made-up Expert of Delta"
SHEET = """code,name,province,employees,sector
T-1,Lotus Paper (made up),XA-R,120,1701
T-2,,XA-C,40,1061
T-3,Harbour Cannery (made up),XA-Q,65,1020
T-4,Hill Tea (made up),XA-R,many,1079
T-5,កម្ពុជា Rice Noodles (made up),XA-C,33,1074
"""
MAPPING = """title = "Trial list (CSV)"
source = "made up for trials"
sender = "trial"

[clients]
row_key = "code"
name = "name"
country = { constant = "XA" }
province = "province"

[clients.extra]
employees = "employees"

[clients.site]
name = { template = "Plant of {name}" }
"""


class Furniture:
    """Ids of what stands there, by the names that the page map uses.

    `words` may change every free text, `mark` stands before the names under which people are hired, and `language`
    keeps the jobs of one set of furniture apart from those of another.
    """

    def __init__(
        self, deployment: Deployment, words: Callable[[str], str] = str, mark: str = "", language: str = "en"
    ) -> None:
        self.deployment, self.words, self.mark, self.language = deployment, words, mark, language
        self.ids: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self._read: set[str] = set()
        self.officer = deployment.people["officer"]

    def person(self, name: str) -> Person:
        return self.deployment.people.get(self.mark + name) or self.deployment.people[name]

    def hire(self, name: str, *roles: str, **facts: str) -> None:
        self.deployment.hire(self.mark + name, *roles, **facts)

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def firm(self) -> None:
        """The only provider of investment support, so that every such job is offered to it; and a colleague's key."""
        body = {
            "name": self.words(FIRM),
            "kind": "firm",
            "country": "XA",
            "places": [{"country": "XA"}],
            "languages": [self.language, "vi"],
            "contact": {"full_name": self.words(EXPERT), "email": self.mark + MAILBOX, "language": "en"},
            "day_rate": {"amount": "180", "currency": "USD"},
        }
        provider = self.officer.post("/v1/providers", body)["provider_id"]
        self.officer.post(f"/v1/providers/{provider}/approve")
        expert = self.officer.post("/v1/experts", {"provider_id": provider, "full_name": self.words(EXPERT)})[
            "person_id"
        ]
        for code, level in (("green_finance", 4), ("recp_assessment", 4), ("wet_processing", 3)):
            grant = {"person_id": expert, "code": code, "level": level, "valid_from": self.deployment.day(-400)}
            self.officer.post("/v1/competences", grant | {"evidence": self.words("certificate seen by the centre")})
        facts = {"provider_id": provider, "person_id": expert}
        self.hire("delta", "provider", **facts)
        self.hire("delta_assessor", "assessor", **facts)
        self.ids |= {"provider": provider, "expert": expert}

    def client(self, name: str, *, qualified: bool = True) -> str:
        """A company with a site, a contact and a consent."""
        body = {
            "name": self.words(name),
            "country": "XA",
            "province": "XA-R",
            "isic": {"code": "1313", "revision": "4"},
            "size_class": "large",
            "tax_code": "10000777",
            "extra": {
                "employees": 640,
                "ownership": "private",
                "products": self.words("Cotton fabric, dyed and printed"),
            },
        }
        client: str = self.officer.post("/v1/clients", body)["client_id"]
        site = {"client_id": client, "name": self.words("Xưởng nhuộm số 2"), "country": "XA", "province": "XA-R"}
        site["address"] = self.words("14 Đường Sông")
        site_id = self.officer.post("/v1/sites", site)["site_id"]
        contact: dict[str, Any] = {"name": self.words("Made-up Manager"), "function": self.words("plant manager")}
        contact |= {"email": "dye@example.org", "is_main": True}
        self.officer.put(f"/v1/clients/{client}/contacts", {"contacts": [contact]})
        consent = {"client_id": client, "purpose": "share_with_providers", "text_version": "2024-1"}
        given = self.officer.post("/v1/consents", consent | {"until": self.deployment.day(20)})["consent_id"]
        if qualified:
            self.officer.post(f"/v1/clients/{client}/qualify")
            self.ids |= {"client": client, "site": site_id, "consent": given}
        return client

    def request(self, kind: str = "investment_support", days: int = 3, after: int = 30) -> str:
        """The company asks for something; the id of the request."""
        wish = {
            "client_id": self["client"],
            "site_id": self["site"],
            "kind": kind,
            "language": self.language,
            "wanted_from": self.deployment.day(after),
            "wanted_until": self.deployment.day(after + 45),
            "days": days,
            "note": self.words("Please come on weekdays."),
            "extra": {"shift_pattern": self.words("three shifts")},
        }
        made: str = self.person("works").post("/v1/service-requests", wish)["request_id"]
        return made

    def need_of(self, request: str) -> str:
        found = until("a need", lambda: self.officer.items("/v1/needs", request_id=request))
        return str(found[0]["need_id"])

    def offer_of(self, request: str) -> str:
        """The offer that the firm has got for a request."""
        need = self.need_of(request)
        found = until("an offer", lambda: self.officer.items("/v1/offers", need_id=need))
        offer = str(found[0]["offer_id"])
        self.links[offer] = self.new_link()
        return offer

    def new_link(self) -> str:
        """The code of the one-time link in the notice to the firm that was not read yet."""
        code = until("a notice with a link", self._unread)
        self._read.add(code)
        return code

    def _unread(self) -> str | None:
        told = [each for each in self.deployment.notices if f"To: {self.mark}{MAILBOX}" in each]
        codes = [each.split("/offer-links/")[1].split()[0] for each in told if "/offer-links/" in each]
        return next((each for each in codes if each not in self._read), None)

    def engagement(self, after: int) -> str:
        """A request that the firm has accepted."""
        offer = self.offer_of(self.request(after=after))
        body = {"person_id": self["expert"]}
        engagement: str = self.person("delta").post(f"/v1/offers/{offer}/accept", body)["engagement_id"]
        self.ids |= {"offer_accepted": offer, "link_accepted": self.links[offer]}
        return engagement

    def report(self, engagement: str, reference: str, *, final: bool = False) -> str:
        deliverable = {"title": self.words("Loan file"), "link": "https://example.org/loan.pdf", "sha256": "a3" * 32}
        body = {
            "engagement_id": engagement,
            "period": {"starts_on": self.deployment.day(-9), "ends_on": self.deployment.day(-2)},
            "days": "1.5",
            "deliverables": [deliverable],
            "findings": self.words("The bank asks for three years of accounts."),
            "final": final,
            "external_ref": self.words(reference),
        }
        made: str = self.person("delta").post("/v1/work-reports", body)["report_id"]
        return made

    def assessment(self) -> None:
        """One that an assessor works on: a baseline and four options in different states."""
        where = {"client_id": self["client"], "site_id": self["site"], "programme_code": "GREEN-MILLS"}
        extra = {"team": self.words("Works manager, electrician"), "focus": self.words("Steam and rinsing")}
        assessment = self.officer.post("/v1/assessments", where | {"extra": extra})["assessment_id"]
        self.officer.post(f"/v1/assessments/{assessment}/assign", {"person_id": self["expert"]})
        assessor = self.person("delta_assessor")
        self.record_baseline(assessment)
        for name, option in OPTIONS.items():
            said = {"title": self.words(option["title"]), "description": self.words(option["description"])}
            made = assessor.post("/v1/options", option | said | {"assessment_id": assessment})
            self.ids[f"option_{name}"] = made["option_id"]
        self.ids["assessment_open"] = assessment

    def record_baseline(self, assessment: str) -> None:
        body = _baseline(self.deployment.now.date())
        self.person("delta_assessor").put(f"/v1/assessments/{assessment}/baseline", body)

    def import_of_clients(self, folder: Path) -> str:
        """A sheet with rows that are refused."""
        sheet = folder / "trial.csv"
        sheet.write_text(SHEET, encoding="utf-8")
        with sheet.open("rb") as file:
            made = self.officer.ask(
                "POST", "/v1/client-imports", files={"file": ("trial.csv", file)}, data={"mapping": MAPPING}
            )
        job: str = made["import_id"]
        until("the end of the import", lambda: self.officer.get(f"/v1/client-imports/{job}")["finished_at"])
        return job


def furnish(
    deployment: Deployment,
    folder: Path,
    *,
    words: Callable[[str], str] = str,
    mark: str = "",
    language: str = "en",
) -> Furniture:
    """Put everything in its place."""
    made = Furniture(deployment, words, mark, language)
    made.firm()
    made.client(WORKS)
    made.hire("works", "client", client_id=made["client"])
    made.ids["client_new"] = made.client("Coastal Tannery (made up)", qualified=False)
    _work_under_way(made)
    made.assessment()
    made.ids["client_import"] = made.import_of_clients(folder)
    _what_the_play_left(made)
    return made


def _work_under_way(made: Furniture) -> None:
    made.ids["request_open"] = made.request(after=40)
    made.ids["offer_open"] = made.offer_of(made["request_open"])
    made.ids["link"] = made.links[made["offer_open"]]
    made.ids["need_open"] = made.need_of(made["request_open"])
    made.ids["request_unmet"] = made.request("training", after=60)
    made.ids["need_unmet"] = made.need_of(made["request_unmet"])
    made.ids["engagement"] = made.engagement(0)
    made.ids["report"] = made.report(made["engagement"], "DELTA-77")
    made.ids["report_returned"] = made.report(made["engagement"], "DELTA-78")
    made.officer.post(f"/v1/work-reports/{made['report_returned']}/return", {"reason_code": "figures_unclear"})
    declined = made.offer_of(made.request(after=80))
    made.person("delta").post(
        f"/v1/offers/{declined}/decline", {"reason_code": "no_capacity", "note": made.words("Too soon.")}
    )
    made.ids["offer_declined"] = declined
    made.ids["need_declined"] = made.person("delta").get(f"/v1/offers/{declined}")["need_id"]
    made.ids["shortlist"] = until("the next shortlist", lambda: _second_shortlist(made))
    made.ids["link_used"] = made.links[declined]


def _second_shortlist(made: Furniture) -> str | None:
    """The one that was made after the firm had declined."""
    found = made.officer.items("/v1/shortlists", need_id=made["need_declined"])
    return found[-1]["shortlist_id"] if len(found) > 1 else None


def _what_the_play_left(made: Furniture) -> None:
    """The demo's own assessment: approved, with options verified, refused and not demonstrated."""
    finished = made.person("reviewer").items("/v1/assessments", status="approved")[0]["assessment_id"]
    options = made.person("reviewer").items("/v1/options", assessment_id=finished)
    made.ids["assessment"] = finished
    for each in options:
        made.ids[f"option_{each['status']}"] = each["option_id"]


def _baseline(today: date) -> dict[str, Any]:
    first = date(today.year - 1, 1, 1)
    return {
        "period": {"starts_on": first.isoformat(), "ends_on": (date(today.year, 1, 1) - timedelta(days=1)).isoformat()},
        "output": {"quantity": "3420", "unit": "t"},
        "energy": [
            {"carrier": "electricity", "quantity": "8640", "unit": "MWh"},
            {"carrier": "bituminous_coal", "quantity": "12300", "unit": "t"},
        ],
        "material_t": "4917",
        "water_m3": "410400",
        "waste_water_m3": "369000",
        "waste_t": "684",
        "operating_hours": "7200",
    }


def _option(title: str, kind: str, cost: str, saving: str, stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "option_class": kind,
        "investment": {"amount": cost, "currency": "USD"},
        "annual_saving": {"amount": saving, "currency": "USD"},
        "life_years": 8,
        "description": "Seen on both lines; prices asked of two suppliers.",
        "streams": [{"stream_no": 1, **stream}],
        "programme_shares": [{"programme_code": "GREEN-MILLS", "share": "1"}],
    }


POWER = {"resource": "energy", "carrier": "electricity", "unit": "kWh"}
COAL = {"resource": "energy", "carrier": "bituminous_coal", "unit": "t"}
WATER = {"resource": "water", "carrier": "water", "unit": "m3"}
OPTIONS = {
    "leaks": _option(
        "Find and repair compressed air leaks", "good_housekeeping", "1100", "6900", POWER | {"saving": "58000"}
    ),
    "pipe": _option(
        "Insulate 420 m of bare steam pipe", "good_housekeeping", "9200", "12800", COAL | {"saving": "140"}
    ),
    "rinse": _option(
        "Counter-current rinsing on lines 2 and 3",
        "equipment_modification",
        "34000",
        "27500",
        WATER | {"saving": "61000"},
    ),
    "heat": _option("Heat recovery from hot effluent", "technology_change", "88000", "39500", COAL | {"saving": "430"}),
}
