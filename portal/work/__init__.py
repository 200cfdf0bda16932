"""The work queue: the start page of every role, filled by every room."""

from portal.rooms import N_, Room, entry, page
from portal.work.pages import show_start, show_work

EVERYONE = (
    "officer",
    "reviewer",
    "assessor",
    "verifier",
    "provider",
    "client",
    "trainer",
    "ministry",
    "donor",
    "integrator",
    "administrator",
)
room = Room(
    routes=(page("/", show_start, public=True), page("/work", show_work)),
    menu=(entry("/work", N_("Work"), *EVERYONE, order=0),),
)
