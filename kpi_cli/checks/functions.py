"""The registry of rule functions: what a rule definition of kind `function` names.

A function takes its rule and the disclosure and yields findings. It raises NotApplicableError where the rule has
nothing to say, and NotCheckableError where a figure that it needs is unknown, also after it has yielded findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_cli.checks import (
    comparison_rules,
    count_rules,
    figure_rules,
    ledger_rules,
    list_rules,
    note_rules,
    reason_rules,
    sangong_rules,
    subject_rules,
    table_rules,
    wording_rules,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi_cli.checks.rule import RuleFunction

FUNCTIONS: Mapping[str, RuleFunction] = {
    function.__name__: function
    for function in (
        figure_rules.claims_match,
        figure_rules.displayed_sums,
        figure_rules.parts_within_tables,
        figure_rules.rounded_once,
        list_rules.no_repeated_items,
        list_rules.parts_add_up,
        list_rules.parts_within_wholes,
        list_rules.same_everywhere,
        list_rules.shares_recompute,
        subject_rules.names_as_in_tables,
        subject_rules.purposes_fit,
        count_rules.areas_add_up,
        count_rules.divisions_are_counted,
        count_rules.goals_are_counted,
        count_rules.purchases_have_amounts,
        count_rules.running_vehicles_exist,
        count_rules.units_are_counted,
        comparison_rules.amounts_of_change,
        comparison_rules.base_is_last_year,
        comparison_rules.changes_add_up,
        comparison_rules.directions_agree,
        comparison_rules.no_rate_on_zero,
        comparison_rules.one_basis,
        comparison_rules.parts_within_wholes_last_year,
        comparison_rules.rates_recompute,
        reason_rules.reasons_are_given,
        comparison_rules.zero_stays_zero,
        wording_rules.forbidden_words,
        wording_rules.full_name_everywhere,
        wording_rules.no_words_of_another_grade,
        wording_rules.required_figures,
        wording_rules.same_numbering,
        wording_rules.same_places,
        wording_rules.same_punctuation,
        sangong_rules.agency_cost_agrees,
        sangong_rules.functions_match_economics,
        sangong_rules.sangong_adds_up,
        sangong_rules.sangong_covers_basic,
        table_rules.codes_are_unique,
        table_rules.codes_are_valid,
        note_rules.empty_tables_say_so,
        table_rules.names_are_current,
        table_rules.no_negative_amounts,
        note_rules.notes_are_own,
        table_rules.numbering_is_complete,
        table_rules.one_name_each,
        table_rules.parents_are_there,
        note_rules.titles_agree,
        ledger_rules.funds_balance,
        ledger_rules.last_year_is_known,
        ledger_rules.project_amounts,
        ledger_rules.subjects_are_valid,
        ledger_rules.subjects_balance,
        ledger_rules.typed_figures,
    )
}
"""Name → function."""
