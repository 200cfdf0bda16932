"""The centre's side of matching: jobs, shortlists, offers, engagements, work reports, the directory of providers."""

from portal.matching.engagements import (
    ask_cancel_engagement,
    back_to_engagement,
    cancel_engagement,
    rate_engagement,
    show_engagement,
    show_engagements,
)
from portal.matching.needs import (
    ask_cancel_need,
    back_to_need,
    cancel_need,
    make_shortlist,
    show_need,
    show_needs,
)
from portal.matching.offering import ask_make_offer, ask_withdraw_offer, make_offer, withdraw_offer
from portal.matching.providers import (
    approve_provider,
    ask_suspend_provider,
    back_to_provider,
    reinstate_provider,
    show_provider,
    show_providers,
    suspend_provider,
)
from portal.matching.registering import (
    add_expert,
    grant_competence,
    register_provider,
    show_new_competence,
    show_new_expert,
    show_new_provider,
)
from portal.matching.reports import (
    approve_work_report,
    ask_return_work_report,
    back_to_report,
    return_work_report,
    show_work_report,
)
from portal.matching.tasks import tasks
from portal.rooms import N_, Room, entry, form, page

NEED, OFFER = "/needs/{need_id:uuid}", "/offers/{offer_id:uuid}"
ENGAGEMENT, REPORT = "/engagements/{engagement_id:uuid}", "/work-reports/{report_id:uuid}"
PROVIDER = "/providers/{provider_id:uuid}"

room = Room(
    routes=(
        page("/needs", show_needs),
        page(NEED, show_need),
        page(f"{NEED}/make-shortlist", back_to_need),
        form(f"{NEED}/make-shortlist", make_shortlist),
        page(f"{NEED}/cancel", ask_cancel_need),
        form(f"{NEED}/cancel", cancel_need),
        page(f"{NEED}/make-offer", ask_make_offer),
        form(f"{NEED}/make-offer", make_offer),
        page(f"{OFFER}/withdraw", ask_withdraw_offer),
        form(f"{OFFER}/withdraw", withdraw_offer),
        page("/engagements", show_engagements),
        page(ENGAGEMENT, show_engagement),
        page(f"{ENGAGEMENT}/cancel", ask_cancel_engagement),
        form(f"{ENGAGEMENT}/cancel", cancel_engagement),
        page(f"{ENGAGEMENT}/rate", back_to_engagement),
        form(f"{ENGAGEMENT}/rate", rate_engagement),
        page(REPORT, show_work_report),
        page(f"{REPORT}/approve", back_to_report),
        form(f"{REPORT}/approve", approve_work_report),
        page(f"{REPORT}/return", ask_return_work_report),
        form(f"{REPORT}/return", return_work_report),
        page("/providers", show_providers),
        page("/providers/new", show_new_provider),
        form("/providers", register_provider),
        page(PROVIDER, show_provider),
        page(f"{PROVIDER}/add-expert", show_new_expert),
        form(f"{PROVIDER}/add-expert", add_expert),
        page(f"{PROVIDER}/grant-competence", show_new_competence),
        form(f"{PROVIDER}/grant-competence", grant_competence),
        page(f"{PROVIDER}/approve", back_to_provider),
        form(f"{PROVIDER}/approve", approve_provider),
        page(f"{PROVIDER}/reinstate", back_to_provider),
        form(f"{PROVIDER}/reinstate", reinstate_provider),
        page(f"{PROVIDER}/suspend", ask_suspend_provider),
        form(f"{PROVIDER}/suspend", suspend_provider),
    ),
    menu=(
        entry("/needs", N_("Matching"), "officer", "reviewer", order=30),
        entry("/engagements", N_("Engagements"), "officer", "reviewer", order=40, also=("/work-reports",)),
        entry("/providers", N_("Providers"), "officer", "reviewer", "administrator", order=50),
    ),
    tasks=tasks,
    said={
        "shortlist_made": N_("All providers were judged anew. This is the new shortlist."),
        "need_cancelled": N_("The search has ended."),
        "offer_withdrawn": N_("The offer was withdrawn."),
        "engagement_cancelled": N_("The engagement was cancelled."),
        "rating_given": N_("Thank you. Your rating is shown to the other side once both have given theirs."),
        "report_approved": N_("The report was approved."),
        "engagement_completed": N_("The final report was approved: the engagement is completed."),
        "report_returned": N_("The report went back to the provider with your reason."),
        "provider_registered": N_("The provider is registered. Add its experts and what they hold, then approve it."),
        "expert_added": N_("The expert is added. Grant what they may be sent to do."),
        "competence_granted": N_("The competence is granted."),
        "provider_approved": N_("The provider was approved and can get offers."),
        "provider_reinstated": N_("The provider can get offers again."),
        "provider_suspended": N_("The provider was suspended. It gets no offers."),
    },
)
