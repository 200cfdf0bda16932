"""What a role must never read: ids and marks of sides that are not its own."""

import re

from tests.journeys.schooling import TRAINEES
from tests.journeys.table import Row
from tests.journeys.world import Side, World

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
OF_PROVIDERS = (
    "provider",
    "expert",
    "expert_person",
    "spare_expert",
    "spare_expert_person",
    "competence",
    "spare_competence",
)
OPEN_TO_ALL = ("course", "spare_course", "session", "spare_session", "held_session")
"""What is taught, when and where, every role reads; who comes to it, not."""
OF_TRAINING = (
    "enrolment",
    "spare_enrolment",
    "calendar",
    "spare_calendar",
    *TRAINEES,
    "certificate",
    "certificate_code",
    "certified_person",
    "spare_certificate",
    "spare_certificate_code",
)
OF_THE_CENTRE = ("client_import_mapping", "assessment_import_mapping")
"""How senders' files are read: columns and no company, shared by every officer."""
OF_JUDGEMENTS = ("shortlist", "need", "running_need")
"""Every provider was judged for every job: it knows of the run and of the job's id, and of no rival in it."""
SEE_EVERYTHING = ("reviewer", "verifier", "administrator", "trainer")
SEE_FIGURES = ("ministry", "donor")


def leaks(world: World, row: Row, role: str, asked: Side, sent: str, text: str) -> list[str]:
    """What stands in an answer that this role may not know; what it has itself sent does not count."""
    found = [mark for mark in _hidden_marks(world, row, role, asked) if mark.lower() in text.lower()]
    found += [each for each in _hidden_ids(world, row, role, asked) if each in text and each not in sent]
    if role in SEE_FIGURES and not row.public and not _is_open(row) and row.name != "read_me":
        found += [each for each in UUID.findall(text) if each not in sent]
    return found


def _is_open(row: Row) -> bool:
    return row.path.startswith(("/v1/courses", "/v1/sessions")) and row.method == "GET"


def _hidden_sides(world: World, role: str, asked: Side, row: Row) -> list[Side]:
    if row.public:
        return [side for side in world.sides if side is not asked]
    if role in SEE_EVERYTHING:
        return []
    if role == "officer":
        return [side for side in world.sides if side.province != world.own.province]
    own = [world.own] if role in ("client", "provider", "assessor") else []
    return [side for side in world.sides if side not in own]


def _hidden_marks(world: World, row: Row, role: str, asked: Side) -> list[str]:
    if row.name == "list_events":
        return [side.mark for side in world.sides]
    if role == "officer" and row.word(role) == "all":
        return []
    if _is_open(row):
        return [
            f"{side.mark} {name}" for side in _hidden_sides(world, role, asked, row) for name in (*TRAINEES, "expected")
        ]
    return [side.mark for side in _hidden_sides(world, role, asked, row)]


def _hidden_ids(world: World, row: Row, role: str, asked: Side) -> list[str]:
    if row.name in ("list_events", "list_keys"):
        return []
    known = (*OPEN_TO_ALL, *{"officer": OF_PROVIDERS, "provider": OF_JUDGEMENTS}.get(role, ()))
    if role == "officer" and row.word(role) == "all":
        known += OF_TRAINING + OF_THE_CENTRE
        known += ("engagement",)  # a provider's diary, which every officer reads, names the engagement of a booking
        known += ("client",) if row.path.startswith("/v1/enrolments") else ()  # sessions and who comes: every officer
    hidden = _hidden_sides(world, role, asked, row)
    return [id for side in hidden for name, id in side.ids.items() if name not in known]
