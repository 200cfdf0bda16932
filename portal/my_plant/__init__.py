"""The client's own room: what its plant can save, what it has agreed to, and who has to act next."""

from portal.my_plant.consents import give_consent, show_new_consent, show_withdrawal, withdraw_consent
from portal.my_plant.decisions import (
    approve_option,
    implement_option,
    postpone_option,
    refuse_option,
    show_approval,
    show_done,
    show_refusal,
)
from portal.my_plant.plant import show_my_plant
from portal.my_plant.ratings import rate_engagement, show_rating
from portal.my_plant.waiting import tasks
from portal.rooms import N_, Room, entry, form, page

OPTION = "/my-plant/options/{option_id:uuid}"
CONSENT = "/my-plant/consents"
ENGAGEMENT = "/my-plant/engagements/{engagement_id:uuid}"
room = Room(
    routes=(
        page("/my-plant", show_my_plant),
        page(f"{OPTION}/approve", show_approval),
        form(f"{OPTION}/approve", approve_option),
        form(f"{OPTION}/postpone", postpone_option),
        page(f"{OPTION}/refuse", show_refusal),
        form(f"{OPTION}/refuse", refuse_option),
        page(f"{OPTION}/implement", show_done),
        form(f"{OPTION}/implement", implement_option),
        page(f"{CONSENT}/give", show_new_consent),
        form(f"{CONSENT}/give", give_consent),
        page(f"{CONSENT}/{{consent_id:uuid}}/withdraw", show_withdrawal),
        form(f"{CONSENT}/{{consent_id:uuid}}/withdraw", withdraw_consent),
        page(f"{ENGAGEMENT}/rate", show_rating),
        form(f"{ENGAGEMENT}/rate", rate_engagement),
    ),
    menu=(entry("/my-plant", N_("My plant"), "client", order=5),),
    tasks=tasks,
    said={
        "my_option_approved": N_("You have approved the option. Tell us here when it is in place."),
        "my_option_postponed": N_("You decide on this option later. It stays on this page."),
        "my_option_refused": N_("You have refused the option. Your centre knows why."),
        "my_option_implemented": N_(
            "Thank you. The option is noted as done. Only a measurement makes it a verified saving."
        ),
        "my_consent_given": N_("Your consent is noted. You can withdraw it at any time."),
        "my_consent_withdrawn": N_("Your consent is withdrawn, from now on."),
        "my_engagement_rated": N_("Thank you for your rating. The provider reads it once it has rated too."),
    },
)
