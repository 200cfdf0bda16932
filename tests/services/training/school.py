"""What the training tests play with: an offered course, sessions of it, and people who come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2

from chassis.clock import new_id
from contracts.clients import ClientRegistered
from contracts.matching import ExpertAdded, ProviderRegistered
from contracts.principals import Role
from tests.kit import people
from tests.kit.room import Room

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, nine o'clock in the made-up country
COURSE = {
    "title": "Steam and condensate",
    "competences": [{"code": "recp_assessment", "level": 3}],
    "hours": "16",
    "language": "en",
    "validity_months": 24,
}
SESSION = {
    "starts_at": "2026-04-06T09:00:00+07:00",
    "ends_at": "2026-04-07T16:00:00+07:00",
    "time_zone": "Asia/Bangkok",
    "province": "XA-R",
    "language": "en",
    "seats": 2,
    "programme_code": "GREEN-MILLS",
}


@dataclass
class School:
    """A room with a provider of one expert, a client, and somebody of each role at a desk."""

    here: Room
    provider_id: UUID
    person_id: UUID
    client_id: UUID
    officer: httpx2.AsyncClient
    trainer: httpx2.AsyncClient
    provider: httpx2.AsyncClient
    client: httpx2.AsyncClient

    async def course(self, **facts: Any) -> dict[str, Any]:
        """An offered course."""
        return await made(self.officer.post("/v1/courses", json=COURSE | facts))

    async def session(self, **facts: Any) -> dict[str, Any]:
        """A session of a new course, unless `course_id` says of which."""
        if "course_id" not in facts:
            facts["course_id"] = (await self.course())["course_id"]
        return await made(self.officer.post("/v1/sessions", json=SESSION | facts))

    async def enrol(self, session: dict[str, Any], full_name: str, http: Any = None, **facts: Any) -> dict[str, Any]:
        """One person, enrolled by an officer unless somebody else is named; facts of the person by name."""
        outer: dict[str, Any] = {name: facts.pop(name) for name in ("provider_id", "client_id") if name in facts}
        body: dict[str, Any] = {
            "session_id": session["session_id"],
            "participant": {"full_name": full_name, **facts},
            **outer,
        }
        return await made((http or self.officer).post("/v1/enrolments", json=body))

    async def confirmed(self, full_name: str = "Expert Example", **session: Any) -> dict[str, Any]:
        """The provider's expert with a seat in a new session."""
        held = await self.session(**session)
        return await self.enrol(held, full_name, self.provider, person_id=str(self.person_id))

    async def enrolment(self, enrolment_id: str) -> dict[str, Any]:
        return await made(self.officer.get(f"/v1/enrolments/{enrolment_id}"), 200)

    async def enrolled(self, session: dict[str, Any], **filters: Any) -> list[dict[str, Any]]:
        """Everybody in a session, in the order of enrolment."""
        wanted = {"session_id": session["session_id"], "limit": 200, **filters}
        items: list[dict[str, Any]] = (await made(self.officer.get("/v1/enrolments", params=wanted), 200))["items"]
        return items

    async def statuses(self, session: dict[str, Any]) -> dict[str, str]:
        """Name to status."""
        return {each["full_name"]: each["status"] for each in await self.enrolled(session)}

    async def change(self, session: dict[str, Any], http: Any = None, **changes: Any) -> httpx2.Response:
        """PATCH of the version that was read."""
        current = await (http or self.officer).get(f"/v1/sessions/{session['session_id']}")
        answer: httpx2.Response = await (http or self.officer).patch(
            f"/v1/sessions/{session['session_id']}", json=changes, headers={"If-Match": current.headers["etag"]}
        )
        return answer

    async def cancel(self, enrolment: dict[str, Any], http: Any = None, reason: str = "cannot_come") -> dict[str, Any]:
        path = f"/v1/enrolments/{enrolment['enrolment_id']}/cancel"
        return await made((http or self.officer).post(path, json={"reason_code": reason}), 200)


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


async def open_school(here: Room) -> School:
    """Matching and clients have told of a provider, its expert and a client."""
    provider_id, person_id, client_id = new_id(), new_id(), new_id()
    await here.tell(
        a_provider(provider_id),
        ExpertAdded(expert_id=new_id(), provider_id=provider_id, person_id=person_id),
        a_client(client_id),
    )
    return School(
        here,
        provider_id,
        person_id,
        client_id,
        officer=here.as_(people.officer()),
        trainer=here.as_(people.person(Role.TRAINER, person_id=new_id())),
        provider=here.as_(people.provider(provider_id)),
        client=here.as_(people.client(client_id)),
    )


def a_provider(provider_id: UUID) -> ProviderRegistered:
    facts = {"kind": "firm", "country": "XA", "places": [], "languages": ["en"], "sectors": []}
    return ProviderRegistered.model_validate({"provider_id": provider_id, **facts})


def a_client(client_id: UUID) -> ClientRegistered:
    return ClientRegistered(client_id=client_id, isic=None, country="XA", province="XA-R", province_scheme="demo")
