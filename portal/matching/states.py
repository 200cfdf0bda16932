"""The states of jobs, offers, engagements, reports and providers: what each is called, and its colour."""

from portal.rooms import N_

NEED = {
    "open": N_("looking for a provider"),
    "unmet": N_("nobody found"),
    "filled": N_("taken"),
    "cancelled": N_("cancelled"),
}
OFFER = {
    "open": N_("waits for an answer"),
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "expired": N_("no answer in time"),
    "withdrawn": N_("withdrawn"),
}
ENGAGEMENT = {"active": N_("at work"), "completed": N_("completed"), "cancelled": N_("cancelled")}
REPORT = {"submitted": N_("waits for an answer"), "approved": N_("approved"), "returned": N_("returned")}
PROVIDER = {"registered": N_("not approved yet"), "approved": N_("approved"), "suspended": N_("suspended")}
ASSESSMENT = {
    "open": N_("in progress"),
    "completed": N_("waits for review"),
    "approved": N_("approved"),
    "cancelled": N_("cancelled"),
}
PROVIDER_KINDS = {"firm": N_("Firm"), "person": N_("Person")}
COLOURS = {
    "open": "info",
    "unmet": "bad",
    "filled": "ok",
    "accepted": "ok",
    "declined": "warn",
    "expired": "warn",
    "active": "info",
    "completed": "ok",
    "submitted": "info",
    "approved": "ok",
    "returned": "warn",
    "registered": "warn",
    "suspended": "bad",
}
