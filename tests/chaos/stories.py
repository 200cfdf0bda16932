"""What the load does: companies are taken in and ask for help, providers answer, people race for seats."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.chaos.load import Load, Person

SECTOR = {"code": "1061", "revision": "4"}
WHERE = {"country": "XA", "province": "XA-R"}
SKILLS = (("recp_assessment", 5), ("food_hygiene", 4))
FIRMS, SEATS, CROWD, LOOK_S = 6, 4, 7, 1.0
ACCEPTED, SIZES = 0.6, ("micro", "small", "medium", "large")


class Town:
    """Everybody who acts, and the numbers that make each thing they make recognisable."""

    def __init__(self, load: Load, administrator: str, chance: random.Random) -> None:
        self.load, self.chance = load, chance
        self.administrator = Person(load, administrator)
        self.officer = self.trainer = self.administrator
        self.firms: list[Person] = []
        self.course = ""
        self.numbers = count(1)

    async def hire(self, label: str, role: str, **facts: Any) -> Person:
        """A key for somebody. A key's text is shown once: who lost the answer asks for another."""
        while True:
            made = await self.administrator.post("/v1/keys", {"label": label, "roles": [role], **facts})
            assert made.ok, made
            if made.body["key"] is not None:
                return Person(self.load, made.body["key"], {name: str(value) for name, value in facts.items()})

    async def move_in(self, *, firms: int = FIRMS, training: bool = True) -> None:
        """Keys for all, providers with what they need to be chosen, a course."""
        self.officer = await self.hire("officer", "officer")
        for number in range(firms):
            self.firms.append(await self._firm(number))
        if training:
            self.trainer = await self.hire("trainer", "trainer")
            course = {"title": "Load course", "hours": "6", "language": "en"}
            self.course = (await self.trainer.post("/v1/courses", course)).body["course_id"]

    async def _firm(self, number: int) -> Person:
        facts = {"name": f"Made-up firm {number}", "kind": "firm", "country": "XA", "languages": ["en"]}
        places = {"places": [{"country": "XA"}], "sectors": [{"code": "10", "revision": "4"}], "days_per_week": 7}
        provider = (await self.officer.post("/v1/providers", facts | places)).body["provider_id"]
        await self.officer.post(f"/v1/providers/{provider}/approve")
        expert = {"provider_id": provider, "full_name": f"Made-up expert {number}"}
        person = (await self.officer.post("/v1/experts", expert)).body["person_id"]
        for code, level in SKILLS:
            grant = {"person_id": person, "code": code, "level": level, "valid_from": "2020-01-01", "evidence": "seen"}
            granted = await self.officer.post("/v1/competences", grant)
            assert granted.ok, granted
        return await self.hire(f"firm {number}", "provider", provider_id=provider, person_id=person)

    # stories

    async def company(self) -> None:
        """A company is taken in, two officers change it at once, it asks for an assessment."""
        officer, number = self.officer, next(self.numbers)
        made = await officer.post("/v1/clients", {"name": f"Mill {number}", "isic": SECTOR, **WHERE})
        assert made.ok, made
        client = made.body["client_id"]
        site = await officer.post("/v1/sites", {"client_id": client, "name": f"Plant {number}", **WHERE})
        consent = {"client_id": client, "purpose": "share_with_providers", "text_version": "1"}
        await officer.post("/v1/consents", consent)
        qualified = await officer.post(f"/v1/clients/{client}/qualify")
        await asyncio.gather(
            *[self._resize(client, qualified.version, size) for size in self.chance.sample(SIZES, k=2)]
        )
        await officer.post("/v1/service-requests", self._wish(client, site.body["site_id"]))

    async def _resize(self, client: str, version: int, size: str) -> None:
        await self.officer.patch(f"/v1/clients/{client}", {"size_class": size}, version)

    def _wish(self, client: str, site: str) -> dict[str, Any]:
        begins = datetime.now(UTC).date() + timedelta(days=self.chance.randrange(30, 700))
        window = {"wanted_from": str(begins), "wanted_until": str(begins + timedelta(days=60)), "days": 1}
        return {"client_id": client, "site_id": site, "kind": "assessment", "language": "en", **window}

    async def answering(self, firm: Person) -> None:
        """A provider looks at its open offers and answers each."""
        found = await firm.get("/v1/offers", status="open", limit=20)
        for offer in found["items"]:
            path = f"/v1/offers/{offer['offer_id']}"
            taken = None
            if self.chance.random() < ACCEPTED:
                taken = await firm.post(f"{path}/accept", {"person_id": firm.ids["person_id"]})
            if taken is None or taken.body.get("code") == "provider_lacks_free_days":
                await firm.post(f"{path}/decline", {"reason_code": "no_capacity"})
        await asyncio.sleep(LOOK_S)

    async def class_room(self) -> None:
        """A session with few seats, more people than seats at once, one of them cancels."""
        starts = datetime.now(UTC) + timedelta(days=self.chance.randrange(20, 300))
        body = {
            "course_id": self.course,
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=6)).isoformat(),
            "time_zone": "Asia/Bangkok",
            "province": "XA-R",
            "language": "en",
            "seats": SEATS,
            "venue": f"Hall {next(self.numbers)}",
        }
        session = await self.trainer.post("/v1/sessions", body)
        assert session.ok, session
        made = await asyncio.gather(*[self._enrol(session.body["session_id"]) for _ in range(CROWD)])
        confirmed = [each.body for each in made if each.ok and each.body.get("status") == "confirmed"]
        if confirmed:
            await self.officer.post(f"/v1/enrolments/{confirmed[0]['enrolment_id']}/cancel")

    async def _enrol(self, session: str) -> Any:
        person = {"full_name": f"Trainee {next(self.numbers)}"}
        return await self.officer.post("/v1/enrolments", {"session_id": session, "participant": person})

    def stories(self, companies: int = 14, rooms: int = 3) -> Sequence[Callable[[], Awaitable[None]]]:
        """Who acts beside whom."""
        told: list[Callable[[], Awaitable[None]]] = [self.company] * companies
        told += [self.class_room] * (rooms if self.course else 0)
        return told + [self._of(firm) for firm in self.firms]

    def _of(self, firm: Person) -> Callable[[], Awaitable[None]]:
        return lambda: self.answering(firm)


class Working:
    """The load at work: begun, ended when told, every operation known at the end."""

    def __init__(self, town: Town, stories: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self.load = town.load
        self._tasks = [asyncio.create_task(self.load.for_ever(story)) for story in stories]

    async def __aenter__(self) -> "Working":
        return self

    async def __aexit__(self, *_: object) -> None:
        """Whatever is still at work has nobody left to work for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def end(self) -> None:
        """Let every story come to its end."""
        self.load.ending.set()
        await asyncio.gather(*self._tasks)

    def check(self) -> None:
        """Raises what went wrong with the load itself."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                task.result()
