"""What a verification is called in words: its verdict, the reasons of a refusal, the marks on a result."""

from portal.rooms import N_

VERDICTS = {
    "demonstrated": N_("Saving demonstrated"),
    "not_demonstrated": N_("Saving not demonstrated"),
    "increase_demonstrated": N_("Increase demonstrated"),
    "refused": N_("No verdict: the data cannot tell"),
}
VERDICT_KINDS = {"demonstrated": "ok", "not_demonstrated": "warn", "increase_demonstrated": "bad", "refused": "warn"}
METHODS = {
    ("retrofit_isolation", "A"): N_("Retrofit isolation, key parameter measured (IPMVP option A)"),
    ("retrofit_isolation", "B"): N_("Retrofit isolation, all parameters measured (IPMVP option B)"),
    ("two_annual_totals", "C"): N_("Two annual totals of the whole plant (IPMVP option C)"),
}
REASONS = {
    "nothing_measured": N_("Nothing was measured before or after."),
    "negative_use": N_("A measured use is below zero."),
    "too_few_readings": N_("There are too few readings before or after."),
    "stipulation_without_range": N_("The hours are stipulated without the range they may lie in."),
    "stipulation_outside_range": N_("The stipulated hours lie outside their own range."),
    "hours_exceed_period": N_("There are more hours than the period has."),
    "before_taken_after_change": N_("The readings before were taken when the option was in service already."),
    "baseline_contains_installation": N_("The period before reaches into the installation."),
    "reporting_before_implementation": N_("The period after begins before the option was in service."),
    "readings_outside_reporting": N_("Readings were taken outside the period after."),
    "two_totals_only": N_(
        "Two annual totals cannot tell a saving from a change of output: nobody knows how much of the use is fixed."
    ),
    "output_unit_changed": N_("The output is counted in another unit after than before."),
    "total_is_zero": N_("A use or an output is zero, so nothing can be compared."),
}
MARKS = {
    "hours_stipulated": N_("The hours are stipulated, not counted: their whole range is in the interval."),
    "weak": N_("The interval is wide: half of it is more than half of the saving."),
    "retrospective_plan": N_("The measurement plan was signed only after the work had begun."),
}
