"""What the matching tests play with: a client that asks, and firms that may be asked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2

from chassis.clock import new_id
from contracts.assessments import AssessmentApproved
from contracts.clients import ClientRegistered, ConsentGiven, ServiceRequestSubmitted, SiteOpened
from contracts.values import Sector
from tests.kit import people
from tests.kit.room import Room

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday morning in the made-up country
COTTON = Sector(code="1311", revision="4")
GRANTS = {"recp_assessment": 4, "wet_processing": 3, "policy_advice": 3}


@dataclass(frozen=True)
class Firm:
    """A provider with one expert, and the HTTP client of the firm."""

    provider_id: str
    person_id: str
    http: httpx2.AsyncClient


@dataclass
class Stage:
    """A room with a client in XA-R whose consent stands, and an officer of that province."""

    here: Room
    client_id: UUID
    site_id: UUID
    consent_id: UUID
    officer: httpx2.AsyncClient

    async def firm(self, name: str, grants: dict[str, int] | None = None, **facts: Any) -> Firm:
        """An approved firm that fits the cotton mill's jobs, unless the facts or grants say otherwise."""
        body = {
            "name": name,
            "kind": "firm",
            "country": "XA",
            "places": [{"country": "XA"}],
            "languages": ["en"],
            **facts,
        }
        provider = await made(self.officer.post("/v1/providers", json=body))
        provider_id = provider["provider_id"]
        await made(self.officer.post(f"/v1/providers/{provider_id}/approve"), 200)
        expert = {"provider_id": provider_id, "full_name": f"Expert of {name}"}
        person_id = (await made(self.officer.post("/v1/experts", json=expert)))["person_id"]
        for code, level in (GRANTS if grants is None else grants).items():
            await self.grant(person_id, code, level)
        return Firm(provider_id, person_id, self.here.as_(people.provider(UUID(provider_id))))

    async def grant(self, person_id: str, code: str, level: int) -> dict[str, Any]:
        body = {"person_id": person_id, "code": code, "level": level, "valid_from": "2025-01-01"}
        return await made(self.officer.post("/v1/competences", json=body))

    async def ask(self, kind: str = "assessment", **facts: Any) -> UUID:
        """The client asks for a service; the need it opens."""
        request_id = new_id()
        await self.here.tell(self.request(request_id, kind, **facts))
        return await self.need_of(request_id)

    def request(self, request_id: UUID, kind: str = "assessment", **facts: Any) -> ServiceRequestSubmitted:
        asked = {
            "request_id": request_id,
            "client_id": self.client_id,
            "site_id": self.site_id,
            "kind": kind,
            "programme_code": "GREEN-MILLS",
            "isic": COTTON,
            "country": "XA",
            "province": "XA-R",
            "language": "en",
            "wanted_from": "2026-04-01",
            "wanted_until": "2026-04-30",
            "days": 8,
        }
        return ServiceRequestSubmitted.model_validate(asked | facts)

    async def need_of(self, request_id: UUID) -> UUID:
        found = await self.items("/v1/needs", request_id=str(request_id))
        return UUID(found[0]["need_id"])

    async def need(self, need_id: UUID) -> dict[str, Any]:
        return await made(self.officer.get(f"/v1/needs/{need_id}"), 200)

    async def offers(self, need_id: UUID, **filters: str) -> list[dict[str, Any]]:
        return await self.items("/v1/offers", need_id=str(need_id), **filters)

    async def open_offer(self, need_id: UUID) -> dict[str, Any]:
        """The one offer that waits for an answer."""
        (offer,) = await self.offers(need_id, status="open")
        return offer

    async def items(self, path: str, http: Any = None, **filters: str) -> list[dict[str, Any]]:
        page = await made((http or self.officer).get(path, params={"limit": 200, **filters}), 200)
        items: list[dict[str, Any]] = page["items"]
        return items

    async def engage(self, firm: Firm, kind: str = "assessment", **facts: Any) -> str:
        """The client asks, the firm is offered the job and accepts; the engagement."""
        offer = await self.open_offer(await self.ask(kind, **facts))
        answer = await made(firm.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(firm)), 200)
        engagement_id: str = answer["engagement_id"]
        return engagement_id

    async def report(self, firm: Firm, engagement_id: str, **facts: Any) -> dict[str, Any]:
        body = {
            "engagement_id": engagement_id,
            "period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"},
            "days": "7.5",
            "deliverables": [{"title": "Report", "link": "https://example.org/r.pdf", "sha256": "a" * 64}],
            "findings": "Steam leaks in the dye house.",
            "final": True,
        }
        return await made(firm.http.post("/v1/work-reports", json=body | facts))

    async def approve_assessment(self, engagement_id: str) -> None:
        """The reviewer approves the assessment of an engagement."""
        engagement = await made(self.officer.get(f"/v1/engagements/{engagement_id}"), 200)
        await self.here.tell(
            AssessmentApproved(
                assessment_id=new_id(),
                client_id=self.client_id,
                site_id=self.site_id,
                need_id=UUID(engagement["need_id"]),
                engagement_id=UUID(engagement_id),
                occurred_on=self.here.clock.now().date(),
            )
        )


def accepting(firm: Firm) -> dict[str, str]:
    return {"person_id": firm.person_id}


async def made(answering: Any, status: int = 201) -> dict[str, Any]:
    """The body of an answer that has this status."""
    answer = await answering
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def refused(answering: Any) -> tuple[int, str]:
    """Status and code of a problem."""
    answer = await answering
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


async def set_up(here: Room, consent: bool = True) -> Stage:
    client_id, site_id, consent_id = new_id(), new_id(), new_id()
    place = {"country": "XA", "province": "XA-R", "province_scheme": "demo"}
    events: list[Any] = [
        ClientRegistered(client_id=client_id, isic=COTTON, **place),
        SiteOpened(site_id=site_id, client_id=client_id, **place),
    ]
    if consent:
        events.append(given(client_id, consent_id))
    await here.tell(*events)
    return Stage(here, client_id, site_id, consent_id, here.as_(people.officer("XA-R")))


def given(client_id: UUID, consent_id: UUID, **facts: Any) -> ConsentGiven:
    agreed = {"purpose": "share_with_providers", "recipient": None, "text_version": "1", "until": None}
    return ConsentGiven.model_validate({"consent_id": consent_id, "client_id": client_id} | agreed | facts)
