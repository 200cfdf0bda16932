"""Results for the centre, the ministry and donors: how far companies came, what is saved and what of it is verified."""

from portal.impact.downloads import download_programme, download_table
from portal.impact.programmes import show_programme, show_programmes
from portal.impact.results import show_results
from portal.rooms import N_, Room, entry, page

READERS = ("officer", "reviewer", "ministry", "donor", "administrator")
room = Room(
    routes=(
        page("/impact", show_results),
        page("/impact/programmes", show_programmes),
        page("/impact/programmes/{code}", show_programme),
        page("/impact/programmes/{code}/report.{ending}", download_programme),
        page("/impact/{table}.{ending}", download_table),
    ),
    menu=(
        entry("/impact", N_("Results"), *READERS, order=60),
        entry("/impact/programmes", N_("Programmes"), *READERS, order=61),
    ),
)
