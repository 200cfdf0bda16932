"""Who may see how much of the results."""

from dataclasses import dataclass

from contracts.principals import Principal, Role
from contracts.refusals import Refusal


class OneFilterIsEnough(Refusal):
    status = 422
    sentence = "Give one filter: crossed ones make groups so small that all of them would be suppressed."


@dataclass(frozen=True, slots=True)
class Reach:
    """The results a reader may add up; None is no limit. A guarded reader never sees a small group."""

    provinces: frozenset[str] | None = None
    programmes: frozenset[str] | None = None
    is_guarded: bool = False


def reach_of(reader: Principal) -> Reach:
    """Reviewers and administrators see everything, officers their provinces, ministries and donors guarded totals.

    An integrator is guarded too, unless its key grants figures, and sees no more than the places and programmes of it.
    """
    if reader.has(Role.REVIEWER, Role.ADMINISTRATOR):
        return Reach()
    if reader.has(Role.OFFICER):
        return Reach(provinces=reader.provinces)
    if reader.has(Role.MINISTRY):
        return Reach(is_guarded=True)
    if reader.has(Role.INTEGRATOR):
        return Reach(reader.provinces, reader.programmes, is_guarded=not reader.figures)
    return Reach(programmes=reader.programmes or frozenset(), is_guarded=True)


def require_one_filter(reach: Reach, *filters: object) -> None:
    """A guarded reader looks at one dimension at a time."""
    if reach.is_guarded and sum(each is not None for each in filters) > 1:
        raise OneFilterIsEnough
