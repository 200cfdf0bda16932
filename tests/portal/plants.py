"""Plants with options for the portal's tests: taken in, assessed, decided on, each step through the public API."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.clock import new_id
from tests.kit.house import OpenHouse

COMPANY: dict[str, Any] = {
    "country": "XA",
    "province": "XA-R",
    "isic": {"code": "1061", "revision": "4"},
    "size_class": "medium",
}
FAN: dict[str, Any] = {
    "title": "Control the fan's speed",
    "option_class": "equipment_modification",
    "investment": {"amount": "4200", "currency": "USD"},
    "annual_saving": {"amount": "2800", "currency": "USD"},
    "life_years": 10,
    "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "26000"}],
    "boundary_id": "main-fan",
}
DRYER: dict[str, Any] = {
    "title": "Insulate the dryer",
    "option_class": "on_site_recovery_reuse",
    "investment": {"amount": "18000", "currency": "USD"},
    "annual_saving": {"amount": "7400", "currency": "USD"},
    "life_years": 8,
    "streams": [{"stream_no": 1, "resource": "energy", "carrier": "fuel_oil", "unit": "MJ", "saving": "300000"}],
}
RINSE: dict[str, Any] = {
    "title": "Close the rinse water cycle",
    "option_class": "good_housekeeping",
    "investment": {"amount": "0", "currency": "USD"},
    "annual_saving": {"amount": "600", "currency": "USD"},
    "life_years": 5,
    "streams": [{"stream_no": 1, "resource": "water", "carrier": "water", "unit": "m3", "saving": "900"}],
}
HUSK: dict[str, Any] = {"title": "Sell the husk", "option_class": "useful_by_product", "streams": [
    {"stream_no": 1, "resource": "waste", "carrier": "husk", "unit": "t", "saving": "120"}
]}  # fmt: skip
MEASURED: dict[str, Any] = {
    "method": "retrofit_isolation",
    "ipmvp_option": "B",
    "stream_no": 1,
    "rate_unit": "kW",
    "baseline": {
        "instrument_id": "m-1", "instrument_uncertainty": "0.01", "count": 12, "mean": "13.2", "sd": "0.3",
        "starts_on": "2025-01-03", "ends_on": "2025-01-23",
    },
    "reporting": {
        "instrument_id": "m-1", "instrument_uncertainty": "0.01", "count": 12, "mean": "8.9", "sd": "0.35",
        "starts_on": "2025-07-01", "ends_on": "2026-06-30",
    },
    "hours": {"value": "3050", "source": "hour counter"},
}  # fmt: skip


@dataclass
class Plant:
    """A company with its site, and what was found in it: the option's id by its title."""

    client_id: str
    site_id: str
    assessment_id: str = ""
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class Centre:
    """The people who make plants."""

    officer: httpx2.AsyncClient
    assessor: httpx2.AsyncClient
    reviewer: httpx2.AsyncClient
    verifier: httpx2.AsyncClient
    assessor_person: str
    settle: Callable[[], Awaitable[None]]

    @classmethod
    async def of(cls, house: OpenHouse) -> "Centre":
        person = str(new_id())
        return cls(
            officer=await house.hire("officer"),
            assessor=await house.hire("assessor", person_id=person),
            reviewer=await house.hire("reviewer", person_id=str(new_id())),
            verifier=await house.hire("verifier", person_id=str(new_id())),
            assessor_person=person,
            settle=house.settle,
        )

    async def take_in(self, name: str, **facts: Any) -> Plant:
        """A qualified company that agrees to be shared with providers, and its one site."""
        client = await done(self.officer, "/v1/clients", COMPANY | {"name": name} | facts, 201)
        place = {"client_id": client["client_id"], "country": "XA", "province": client["province"]}
        site = await done(self.officer, "/v1/sites", place | {"name": "Plant 1"}, 201)
        await done(self.officer, f"/v1/clients/{client['client_id']}/qualify")
        agreed = {"purpose": "share_with_providers", "text_version": "1", "client_id": client["client_id"]}
        await done(self.officer, "/v1/consents", agreed, 201)
        await self.settle()
        return Plant(client["client_id"], site["site_id"])

    async def assess(self, plant: Plant, *options: dict[str, Any], programme: str | None = None) -> None:
        """Its assessment, written and not yet approved."""
        where = {"client_id": plant.client_id, "site_id": plant.site_id, "programme_code": programme}
        opened = await done(self.officer, "/v1/assessments", where, 201)
        plant.assessment_id, path = opened["assessment_id"], f"/v1/assessments/{opened['assessment_id']}"
        await done(self.officer, f"{path}/assign", {"person_id": self.assessor_person})
        year = {"starts_on": "2024-01-01", "ends_on": "2024-12-31"}
        answer = await self.assessor.put(f"{path}/baseline", json={"period": year, "water_m3": "9600"})
        assert answer.status_code == 200, answer.text
        for each in options:
            found = await done(self.assessor, "/v1/options", each | {"assessment_id": plant.assessment_id}, 201)
            plant.options[found["title"]] = found["option_id"]
        await done(self.assessor, f"{path}/complete")

    async def approve(self, plant: Plant) -> None:
        await done(self.reviewer, f"/v1/assessments/{plant.assessment_id}/approve")

    async def implement(self, plant: Plant, option: dict[str, Any], on: str = "2025-06-12") -> None:
        """Decided and done, as the company states."""
        path = f"/v1/options/{plant.options[option['title']]}"
        await done(self.officer, f"{path}/approve")
        await done(self.officer, f"{path}/implement", {"occurred_on": on})

    async def verify(self, plant: Plant, option: dict[str, Any]) -> None:
        """Measured before and after, and demonstrated."""
        made = await done(self.verifier, f"/v1/options/{plant.options[option['title']]}/verify", MEASURED)
        assert made["status"] == "verified", made


async def done(http: httpx2.AsyncClient, path: str, body: Any = None, status: int = 200) -> Any:
    """What was asked for, and it was done."""
    answer = await http.post(path, json=body)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()
