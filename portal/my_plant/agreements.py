"""What a company has agreed to, purpose by purpose, and what it means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.rooms import N_

TEXT_VERSION = "portal-1"
"""The version of the sentences below, which is what a company agrees to here: counted up when they change."""
MEANINGS = {
    "share_with_providers": N_(
        "Providers that your centre asks for you see your sector, your place and what you need; whoever takes the job "
        "sees your name and your contacts while the work goes on."
    ),
    "share_with_donor": N_("Your centre may name your company and its results to the donor of a programme."),
    "publish_case": N_("Your centre may publish your company's example with its name and figures."),
}
AFTERWARDS = {
    "share_with_providers": N_(
        "Your open requests end and no new ones are taken. Work that goes on is finished, but its provider sees your "
        "contacts no longer, from this moment."
    )
}
OTHERWISE = N_("From this moment nothing more is shared. What was shared before cannot be taken back.")
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Agreement:
    """A purpose and the consent to it that stands, if any; `ended` is the last one before."""

    purpose: str
    name: str
    consent: Mapping[str, Any] | None
    ended: Mapping[str, Any] | None

    @property
    def meaning(self) -> str | None:
        return MEANINGS.get(self.purpose)


def agreements(purposes: Iterable[Mapping[str, Any]], consents: Iterable[Mapping[str, Any]]) -> list[Agreement]:
    """Every purpose of the pack, and consents to purposes that it no longer has."""
    consents = sorted(consents, key=lambda each: str(each["given_at"]))
    names = {each["code"]: each["name"] for each in purposes}
    names |= {each["purpose"]: each["purpose"] for each in consents if each["purpose"] not in names}
    found = []
    for code, name in names.items():
        mine = [each for each in consents if each["purpose"] == code]
        stand = [each for each in mine if each["status"] == "given"]
        over = [each for each in mine if each["status"] != "given"]
        found.append(Agreement(code, name, stand[-1] if stand else None, over[-1] if over else None))
    return found


def ends_soon(consent: Mapping[str, Any], today: date) -> bool:
    """Whether its last day is near."""
    return consent["until"] is not None and date.fromisoformat(consent["until"]) - today <= ENDS_SOON


def after(purpose: str) -> str:
    """What follows when a consent is withdrawn."""
    return AFTERWARDS.get(purpose, OTHERWISE)
