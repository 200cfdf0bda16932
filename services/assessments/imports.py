"""Assessments done elsewhere, from a sender's two files: each with its recommendations in one unit."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.imports.mappings import Reading, SenderMapping, mapping_of
from chassis.imports.notices import tell_of_end
from chassis.imports.runs import (
    BAD_ROW,
    REGISTERED,
    Import,
    Known,
    RowIsBad,
    Tally,
    fault_of,
    require_key,
    side_by_side,
)
from chassis.imports.sheets import Fault, Row, Sheet
from chassis.jobs import Jobs, Working
from chassis.unit_of_work import UnitOfWork
from contracts.refusals import Refusal
from services.assessments import use_cases
from services.assessments.domain import assessments as assessment_rules
from services.assessments.domain import decisions
from services.assessments.domain.assessments import Assessment, RowIsAlreadyImported
from services.assessments.domain.energy import CarrierIsUnknown, NoDensity, UnitIsUnknown
from services.assessments.domain.figures import FigureIsTooLarge
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.options import Implementation, Option
from services.assessments.domain.streams import Resource
from services.assessments.models import assessments, known_clients, known_sites, options
from services.assessments.schemas.imports import AssessmentsMapping, Recommendation

jobs = Jobs(ended=tell_of_end)
ASSESSMENTS, RECOMMENDATIONS = "assessments", "recommendations"
PATIENCE_S, PAUSE_S = 10.0, 0.25
SHORT = 8  # characters; such texts recur
NOT_CONVERTED = (CarrierIsUnknown, UnitIsUnknown, NoDensity, FigureIsTooLarge)
OF_ASSESSMENT = {
    "": "assessment.",
    "RecordBaseline": "assessment.baseline.",
    "Output": "assessment.baseline.output_",
}
OF_RECOMMENDATION = {"": "recommendation.", "RecommendedOption": "recommendation."}
News = list[tuple[Row, Recommendation]]
Sites = list[tuple[UUID, UUID]]


class AssessmentIsNotThere(Refusal):
    sentence = "No assessment {assessment_key} was sent with it, and none is there."


class ClientIsNotThere(Refusal):
    sentence = "No client of {sender} with an open site has the key {client_key}: import the clients first."


class SiteIsNotCertain(Refusal):
    sentence = "Client {client_key} has {number} open sites, and the file does not say which one this is."


class NoRecommendation(Refusal):
    sentence = "It has no recommendation that could be taken in, so it cannot be completed."


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its key; `twin` is the row of its file that bore the key before it."""

    row: Row
    key: str
    twin: int | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """An assessment with its recommendations; without a line where only those were sent."""

    key: str
    line: Line | None
    recommendations: list[Line]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there already of some parcels: assessments and options by their keys, the sites of clients by theirs."""

    assessments: dict[str, Known]
    options: dict[str, Known]
    sites: dict[str, Sites]


class Folded:
    """Rows kept by the key of their assessment, small: the names of columns once, recurring texts once."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._lines: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, assessment: str, line: Line) -> None:
        names = tuple(line.row.cells)
        names = self._shapes.setdefault(names, names)
        texts = tuple(sys.intern(each) if len(each) <= SHORT else each for each in line.row.cells.values())
        kept = (line.row.number, names, texts, line.row.fault, line.row.kinds, line.key, line.twin)
        self._lines.setdefault(sys.intern(assessment), []).append(kept)

    def take(self, assessment: str) -> list[Line]:
        """The rows of an assessment; they are not kept any longer."""
        return [
            Line(Row(number, dict(zip(names, texts, strict=True)), fault, kinds), key, twin)
            for number, names, texts, fault, kinds, key, twin in self._lines.pop(assessment, ())
        ]

    @property
    def left(self) -> list[str]:
        """Assessments whose rows nobody has taken."""
        return list(self._lines)


@jobs.kind("assessment_import")
async def import_assessments(working: Working) -> dict[str, Any]:
    """Bring assessments with their recommendations in."""
    files = Import(working)
    mapping = mapping_of(working.job.input["mapping"], ASSESSMENTS, AssessmentsMapping)
    form, part = mapping.head.file, mapping.part
    sheet = await files.sheet(ASSESSMENTS, form, part.assessment)
    recommended = await files.sheet(RECOMMENDATIONS, form, part.recommendation)
    work = AssessmentImport(files, mapping)
    total = await asyncio.to_thread(work.fold, sheet, recommended)
    await files.run(work.parcels(sheet), work.take, total=total)
    return files.result


class AssessmentImport:
    """Two files on their way in."""

    def __init__(self, files: Import, mapping: SenderMapping[AssessmentsMapping]) -> None:
        self.files, self.mapping, self.part = files, mapping, mapping.part
        self.key_column = mapping.column_of("assessment.row_key")
        self.folded = Folded()
        self._patience = PATIENCE_S

    def fold(self, sheet: Sheet, recommended: Sheet) -> int:
        """Keep the recommendations by their assessment; how many parcels there will be."""
        seen: dict[str, int] = {}
        for row in recommended.rows():
            reading = self.mapping.reading(row)
            key = reading.key(self.part.recommendation.row_key)
            self.folded.add(reading.key(self.part.recommendation.assessment_key), Line(row, key, seen.get(key)))
            seen.setdefault(key, row.number)
        keys = [self.mapping.reading(row).key(self.part.assessment.row_key) for row in sheet.rows()]
        return len(keys) + len(set(self.folded.left) - set(keys))

    def parcels(self, sheet: Sheet) -> Iterator[Parcel]:
        """The assessments in their order, then recommendations whose assessment was not sent."""
        seen: dict[str, int] = {}
        for row in sheet.rows():
            key = self.mapping.reading(row).key(self.part.assessment.row_key)
            yield Parcel(key, Line(row, key, seen.get(key)), self.folded.take(key))
            seen.setdefault(key, row.number)
        for key in self.folded.left:
            yield Parcel(key, None, self.folded.take(key))

    async def take(self, parcels: list[Parcel]) -> Tally:
        """Take some assessments in, side by side."""
        tally, standing = Tally(), await self._standing(parcels)

        async def one(parcel: Parcel) -> None:
            tally.add(await self._one(parcel, standing))

        await side_by_side(one(parcel) for parcel in parcels)
        return tally

    async def _standing(self, parcels: list[Parcel]) -> Standing:
        sender = self.mapping.head.sender
        there = await self.files.known(assessments.table, sender, [parcel.key for parcel in parcels])
        recommended = [line.key for parcel in parcels for line in parcel.recommendations]
        new = [parcel.line.row for parcel in parcels if parcel.line is not None and parcel.key not in there]
        return Standing(
            there,
            await self.files.known(options.table, sender, recommended),
            await self._sites([self.mapping.reading(row).key(self.part.assessment.client_key) for row in new]),
        )

    async def _sites(self, keys: list[str]) -> dict[str, Sites]:
        """The sites of clients by their keys. Clients just brought in may be on their way: wait while more arrive."""
        found = await self._known_sites(keys)
        while self._patience > 0 and (missing := [key for key in keys if key not in found]):
            await asyncio.sleep(PAUSE_S)
            more = await self._known_sites(missing)
            self._patience = PATIENCE_S if more else self._patience - PAUSE_S
            found |= more
        return found

    async def _known_sites(self, keys: Sequence[str]) -> dict[str, Sites]:
        client, site = known_clients.table.c, known_sites.table.c
        rows = await self.files.fetch(
            sa.select(client.row_key, client.client_id, site.site_id)
            .join_from(known_clients.table, known_sites.table, site.client_id == client.client_id)
            .where(client.sender == self.mapping.head.sender, client.row_key.in_(keys), site.is_open.is_(True))
        )
        found: dict[str, Sites] = {}
        for key, client_id, site_id in rows:
            found.setdefault(key, []).append((client_id, site_id))
        return found

    async def _one(self, parcel: Parcel, standing: Standing) -> Tally:
        """Take one assessment in with what is new of its recommendations, or refuse it with all of them."""
        tally, there = Tally(), standing.assessments.get(parcel.key)
        reading = None if parcel.line is None else self.mapping.reading(parcel.line.row)
        news = self._news(parcel, standing, tally)
        try:
            if parcel.line is not None and reading is not None:
                take = self.part.assessment.row_key
                require_key(parcel.line.row, parcel.key, parcel.line.twin, self.key_column, reading=reading, take=take)
            if there is None:
                await self._register(parcel, reading, news, standing, tally)
            elif news:
                await self._add(there.id, news, tally)
        except RowIsAlreadyImported:  # another import was first: look again
            return await self._one(parcel, await self._standing([parcel]))
        except BAD_ROW as error:
            if isinstance(error, RowIsBad):
                there = None
            place = OF_RECOMMENDATION if parcel.line is None else OF_ASSESSMENT
            refused = reading if there is None else None
            self._refuse(parcel, refused, news, fault_of(error, self.mapping, place), tally)
        if there is not None and parcel.line is not None and reading is not None:
            tally.count(ASSESSMENTS, there.outcome, (), parcel.line.row, reading.understood)
        return tally

    def _news(self, parcel: Parcel, standing: Standing, tally: Tally) -> News:
        """The recommendations that are not there yet and can be read."""
        news: News = []
        part, column = self.part.recommendation, self.mapping.column_of("recommendation.row_key")
        for line in parcel.recommendations:
            reading = self.mapping.reading(line.row)
            try:
                require_key(line.row, line.key, line.twin, column, reading=reading, take=part.row_key)
                if line.key in standing.options:
                    outcome = standing.options[line.key].outcome
                    tally.count(RECOMMENDATIONS, outcome, (), line.row, reading.understood)
                else:
                    news.append((line.row, part.recommendation(reading, line.key, self.part)))
            except BAD_ROW as error:
                fault = fault_of(error, self.mapping, OF_RECOMMENDATION)
                tally.refuse(RECOMMENDATIONS, line.row, fault, reading.understood)
        return news

    async def _register(
        self, parcel: Parcel, reading: Reading | None, news: News, standing: Standing, tally: Tally
    ) -> None:
        """A finished assessment: opened, recorded, completed and approved, then its options decided on."""
        if parcel.line is None or reading is None:
            raise AssessmentIsNotThere(assessment_key=parcel.key)
        row, part = parcel.line.row, self.part.assessment
        client_id, site_id = self._site(reading, standing)
        if not news:
            raise NoRecommendation
        year = self.part.year(reading, part.year)
        baseline = part.baseline.record(reading, year, self.part.currency).inputs()
        labels, then = tuple(dict.fromkeys(reading.labels)), Occurrence(year.ends_on, "year")

        async def work(uow: UnitOfWork) -> tuple[Assessment, list[Option]]:
            use_cases.past(uow, then.on, *(each.occurrence.on for _, each in news))
            rules, plant = use_cases.rules(uow), await use_cases.plant(uow, client_id, site_id)
            imported_as = (self.mapping.head.sender, parcel.key)
            opened = await use_cases.open_assessment(uow, plant, imported_as=imported_as)
            recorded = uow.save(*assessment_rules.record_baseline(opened, baseline, rules=rules, labels=labels))
            identified = [await self._identify(uow, recorded, each) for _, each in news]
            completed = await use_cases.complete(uow, recorded)
            approved = uow.save(*assessment_rules.approve(completed, occurrence=then, by=uow.principal))
            return recorded, [await _decide(uow, approved, *each) for each in zip(identified, _told(news), strict=True)]

        recorded, decided = await self.files.unit(work)
        kept = recorded.baseline.labels if recorded.baseline else ()
        tally.count(ASSESSMENTS, REGISTERED, kept, row, reading.understood)
        _count(news, decided, tally)

    async def _add(self, assessment_id: UUID, news: News, tally: Tally) -> None:
        """Further recommendations of an assessment that was brought in before."""

        async def work(uow: UnitOfWork) -> list[Option]:
            use_cases.past(uow, *(each.occurrence.on for _, each in news))
            assessment = await uow.get(Assessment, assessment_id)
            identified = [await self._identify(uow, assessment, each) for _, each in news]
            return [await _decide(uow, assessment, *each) for each in zip(identified, _told(news), strict=True)]

        _count(news, await self.files.unit(work), tally)

    def _site(self, reading: Reading, standing: Standing) -> tuple[UUID, UUID]:
        """The client a row speaks of and its only working site."""
        sender, key = self.mapping.head.sender, reading.key(self.part.assessment.client_key)
        sites = standing.sites.get(key, [])
        if not sites:
            raise ClientIsNotThere(sender=sender, client_key=key)
        if len(sites) > 1:
            raise SiteIsNotCertain(client_key=key, number=len(sites))
        return sites[0]

    async def _identify(self, uow: UnitOfWork, assessment: Assessment, told: Recommendation) -> Option:
        labels, estimates = told.labels, told.option.estimates()
        try:
            streams = use_cases.estimates(uow, assessment, estimates)
        except NOT_CONVERTED:
            labels = (*labels, "stream_is_not_converted")
            plain = [replace(each, resource=Resource.OTHER) for each in estimates]
            streams = use_cases.estimates(uow, assessment, plain)
        return await use_cases.identify_option(
            uow,
            assessment,
            told.option.proposal(streams),
            occurrence=told.occurrence,
            imported_as=(self.mapping.head.sender, told.key),
            labels=labels,
        )

    def _refuse(self, parcel: Parcel, refused: Reading | None, news: News, fault: Fault, tally: Tally) -> None:
        """An assessment that is `refused` takes its recommendations with it."""
        if parcel.line is not None and refused is not None:
            tally.refuse(ASSESSMENTS, parcel.line.row, fault, refused.understood)
            column = self.mapping.column_of("recommendation.assessment_key")
            fault = Fault("assessment_was_refused", f"Its assessment was not taken in: {fault.sentence}", column)
        for row, told in news:
            tally.refuse(RECOMMENDATIONS, row, fault, told.understood)


async def _decide(uow: UnitOfWork, assessment: Assessment, option: Option, told: Recommendation) -> Option:
    """What the company decided, on the day it is known for; implemented only as the company states it."""
    rules, then, at = use_cases.rules(uow), told.occurrence, uow.now()
    if told.decision in ("approved", "implemented"):
        option = await use_cases.keep(uow, *decisions.approve(option, assessment, occurrence=then, at=at))
    match told.decision:
        case "implemented":
            done = Implementation(then, "client_stated", investment=option.proposal.investment)
            return await use_cases.keep(uow, *decisions.implement(option, done, rules=rules, at=at))
        case "refused":
            reasons, reason = rules.options.refusal_reasons, told.reason_code or ""
            return uow.save(*decisions.refuse(option, assessment, reason, reasons=reasons, occurrence=then, at=at))
        case "pending":
            years = rules.options.pending_years
            return uow.save(*decisions.postpone(option, assessment, pending_years=years, occurrence=then, at=at))
    return option


def _told(news: News) -> list[Recommendation]:
    return [told for _, told in news]


def _count(news: News, decided: list[Option], tally: Tally) -> None:
    for (row, told), option in zip(news, decided, strict=True):
        tally.count(RECOMMENDATIONS, REGISTERED, option.labels, row, told.understood)
