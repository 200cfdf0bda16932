"""The entrance: signing in and out, the account, and what is said where something is not as it should be."""

from portal.entrance.pages import (
    begin_session,
    end_session,
    show_accessibility,
    show_account,
    show_help,
    show_privacy,
    show_sign_in,
    show_too_large,
)
from portal.rooms import N_, Room, form, page

room = Room(
    routes=(
        page("/sign-in", show_sign_in, public=True),
        form("/sign-in", begin_session, public=True),
        form("/sign-out", end_session, public=True),
        page("/account", show_account),
        page("/help", show_help, public=True),
        page("/accessibility", show_accessibility, public=True),
        page("/privacy", show_privacy, public=True),
        page("/too-large", show_too_large, public=True),
    ),
    said={
        "key_ended": N_("Your key is no longer valid. Sign in with another one."),
        "signed_out": N_("You are signed out."),
    },
)
