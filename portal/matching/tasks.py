"""What waits for an officer in matching: jobs nobody takes, offers without an answer, reports to answer."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from api_client import whole
from portal.matching.names import client_names, provider_names
from portal.rooms import Task
from portal.visit import Visit

SHOWN = 15
"""Of each sort so many stand in the queue one by one, the most urgent; those after them as a number."""
Found = Mapping[str, Any]


async def tasks(visit: Visit) -> list[Task]:
    """Of this officer's territory; requests that nobody can meet are among the jobs."""
    if not visit.has("officer"):
        return []
    unmet, searching, offers, reports = await asyncio.gather(
        whole(visit.api.list_needs, status="unmet"),
        whole(visit.api.list_needs, status="open"),
        whole(visit.api.list_offers, status="open"),
        whole(visit.api.list_work_reports, status="submitted"),
    )
    offered = {each["need_id"] for each in offers}
    silent = [each for each in searching if each["need_id"] not in offered]
    offers.sort(key=lambda each: str(each["deadline_at"]))
    reports.sort(key=lambda each: str(each["submitted_at"]))
    clients, providers = await asyncio.gather(
        client_names(visit, [*unmet[:SHOWN], *silent[:SHOWN]]),
        provider_names(visit, [*offers[:SHOWN], *reports[:SHOWN]]),
    )
    nobody, choose = visit.words("Nobody found for a job"), visit.words("Choose whom to offer a job")
    return [
        *_some(visit, unmet, lambda each: _of_job(visit, nobody, each, clients), "/needs?status=unmet"),
        *_some(visit, silent, lambda each: _of_job(visit, choose, each, clients), "/needs"),
        *_some(visit, offers, lambda each: _of_offer(visit, each, providers), "/needs"),
        *_some(visit, reports, lambda each: _of_report(visit, each, providers), "/engagements"),
    ]


def _some(visit: Visit, found: list[Any], task: Callable[[Found], Task], path: str) -> list[Task]:
    shown = [task(each) for each in found[:SHOWN]]
    if not found[SHOWN:]:
        return shown
    more = visit.words.counted("One more like these", "%(num)s more like these", len(found) - SHOWN)
    return [*shown, Task(more, shown[0].what, path)]


def _of_job(visit: Visit, what: str, need: Found, clients: Mapping[str, str]) -> Task:
    kind = visit.name("kinds", need["kind"])
    about = visit.words("%(kind)s for %(client)s", kind=kind, client=clients.get(need["client_id"], "–"))
    return Task(what, about, f"/needs/{need['need_id']}", since=datetime.fromisoformat(need["opened_at"]))


def _of_offer(visit: Visit, offer: Found, providers: Mapping[str, str]) -> Task:
    kind = visit.name("kinds", offer["job"]["kind"])
    about = visit.words("%(kind)s, %(provider)s", kind=kind, provider=providers.get(offer["provider_id"], "–"))
    due = datetime.fromisoformat(offer["deadline_at"])
    return Task(visit.words("Offer without an answer"), about, f"/needs/{offer['need_id']}", due=due)


def _of_report(visit: Visit, report: Found, providers: Mapping[str, str]) -> Task:
    name = providers.get(report["provider_id"], "–")
    period = visit.figures.days(report["period"]["starts_on"], report["period"]["ends_on"])
    about = visit.words("%(provider)s, work of %(period)s", provider=name, period=period)
    since = datetime.fromisoformat(report["submitted_at"])
    return Task(visit.words("Work report to answer"), about, f"/work-reports/{report['report_id']}", since=since)
