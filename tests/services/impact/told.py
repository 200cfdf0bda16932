"""What other services would tell: companies, and options on their way, in a few words."""

import dataclasses
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from contracts.assessments import (
    AssessmentApproved,
    AssessmentOpened,
    OptionApproved,
    OptionIdentified,
    OptionImplemented,
    OptionPostponed,
    OptionRefused,
    OptionVerified,
)
from contracts.clients import ClientRegistered, ServiceRequestSubmitted, SiteOpened
from contracts.event import Event
from contracts.matching import EngagementCompleted, EngagementStarted
from contracts.values import Money, ProgrammeShare, Sector, Stream

ON = date(2026, 3, 1)


def money(amount: str | int, currency: str = "USD") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def energy(mj: str | int | None, number: int = 1) -> Stream:
    known = None if mj is None else Decimal(mj)
    return Stream(stream_no=number, resource="energy", carrier="electricity", unit="kWh", energy_mj=known)


def water(m3: str | int | None, number: int = 2) -> Stream:
    known = None if m3 is None else Decimal(m3)
    return Stream(stream_no=number, resource="water", carrier="fresh_water", unit="m3", water_m3=known)


@dataclasses.dataclass
class Firm:
    """A company with one plant and one assessment; `events` is what has been told of it so far."""

    province: str | None = "XA-R"
    country: str = "XA"
    isic: str | None = "1061"
    programme: str | None = None
    client_id: UUID = dataclasses.field(default_factory=new_id)
    site_id: UUID = dataclasses.field(default_factory=new_id)
    request_id: UUID = dataclasses.field(default_factory=new_id)
    assessment_id: UUID = dataclasses.field(default_factory=new_id)
    events: list[Event] = dataclasses.field(default_factory=list)

    def registers(self) -> "Firm":
        place = {"client_id": self.client_id, "country": self.country, "province": self.province}
        sector = Sector(code=self.isic, revision="4") if self.isic else None
        self.events += [ClientRegistered(**place, isic=sector), SiteOpened(**place, site_id=self.site_id)]
        return self

    def requests(self) -> "Firm":
        self.events.append(
            ServiceRequestSubmitted(
                request_id=self.request_id,
                client_id=self.client_id,
                site_id=self.site_id,
                kind="assessment",
                programme_code=self.programme,
                isic=None,
                country=self.country,
                province=self.province,
                language="en",
                wanted_from=ON,
                wanted_until=ON,
                days=5,
            )
        )
        return self

    def assessed(self, on: date = ON) -> "Firm":
        self.events += [
            AssessmentOpened(**self.thread, programme_code=self.programme, assessor_id=new_id()),
            AssessmentApproved(**self.thread, occurred_on=on),
        ]
        return self

    def works(self, days: str = "6.5", on: date = ON) -> "Firm":
        """A provider's engagement, from its start to its end."""
        job = {
            "engagement_id": new_id(),
            "need_id": new_id(),
            "client_id": self.client_id,
            "provider_id": new_id(),
        }
        self.events += [
            EngagementStarted(
                **job,
                site_id=self.site_id,
                person_id=new_id(),
                kind="assessment",
                programme_code=self.programme,
                country=self.country,
                province=self.province,
                starts_on=on,
            ),
            EngagementCompleted(**job, days=Decimal(days), occurred_on=on),
        ]
        return self

    def option(self, *path: str, **facts: Any) -> "Firm":
        """An option and the states it goes through after it is identified."""
        option = new_id()
        cost, saving = facts.pop("cost", money(100)), facts.pop("saving", money(40))
        streams = facts.pop("streams", (energy(1000),))
        shares: Sequence[ProgrammeShare] = facts.pop("shares", ())
        on = facts.pop("on", ON)
        thread = {
            "option_id": option,
            "assessment_id": self.assessment_id,
            "client_id": self.client_id,
            "site_id": self.site_id,
            "programme_shares": shares,
        }
        self.events.append(
            OptionIdentified(**thread, occurred_on=on, investment=cost, annual_saving=saving, streams=streams)
        )
        for step in path:
            told = facts.get(step, {})
            self.events.append(_step(step, {**thread, "occurred_on": on, "streams": streams, **told}))
        return self

    @property
    def thread(self) -> dict[str, UUID]:
        return {"assessment_id": self.assessment_id, "client_id": self.client_id, "site_id": self.site_id}


def _step(step: str, facts: dict[str, Any]) -> Event:
    match step:
        case "approved":
            return OptionApproved(**facts)
        case "pending":
            return OptionPostponed(**facts)
        case "refused":
            return OptionRefused(**facts, reason_code="other")
        case "implemented":
            return OptionImplemented(**facts, reported_by_role="client_stated")
    verdict = "demonstrated" if step == "verified" else step.removeprefix("verdict:")
    return OptionVerified(
        **facts, verification_id=new_id(), verdict=verdict, verifier_id=new_id(), method="retrofit_isolation"
    )


def shares(**parts: str) -> tuple[ProgrammeShare, ...]:
    """`shares(GREEN_MILLS="0.5")`: a programme and the part it may claim."""
    return tuple(
        ProgrammeShare(programme_code=code.replace("_", "-"), share=Decimal(share)) for code, share in parts.items()
    )


def told(*firms: Firm) -> list[Event]:
    return [event for firm in firms for event in firm.events]
