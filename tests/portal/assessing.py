"""A plant under assessment and the people around it, each before the pages that are theirs."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from chassis.clock import new_id
from tests.kit.house import OpenHouse
from tests.kit.portal import Browser, Page
from tests.portal.conftest import Visitors

YEAR: dict[str, Any] = {
    "period": {"starts_on": "2025-01-01", "ends_on": "2025-12-31"},
    "output": {"quantity": "1200", "unit": "t"},
    "energy": [
        {"carrier": "electricity", "quantity": "500", "unit": "MWh"},
        {"carrier": "diesel", "quantity": "10", "unit": "t"},
    ],
    "material_t": "1500",
    "water_m3": "6000",
    "waste_water_m3": "4800",
    "waste_t": "90",
}
MOTOR: dict[str, Any] = {
    "title": "Replace the motor of the husker",
    "option_class": "equipment_modification",
    "investment": {"amount": "1000", "currency": "USD"},
    "annual_saving": {"amount": "2000", "currency": "USD"},
    "life_years": 10,
    "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "12900"}],
}


@dataclass
class Plant:
    """The assessment of a mill, opened by an officer for an assessor of the centre; dates are around `today`."""

    house: OpenHouse
    visit: Visitors
    api: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    client_id: str = ""
    assessment_id: str = ""
    assessor_id: str = field(default_factory=lambda: str(new_id()))
    seen: dict[str, Browser] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/assessments/{self.assessment_id}"

    def day(self, off: int) -> str:
        """So many days from today, of business time."""
        return str(self.house.house.clock.now().date() + timedelta(days=off))

    async def opened(self, name: str = "Quokka Mill") -> "Plant":
        """The company is known, its assessment open and assigned."""
        self.api["officer"] = officer = await self.house.hire("officer", provinces=["XA-R"])
        company = {"name": name, "country": "XA", "province": "XA-R"}
        self.client_id = (await done(officer.post("/v1/clients", json=company)))["client_id"]
        site = {"client_id": self.client_id, "name": "Mill one", "country": "XA", "province": "XA-R"}
        site_id = (await done(officer.post("/v1/sites", json=site)))["site_id"]
        await self.house.settle()
        body = {"client_id": self.client_id, "site_id": site_id, "programme_code": "GREEN-MILLS"}
        self.assessment_id = (await done(officer.post("/v1/assessments", json=body)))["assessment_id"]
        who = {"person_id": self.assessor_id}
        await done(officer.post(f"/v1{self.path}/assign", json=who))
        self.api["assessor"] = await self.house.hire("assessor", **who)
        self.api["reviewer"] = await self.house.hire("reviewer", person_id=str(new_id()))
        self.api["client"] = await self.house.hire("client", client_id=self.client_id)
        return self

    async def with_option(self, **other: Any) -> str:
        """Baseline and one option, by the API; the option's path."""
        await done(self.api["assessor"].put(f"/v1{self.path}/baseline", json=YEAR))
        body = {"assessment_id": self.assessment_id, **MOTOR, **other}
        made = await done(self.api["assessor"].post("/v1/options", json=body))
        return f"/options/{made['option_id']}"

    async def approved(self, **other: Any) -> str:
        option = await self.with_option(**other)
        await done(self.api["assessor"].post(f"/v1{self.path}/complete"))
        await done(self.api["reviewer"].post(f"/v1{self.path}/approve"))
        return option

    async def implemented(self, **other: Any) -> str:
        """That option done 200 days ago."""
        option = await self.approved(**other)
        await done(self.api["client"].post(f"/v1{option}/approve"))
        stated = {"occurred_on": self.day(-200), "commissioned_on": self.day(-200)}
        await done(self.api["client"].post(f"/v1{option}/implement", json=stated))
        return option

    async def as_(self, role: str) -> Browser:
        """Somebody of this role, signed in; the same person each time."""
        facts: dict[str, dict[str, Any]] = {
            "assessor": {"person_id": self.assessor_id},
            "officer": {"provinces": ["XA-R"]},
            "client": {"client_id": self.client_id},
        }
        if role not in self.seen:
            self.seen[role] = await self.visit(role, **facts.get(role, {"person_id": str(new_id())}))
        return self.seen[role]

    async def see(self, role: str, path: str = "", **query: Any) -> Page:
        """A page, the assessment's if none is named, as somebody of a role."""
        return await (await self.as_(role)).see(path or self.path, **query)

    async def options(self) -> list[dict[str, Any]]:
        query = {"assessment_id": self.assessment_id}
        found: list[dict[str, Any]] = (await done(self.api["reviewer"].get("/v1/options", params=query)))["items"]
        return found


async def done(answer: Any) -> dict[str, Any]:
    """What a request that has to succeed brings."""
    got: httpx2.Response = await answer
    assert got.status_code in (200, 201), f"{got.request.url}: {got.status_code} {got.text}"
    found: dict[str, Any] = got.json()
    return found


def typed(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields whose names are no names of Python."""
    return fields
