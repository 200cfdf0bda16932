"""Assessments and their options: from the baseline to the measured saving, for whoever works on them or decides."""

from portal.assessments.baseline import record_baseline, show_baseline
from portal.assessments.deciding import approve_option, implement_option, postpone_option, refuse_option
from portal.assessments.inbox import show_assessments, tasks
from portal.assessments.opening import (
    change_assessment,
    open_assessment,
    show_assessment_change,
    show_new_assessment,
)
from portal.assessments.option import show_option
from portal.assessments.overview import show_assessment
from portal.assessments.proposing import change_option, identify_option, show_change, show_new_option
from portal.assessments.review import (
    approve_assessment,
    assign_assessment,
    cancel_assessment,
    complete_assessment,
    return_assessment,
)
from portal.assessments.verifying import show_verification, verify_option
from portal.rooms import N_, Room, entry, form, page

ASSESSMENT = "/assessments/{assessment_id:uuid}"
OPTION = "/options/{option_id:uuid}"
room = Room(
    routes=(
        page("/assessments", show_assessments),
        page("/assessments/new", show_new_assessment),
        form("/assessments", open_assessment),
        page(ASSESSMENT, show_assessment),
        page(f"{ASSESSMENT}/change", show_assessment_change),
        form(f"{ASSESSMENT}/change", change_assessment),
        page(f"{ASSESSMENT}/baseline", show_baseline),
        form(f"{ASSESSMENT}/baseline", record_baseline),
        form(f"{ASSESSMENT}/complete", complete_assessment),
        form(f"{ASSESSMENT}/approve", approve_assessment),
        form(f"{ASSESSMENT}/return", return_assessment),
        form(f"{ASSESSMENT}/assign", assign_assessment),
        form(f"{ASSESSMENT}/cancel", cancel_assessment),
        page("/options/new", show_new_option),
        form("/options", identify_option),
        page(OPTION, show_option),
        page(f"{OPTION}/change", show_change),
        form(f"{OPTION}/change", change_option),
        form(f"{OPTION}/approve", approve_option),
        form(f"{OPTION}/refuse", refuse_option),
        form(f"{OPTION}/postpone", postpone_option),
        form(f"{OPTION}/implement", implement_option),
        page(f"{OPTION}/verify", show_verification),
        form(f"{OPTION}/verify", verify_option),
    ),
    menu=(
        entry("/assessments", N_("Assessments"), "officer", "reviewer", "assessor", "verifier", "provider", order=35),
    ),
    tasks=tasks,
    said={
        "assessment_opened": N_("The assessment is open. Name its assessor below."),
        "assessment_changed_here": N_("The change is saved."),
        "baseline_recorded": N_("The baseline is recorded. You can change it until you complete the assessment."),
        "assessment_completed": N_("The assessment is with the reviewer now."),
        "assessment_approved": N_("The assessment is approved. The company can decide on its options."),
        "assessment_returned": N_("The assessment is back with its assessor, with your reason."),
        "assessment_assigned": N_("The assessment has its assessor."),
        "assessment_cancelled": N_("The assessment is called off."),
        "option_identified": N_("The option is recorded."),
        "option_changed_here": N_("The option is changed."),
        "decision_approved": N_("The company will do it: noted. Say so here when it is in place."),
        "decision_postponed": N_("The company decides later: noted."),
        "decision_refused": N_("The company will not do it: noted with its reason."),
        "decision_implemented": N_("It is noted as implemented. Only a measurement makes it a verified saving."),
        "measured": N_("The measurement is recorded. What it shows stands below."),
    },
)
