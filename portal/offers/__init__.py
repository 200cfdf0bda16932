"""The provider's side: offers and their answers, also by one-time link; accepted work and its reports; capacity."""

from portal.offers.capacity import change_provider, show_capacity
from portal.offers.engagements import (
    cancel_engagement,
    change_engagement,
    rate_engagement,
    show_engagement,
    show_engagements,
    show_giving_up,
)
from portal.offers.inbox import show_offers
from portal.offers.links import (
    accept_link,
    decline_link,
    show_link,
    show_link_acceptance,
    show_link_declining,
)
from portal.offers.offer import accept_offer, decline_offer, show_acceptance, show_declining, show_offer
from portal.offers.reports import resubmit_work_report, show_correction, show_new_report, submit_work_report
from portal.offers.tasks import tasks
from portal.rooms import N_, Room, entry, form, page

OFFER, LINK = "/offers/{offer_id:uuid}", "/offer-links/{code}"
ENGAGEMENT, REPORT = "/my-engagements/{engagement_id:uuid}", "/work-reports/{report_id:uuid}"
OPEN = {"public": True, "secret": True}

room = Room(
    routes=(
        page("/offers", show_offers),
        page(OFFER, show_offer),
        page(f"{OFFER}/accept", show_acceptance),
        form(f"{OFFER}/accept", accept_offer),
        page(f"{OFFER}/decline", show_declining),
        form(f"{OFFER}/decline", decline_offer),
        page(LINK, show_link, **OPEN),
        page(f"{LINK}/accept", show_link_acceptance, **OPEN),
        form(f"{LINK}/accept", accept_link, **OPEN),
        page(f"{LINK}/decline", show_link_declining, **OPEN),
        form(f"{LINK}/decline", decline_link, **OPEN),
        page("/my-engagements", show_engagements),
        page(ENGAGEMENT, show_engagement),
        form(f"{ENGAGEMENT}/change", change_engagement),
        form(f"{ENGAGEMENT}/rate", rate_engagement),
        page(f"{ENGAGEMENT}/cancel", show_giving_up),
        form(f"{ENGAGEMENT}/cancel", cancel_engagement),
        page("/work-reports/new", show_new_report),
        form("/work-reports/new", submit_work_report),
        page(f"{REPORT}/resubmit", show_correction),
        form(f"{REPORT}/resubmit", resubmit_work_report),
        page("/capacity", show_capacity),
        form("/capacity", change_provider),
    ),
    menu=(
        entry("/offers", N_("Offers"), "provider", order=10),
        entry("/my-engagements", N_("Your engagements"), "provider", order=20, also=("/work-reports",)),
        entry("/capacity", N_("Capacity"), "provider", order=30),
    ),
    tasks=tasks,
    said={
        "offer_accepted": N_("You have accepted. The centre has your answer."),
        "offer_declined": N_("You have declined. Thank you for saying so in time."),
        "offer_was_over": N_("Nothing was changed: this offer was over before your answer came."),
        "report_sent": N_("Your report is with the centre. You hear of it when it is approved or comes back."),
        "report_sent_again": N_("Your corrected report is with the centre again."),
        "reference_noted": N_("Your reference is noted."),
        "rated": N_("Your rating is given. Each side sees the other's when both have spoken."),
        "given_up": N_("You have given the work up. The centre looks for another provider."),
        "capacity_saved": N_("Saved. The next shortlist goes by it."),
    },
)
