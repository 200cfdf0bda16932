"""What became of an offer: said kindly, with when, and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from portal.offers.jobs import Answer, Speaker, reason_of
from portal.rooms import N_

KINDS = {"accepted": "ok", "declined": "", "expired": "warn", "withdrawn": "info"}
TAGS = {
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "expired": N_("Lapsed"),
    "withdrawn": N_("Taken back"),
}


@dataclass(frozen=True)
class Ending:
    """How an offer ended, and what follows."""

    status: str
    tag: str
    happened: str
    reason: str | None
    next: str

    @property
    def kind(self) -> str:
        """The colour of its tag."""
        return KINDS[self.status]


def status_of(offer: Answer, now: datetime) -> str:
    """The state of an offer; past its deadline nobody can answer it, whether or not the sweep has come by."""
    over = offer["status"] == "open" and datetime.fromisoformat(offer["deadline_at"]) <= now
    return "expired" if over else str(offer["status"])


def ending_of(say: Speaker, offer: Answer, now: datetime) -> Ending | None:
    """What happened to an offer, None while it waits for its answer."""
    status, words = status_of(offer, now), say.words
    if status == "open":
        return None
    at = say.figures.moment(offer["answered_at"] or offer["deadline_at"])
    until, reason = say.figures.moment(offer["deadline_at"]), None
    if status == "accepted":
        happened = words("You accepted this offer on %(moment)s.", moment=at)
        follows = words("The days are booked. Your engagement tells you who the client is and takes your reports.")
    elif status == "declined":
        happened = words("You declined this offer on %(moment)s.", moment=at)
        reason = reason_of(say, "decline_offer", offer["reason_code"])
        follows = words("The centre asks the next provider. There is nothing more for you to do.")
    elif status == "withdrawn":
        happened = words("The centre took this offer back on %(moment)s.", moment=at)
        reason = reason_of(say, "withdraw_offer", offer["reason_code"])
        follows = words("You need not answer any more.")
    else:
        happened = words("No answer had come when the time was up: %(moment)s.", moment=until)
        follows = words("The centre asks the next provider. You are asked again when another job fits you.")
    return Ending(status, words(TAGS[status]), happened, reason, follows)
