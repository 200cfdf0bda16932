"""What waits for an officer in matching: jobs nobody takes, offers without an answer, reports to answer."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.matching.names import client_names, provider_names
from portal.rooms import Task
from portal.visit import Visit


async def tasks(visit: Visit) -> list[Task]:
    """Of this officer's territory."""
    if not visit.has("officer"):
        return []
    unmet, searching, offers, reports = await asyncio.gather(
        visit.api.all("/v1/needs", status="unmet"),
        visit.api.all("/v1/needs", status="open"),
        visit.api.all("/v1/offers", status="open"),
        visit.api.all("/v1/work-reports", status="submitted"),
    )
    offered = {each["need_id"] for each in offers}
    silent = [each for each in searching if each["need_id"] not in offered]
    clients, providers = await asyncio.gather(
        client_names(visit, [*unmet, *silent]), provider_names(visit, [*offers, *reports])
    )
    return [
        *(_of_job(visit, visit.words("Nobody found for a job"), each, clients) for each in unmet),
        *(_of_job(visit, visit.words("Choose whom to offer a job"), each, clients) for each in silent),
        *(_of_offer(visit, each, providers) for each in offers),
        *(_of_report(visit, each, providers) for each in reports),
    ]


def _of_job(visit: Visit, what: str, need: Mapping[str, Any], clients: Mapping[str, str]) -> Task:
    kind = visit.name("kinds", need["kind"])
    about = visit.words("%(kind)s for %(client)s", kind=kind, client=clients.get(need["client_id"], "–"))
    return Task(what, about, f"/needs/{need['need_id']}", since=datetime.fromisoformat(need["opened_at"]))


def _of_offer(visit: Visit, offer: Mapping[str, Any], providers: Mapping[str, str]) -> Task:
    kind = visit.name("kinds", offer["job"]["kind"])
    about = visit.words("%(kind)s, %(provider)s", kind=kind, provider=providers.get(offer["provider_id"], "–"))
    due = datetime.fromisoformat(offer["deadline_at"])
    return Task(visit.words("Offer without an answer"), about, f"/needs/{offer['need_id']}", due=due)


def _of_report(visit: Visit, report: Mapping[str, Any], providers: Mapping[str, str]) -> Task:
    name = providers.get(report["provider_id"], "–")
    period = visit.figures.days(report["period"]["starts_on"], report["period"]["ends_on"])
    about = visit.words("%(provider)s, work of %(period)s", provider=name, period=period)
    since = datetime.fromisoformat(report["submitted_at"])
    return Task(visit.words("Work report to answer"), about, f"/work-reports/{report['report_id']}", since=since)
