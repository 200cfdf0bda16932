"""People trained: each person once, women among those whose sex is stated, and the certificates they hold."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from services.impact.domain.answers import unanswered
from services.impact.domain.periods import Period
from services.impact.domain.stages import TrainingBy
from services.impact.domain.suppression import TOTAL, Cell

CERTIFICATES = ("certificates_issued", "certificates_valid", "certificates_revoked", "certificates_expired")
FIGURES = ("people", "certificates_issued", "certificates_valid", "sex_unstated", "women", *CERTIFICATES[2:])
"""The figures about people, in the order in which it is decided what of them is told."""
SHARE_RESTS_ON = frozenset({"people", "sex_unstated", "women"})
"""Women's share is hidden with any count it is made of."""
Record = UUID | tuple[UUID, UUID]
"""A person, or a further certificate of one: the person's id and its own."""
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Attended:
    """Somebody was at a session: in which programme, where, in which year, and the sex stated there."""

    person_id: UUID
    programme: str
    province: str | None
    year: int
    sex: str


@dataclass(frozen=True, slots=True)
class Certified:
    """Somebody got a certificate, in the year it was issued, and what has become of it."""

    certificate_id: UUID
    person_id: UUID
    programme: str
    province: str | None
    year: int
    state: str


@dataclass(frozen=True, slots=True)
class Held:
    """How many sessions were held."""

    programme: str
    province: str | None
    year: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Training:
    """What is known of training, as far as a reader may count it."""

    attended: Sequence[Attended]
    certified: Sequence[Certified]
    held: Sequence[Held]


@dataclass(frozen=True, slots=True)
class Group:
    """A group's sessions, and the records behind each figure about people: people, each once, or certificates.

    The first certificate of a person stands for the person, so that what "so many people, so many certificates" would
    tell is seen; each further one is a record beside it.
    """

    sessions: int
    records: Mapping[str, frozenset[Record]]

    def count(self, figure: str) -> int:
        """A figure: certificates are counted, of people each once."""
        return len(self.records[figure])

    @property
    def women_share(self) -> Decimal | None:
        """Women among those whose sex is stated, in percent; None where nobody's is."""
        stated = self.count("people") - self.count("sex_unstated")
        return (Decimal(self.count("women")) * 100 / stated).quantize(_HUNDREDTH, ROUND_HALF_UP) if stated else None


def groups(training: Training, by: TrainingBy | None) -> dict[Any, Group]:
    """Training by a heading, and all of it under `TOTAL`.

    Of a year are the people whose first session that was, so that years add up and nobody counts twice; in each
    programme and each province where a person was trained, it counts once.
    """
    sexes = _sexes(training.attended)
    records = _records(training.certified)
    found: dict[Any, Group] = {TOTAL: _group(training, sexes, records)}
    if by is None:
        return found
    first = _first_years(training.attended)
    attended = [each for each in training.attended if by != "year" or each.year == first[each.person_id]]
    apart: dict[Any, tuple[list[Any], ...]] = {}
    kinds: tuple[Sequence[Attended | Certified | Held], ...] = (attended, training.certified, training.held)
    for kind, rows in enumerate(kinds):
        for each in rows:
            apart.setdefault(_heading(each, by), ([], [], []))[kind].append(each)
    return found | {heading: _group(Training(*parts), sexes, records) for heading, parts in apart.items()}


def _heading(row: Attended | Certified | Held, by: TrainingBy) -> Any:
    match by:
        case "programme":
            return row.programme or None
        case "province":
            return row.province
        case "year":
            return row.year


def in_period(years: Mapping[Any, Group], period: Period) -> Group:
    """The years of a period together."""
    chosen = [group for year, group in years.items() if year in period]
    return Group(
        sessions=sum(each.sessions for each in chosen),
        records={name: frozenset().union(*(each.records[name] for each in chosen)) for name in FIGURES},
    )


def _sexes(attended: Iterable[Attended]) -> dict[UUID, str]:
    """The sex of each person as stated anywhere; two different statements are none."""
    stated: dict[UUID, set[str]] = {}
    for each in attended:
        stated.setdefault(each.person_id, set()).update({each.sex} - {"unstated"})
    return {person: next(iter(sexes)) if len(sexes) == 1 else "unstated" for person, sexes in stated.items()}


def _first_years(attended: Iterable[Attended]) -> dict[UUID, int]:
    first: dict[UUID, int] = {}
    for each in attended:
        first[each.person_id] = min(each.year, first.get(each.person_id, each.year))
    return first


def _records(certified: Sequence[Certified]) -> dict[UUID, Record]:
    """What each certificate counts as; of several a valid one stands for the person, so that few groups are split."""

    def rank(each: Certified) -> tuple[bool, int, UUID]:
        return each.state != "valid", each.year, each.certificate_id

    firsts = {each.person_id: each.certificate_id for each in sorted(certified, key=rank, reverse=True)}
    return {
        each.certificate_id: each.person_id
        if each.certificate_id == firsts[each.person_id]
        else (each.person_id, each.certificate_id)
        for each in certified
    }


def _group(training: Training, sexes: Mapping[UUID, str], records: Mapping[UUID, Record]) -> Group:
    people = frozenset(each.person_id for each in training.attended)
    of_state = {
        name: [each for each in training.certified if name in ("certificates_issued", f"certificates_{each.state}")]
        for name in CERTIFICATES
    }
    return Group(
        sessions=sum(each.sessions for each in training.held),
        records={
            "people": people,
            "women": frozenset(each for each in people if sexes[each] == "female"),
            "sex_unstated": frozenset(each for each in people if sexes[each] == "unstated"),
            **{name: frozenset(records[each.certificate_id] for each in some) for name, some in of_state.items()},
        },
    )


def hide_people(found: Mapping[Any, Group], minimum: int) -> frozenset[Cell]:
    """What of training a guarded reader never sees: first all together is judged, then the larger groups."""
    headings = sorted((each for each in found if each != TOTAL), key=str)
    questions = [(Cell(TOTAL, figure), found[TOTAL].records[figure]) for figure in FIGURES]
    for figure in FIGURES:
        cells = [(Cell(each, figure), found[each].records[figure]) for each in headings]
        questions += sorted(cells, key=lambda question: -len(question[1]))
    return unanswered(questions, minimum, _whose)


def _whose(record: Hashable) -> Hashable:
    """The person a record is, or the one whose certificate it is."""
    return record[0] if isinstance(record, tuple) else record
