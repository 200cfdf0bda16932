"""What a programme has come to, in a period or altogether, and what of it a reader sees."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.impact.domain.people import CERTIFICATES, SHARE_RESTS_ON, Group
from services.impact.domain.results import Actual, OptionGroup, WorkDone, of_options, of_work
from services.impact.domain.tables import column

OF_WORK = ("engagements", "days")
OF_TRAINING = ("sessions", "people_trained", "women_share", "certificates")


@dataclass(frozen=True, slots=True)
class Results:
    """A programme's figures. A stage of `funnel` that is None is suppressed; of every column of `options` and of
    `training` the suppressed figures are named."""

    funnel: Mapping[str, int | None]
    options: Mapping[str, OptionGroup]
    hidden_options: Mapping[str, Collection[str]]
    work: WorkDone
    is_work_hidden: bool
    training: Group
    hidden_training: Collection[str]

    def hidden_at(self, column: str) -> frozenset[str]:
        """The figures nobody shall see in a column."""
        return frozenset(figure for figure, columns in self.hidden_options.items() if column in columns)


def actual(results: Results, measure: str, stage: str | None, currency: str) -> Actual | None:
    """What an indicator has come to; None is suppressed."""
    if measure in OF_WORK:
        return None if results.is_work_hidden else of_work(measure, results.work)
    if measure in OF_TRAINING:
        return _of_training(measure, results.training, results.hidden_training)
    if measure == "clients":
        clients = results.funnel.get(stage or "", 0)
        return None if clients is None else Actual(Decimal(clients), clients)
    at = column(stage or "", "reached")
    return of_options(measure, results.options.get(at, OptionGroup()), currency, results.hidden_at(at))


def _of_training(measure: str, group: Group, hidden: Collection[str]) -> Actual | None:
    match measure:
        case "sessions":
            return Actual(Decimal(group.sessions), group.sessions)
        case "women_share":
            if not SHARE_RESTS_ON.isdisjoint(hidden):
                return None
            share = group.women_share
            return Actual(share, group.count("people") - group.count("sex_unstated"), group.count("sex_unstated"))
        case _:
            figure = "people" if measure == "people_trained" else CERTIFICATES[0]
            count = group.count(figure)
            return None if figure in hidden else Actual(Decimal(count), count)
