"""Clients: a company's intake in short steps, its file, and what it asks for."""

from portal.clients.asking import show_new_request, submit_service_request
from portal.clients.company import change_client, register_client, show_change, show_new
from portal.clients.consents import give_consent, show_consents, show_withdrawal, withdraw_consent
from portal.clients.contacts import put_contacts, show_contacts
from portal.clients.decision import decline_client, qualify_client, show_decision
from portal.clients.file import show_client
from portal.clients.listing import show_clients
from portal.clients.requests import cancel_service_request, show_request, show_requests
from portal.clients.sites import change_site, close_site, open_site, show_site, show_sites
from portal.clients.tasks import waiting
from portal.rooms import N_, Room, entry, form, page

CLIENT = "/clients/{client_id:uuid}"
SITE = CLIENT + "/sites/{site_id:uuid}"
CONSENT = CLIENT + "/consents/{consent_id:uuid}"
REQUEST = "/service-requests/{request_id:uuid}"
room = Room(
    routes=(
        page("/clients", show_clients),
        page("/clients/new", show_new),
        form("/clients/new", register_client),
        page(CLIENT, show_client),
        page(CLIENT + "/change", show_change),
        form(CLIENT + "/change", change_client),
        page(CLIENT + "/sites", show_sites),
        form(CLIENT + "/sites", open_site),
        page(SITE, show_site),
        form(SITE, change_site),
        form(SITE + "/close", close_site),
        page(CLIENT + "/contacts", show_contacts),
        form(CLIENT + "/contacts", put_contacts),
        page(CLIENT + "/consents", show_consents),
        form(CLIENT + "/consents", give_consent),
        page(CONSENT + "/withdraw", show_withdrawal),
        form(CONSENT + "/withdraw", withdraw_consent),
        page(CLIENT + "/decision", show_decision),
        form(CLIENT + "/qualify", qualify_client),
        form(CLIENT + "/decline", decline_client),
        page("/service-requests", show_requests),
        page("/service-requests/new", show_new_request),
        form("/service-requests/new", submit_service_request),
        page(REQUEST, show_request),
        form(REQUEST + "/cancel", cancel_service_request),
    ),
    menu=(
        entry("/clients", N_("Clients"), "officer", "reviewer", "verifier", "administrator", order=10),
        entry("/service-requests", N_("Service requests"), "officer", "client", order=20),
    ),
    tasks=waiting,
    said={
        "client_registered": N_("The company is registered. You can stop after each step and go on later."),
        "client_changed": N_("The company's facts are saved."),
        "site_opened": N_("The site is saved."),
        "site_changed": N_("The site is saved."),
        "site_closed": N_("The site is closed."),
        "contacts_put": N_("The contacts are saved."),
        "consent_given": N_("The consent is saved."),
        "consent_withdrawn": N_("The consent is withdrawn."),
        "client_qualified": N_("The company is qualified: it can ask for services now."),
        "client_declined": N_("The company is declined."),
        "request_submitted": N_("The request is submitted. The search for a provider has begun."),
        "cancel_asked": N_("The search is being ended."),
    },
)
