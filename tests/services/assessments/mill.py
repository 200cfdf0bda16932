"""A rice mill under assessment and the people around it, each with a client of the API."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from chassis.clock import new_id
from contracts.clients import ClientRegistered, SiteOpened
from contracts.matching import EngagementCancelled, EngagementStarted
from contracts.principals import Principal
from tests.kit import people
from tests.kit.room import Room

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
    "operating_hours": "6000",
}
MOTOR: dict[str, Any] = {
    "title": "Replace the motor of the husker",
    "option_class": "equipment_modification",
    "code": "2.4133",
    "code_scheme": "ARC",
    "investment": {"amount": "1000", "currency": "USD"},
    "annual_saving": {"amount": "1935", "currency": "USD"},
    "life_years": 10,
    "streams": [
        {
            "stream_no": 1,
            "resource": "energy",
            "carrier": "electricity",
            "unit": "kWh",
            "saving": "12900",
            "use_per_year": "39600",
            "money": {"amount": "1935", "currency": "USD"},
        }
    ],
    "boundary_id": "plant/husker/motor",
}


@dataclass
class Mill:
    """A plant under assessment; `api` gives the client of any of its people."""

    here: Room
    client_id: UUID = field(default_factory=new_id)
    site_id: UUID = field(default_factory=new_id)
    need_id: UUID = field(default_factory=new_id)
    engagement_id: UUID = field(default_factory=new_id)
    firm: UUID = field(default_factory=new_id)
    person_id: UUID = field(default_factory=new_id)
    province: str = "XA-R"
    assessment: str = ""

    def __post_init__(self) -> None:
        self.assessor = self.here.as_(people.assessor(self.person_id, self.firm))
        self.reviewer = self.here.as_(people.reviewer())
        self.verifier = self.here.as_(people.verifier())
        self.officer = self.here.as_(people.officer(self.province))
        self.client = self.here.as_(people.client(self.client_id))
        self.provider = self.here.as_(people.provider(self.firm))

    def started(self, **other: Any) -> EngagementStarted:
        facts: dict[str, Any] = {
            "engagement_id": self.engagement_id,
            "need_id": self.need_id,
            "request_id": None,
            "client_id": self.client_id,
            "site_id": self.site_id,
            "provider_id": self.firm,
            "person_id": self.person_id,
            "kind": "assessment",
            "programme_code": "GREEN-MILLS",
            "country": "XA",
            "province": self.province,
            "starts_on": "2026-02-02",
        }
        return EngagementStarted(**(facts | other))

    def cancelled(self) -> EngagementCancelled:
        return EngagementCancelled(
            engagement_id=self.engagement_id,
            need_id=self.need_id,
            client_id=self.client_id,
            provider_id=self.firm,
            reason_code="client_withdrew",
            occurred_on=self.here.clock.now().date(),
        )

    async def known(self) -> None:
        """The clients service has told of client and site."""
        await self.here.tell(
            ClientRegistered(client_id=self.client_id, country="XA", province=self.province, isic=None),
            SiteOpened(site_id=self.site_id, client_id=self.client_id, country="XA", province=None),
        )

    async def engaged(self) -> str:
        """The engagement has opened the assessment."""
        await self.here.tell(self.started())
        found = (await self.assessor.get("/v1/assessments", params={"need_id": str(self.need_id)})).json()
        self.assessment = found["items"][0]["assessment_id"]
        return f"/v1/assessments/{self.assessment}"

    async def identified(self, **other: Any) -> str:
        """An option of the open assessment; its path."""
        answer = await self.assessor.post("/v1/options", json={"assessment_id": self.assessment, **MOTOR, **other})
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def approved(self) -> str:
        """The assessment with its baseline and one option, completed and approved; the option's path."""
        path = await self.engaged()
        await done(self.assessor.put(f"{path}/baseline", json=YEAR))
        option = await self.identified()
        await done(self.assessor.post(f"{path}/complete"))
        await done(self.reviewer.post(f"{path}/approve"))
        return option

    async def implemented(self) -> str:
        """That option approved by the company and done on 1 September 2026."""
        option = await self.approved()
        await done(self.client.post(f"{option}/approve"))
        body = {"occurred_on": "2026-09-01", "cost": {"amount": "1100", "currency": "USD"}}
        await done(self.client.post(f"{option}/implement", json=body))
        return option

    def as_(self, principal: Principal) -> httpx2.AsyncClient:
        return self.here.as_(principal)


async def done(asked: Any) -> dict[str, Any]:
    """The answer of a request that has to succeed."""
    answer = await asked
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.json()
    return body


async def refused(asked: Any) -> tuple[int, str]:
    """Status and code of a request that has to be refused."""
    answer = await asked
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
