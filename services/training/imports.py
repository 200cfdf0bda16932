"""Long work of training: lists of who came and who passed, and the certificates of a whole session."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.imports.mappings import Reading, SenderMapping, Take, mapping_of
from chassis.imports.rows import Fault, Row, RowIsBad
from chassis.imports.runs import ALREADY_THERE, CHUNK, REGISTERED, Import, Tally, side_by_side
from chassis.imports.sheets import Sheet
from chassis.jobs import Jobs, Working
from chassis.unit_of_work import UnitOfWork
from contracts.refusals import Refusal
from services.training.domain.certificates import CertificateIsIssued, HasNotPassed
from services.training.domain.participants import name_key
from services.training.domain.results import PersonIsAmbiguous, Roster
from services.training.models import enrolments
from services.training.queries import recorded_by, roster_of, without_certificate
from services.training.schemas.results import ATTENDANCE, ATTENDANCE_IMPORT, CERTIFICATE_JOB, AttendanceMapping
from services.training.use_cases import issue_certificate, record_as_listed

jobs = Jobs()
FILE = "file"
YES = frozenset("yes y true 1 x present passed có đạt oui".split())  # noqa: SIM905
NO = frozenset("no n false 0 - absent failed không trượt non".split())  # noqa: SIM905
FIELD_OF = {
    "nobody_is_expected": "person",
    "session_has_not_begun": "session",
    "reason_is_unknown": "reason",
}
"""What of a row a rule refuses; where nothing else is said, the result."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row and whose it is, or why nobody's; `twin` is the row of this list that spoke of the person before."""

    row: Row
    enrolment_id: UUID | None
    fault: Fault | None = None
    twin: int | None = None


@jobs.kind(ATTENDANCE_IMPORT)
async def import_attendance(working: Working) -> dict[str, Any]:
    """Record what a list says."""
    files = Import(working)
    mapping = mapping_of(working.job.input["mapping"], ATTENDANCE, AttendanceMapping)
    sheet = await files.sheet(FILE, mapping.head.file, mapping.part)
    work = AttendanceList(files, mapping, working.job.input["session_id"])
    await work.look_up(sheet)
    await files.run(work.parcels(sheet), work.take, total=files.files[FILE]["rows"])
    return files.result


class AttendanceList:
    """A list on its way in; who is in its sessions is looked up before."""

    def __init__(self, files: Import, mapping: SenderMapping[AttendanceMapping], session_id: str | None) -> None:
        self.files, self.mapping, self.session_id = files, mapping, session_id
        self.rosters: dict[UUID, Roster] = {}

    async def look_up(self, sheet: Sheet) -> None:
        """Everybody who is enrolled in a session the list names."""
        named = {self._session_in(row) for row in sheet.rows()} if self.session_id is None else {self.session_id}
        for session_id in filter(None, map(_id_in, named)):
            self.rosters[session_id] = await roster_of(self.files.fetch, session_id)

    def parcels(self, sheet: Sheet) -> Iterator[Parcel]:
        """Its rows, each with whom it speaks of."""
        seen: dict[UUID, int] = {}
        for row in sheet.rows():
            try:
                enrolment_id = self._whose(row)
            except RowIsBad as bad:
                yield Parcel(row, None, bad.fault)
            else:
                yield Parcel(row, enrolment_id, twin=seen.get(enrolment_id))
                seen.setdefault(enrolment_id, row.number)

    async def take(self, parcels: list[Parcel]) -> Tally:
        """Record some rows, side by side."""
        tally = Tally()
        await side_by_side(self._one(parcel, tally) for parcel in parcels)
        return tally

    async def _one(self, parcel: Parcel, tally: Tally) -> None:
        row, reading = parcel.row, self.mapping.reading(parcel.row)
        try:
            outcome = await self._record(parcel, reading)
            tally.count(FILE, outcome, reading.labels, row, reading.understood)
        except RowIsBad as bad:
            tally.refuse(FILE, row, bad.fault, reading.understood)
        except Refusal as refusal:
            column = self.mapping.column_of(FIELD_OF.get(refusal.code, "passed"))
            tally.refuse(FILE, row, Fault(refusal.code, str(refusal), column), reading.understood)

    async def _record(self, parcel: Parcel, reading: Reading) -> str:
        if parcel.fault is not None or parcel.enrolment_id is None:
            raise RowIsBad(parcel.fault or Fault("row_is_nobodys", "The row speaks of nobody."))
        if parcel.twin is not None:
            sentence = f"Row {parcel.twin} speaks of this person already."
            raise RowIsBad(Fault("person_stands_twice", sentence, self.mapping.column_of("person")))
        part, enrolment_id = self.mapping.part, parcel.enrolment_id
        attended = self._truth(reading, "attended", part.attended)
        if attended is None:
            raise RowIsBad(Fault("cell_is_empty", "Say yes or no.", self.mapping.column_of("attended")))
        passed, reason = self._truth(reading, "passed", part.passed), reading.code("reason", part.reason)

        async def work(uow: UnitOfWork) -> bool:
            return await record_as_listed(uow, enrolment_id, attended, passed, reason)

        if await self.files.unit(work):
            return REGISTERED
        # What this very job recorded before it was killed is its own doing.
        mine = await self.files.fetch(recorded_by(self.files.job_id, enrolment_id))
        return REGISTERED if mine else ALREADY_THERE

    def _whose(self, row: Row) -> UUID:
        """The enrolment a row speaks of; raises `RowIsBad`."""
        if row.fault is not None:
            raise RowIsBad(row.fault)
        session = self.session_id or self._session_in(row)
        roster = self.rosters.get(_id_in(session) or UUID(int=0))
        if roster is None or not roster.entries:
            sentence = "Nobody is enrolled in a session of this id."
            raise RowIsBad(Fault("session_is_unknown", sentence, self.mapping.column_of("session")))
        person = self.mapping.reading(row).text("person", self.mapping.part.person) or ""
        try:
            found = roster.find(_id_in(person), name_key(person))
        except PersonIsAmbiguous as refusal:
            raise RowIsBad(Fault(refusal.code, str(refusal), self.mapping.column_of("person"))) from None
        if found is None:
            sentence = "Nobody of this id or name is enrolled in the session."
            raise RowIsBad(Fault("person_is_not_enrolled", sentence, self.mapping.column_of("person")))
        return found

    def _session_in(self, row: Row) -> str:
        take = self.mapping.part.session
        return take.raw(row.cells).strip() if take is not None and row.fault is None else ""

    def _truth(self, reading: Reading, field: str, take: Take | None) -> bool | None:
        """Yes or no in the languages of the lists, None where nothing stands."""
        text = reading.text(field, take)
        if text is None:
            return None
        word = text.casefold()
        if word not in YES | NO:
            sentence = f"{text[:40]} is neither yes nor no."
            raise RowIsBad(Fault("cell_is_neither_yes_nor_no", sentence, self.mapping.column_of(field)))
        reading.understood[field] = word in YES
        return word in YES


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


@jobs.kind(CERTIFICATE_JOB)
async def issue_certificates(working: Working) -> dict[str, Any]:
    """Issue what a session's people lack. What remains is read from the certificates themselves, so that a kill, a
    repetition or a trainer who issues some by hand neither doubles nor leaves one out."""
    session_id = UUID(working.job.input["session_id"])
    fetch = working.ground.store.fetch
    missing = [row[0] for row in await fetch(without_certificate(session_id), heavy=True)]
    passed = sa.select(sa.func.count()).where(
        enrolments.table.c.session_id == session_id, enrolments.table.c.status == "passed"
    )
    total = (await fetch(passed))[0][0]
    result = {"there_before": working.job.result.get("there_before", total - len(missing))}
    done = total - len(missing)
    await working.advance(done, total=total, result=result)
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        await side_by_side(_issue(working, each) for each in chunk)
        done += len(chunk)
        await working.advance(done)
    return result


async def _issue(working: Working, enrolment_id: UUID) -> None:
    # Where somebody was quicker, or has corrected the result meanwhile, nothing is left to do.
    with suppress(CertificateIsIssued, HasNotPassed):
        await working.unit(lambda uow: issue_certificate(uow, enrolment_id, again=False))
