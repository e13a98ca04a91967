//! Whether what a schema means makes sense: the rulebook, one function a rule, each named as the sentence that it holds.
//!
//! Rules see the domain and nothing of the text but the places to underline. They change nothing. After them a domain
//! either has an error or is good for every emitter.

mod aggregates;
mod comparable;
mod history;
mod names;
mod projections;
mod queries;
mod scenarios;
mod types;
mod warnings;
mod writes;

use crate::context::Context;
use crate::model::Domain;

/// Holds every rule against the domain.
pub(crate) fn check(domain: &Domain, ctx: &mut Context) {
    names::the_domain_is_in_snake_case(domain, ctx);
    names::names_are_identifiers(domain, ctx);
    names::names_differ_in_generated_code(domain, ctx);
    names::names_leave_generated_ones_free(domain, ctx);
    names::columns_differ(domain, ctx);
    names::columns_of_averages_are_free(domain, ctx);
    names::commands_leave_their_id_to_the_compiler(domain, ctx);

    types::types_do_not_contain_themselves(domain, ctx);
    types::optionals_are_not_optional_inside(domain, ctx);
    types::map_keys_can_be_compared(domain, ctx);
    types::set_items_can_be_compared(domain, ctx);
    types::defaults_are_not_built_on_themselves(domain, ctx);

    aggregates::ids_can_name_streams(domain, ctx);
    aggregates::states_have_a_start(domain, ctx);
    aggregates::aggregates_record_something(domain, ctx);
    aggregates::rules_stand_where_values_enter(domain, ctx);
    aggregates::sentences_show_what_has_a_text(domain, ctx);
    aggregates::retired_events_are_not_used(domain, ctx);

    writes::writes_change_something(domain, ctx);

    history::histories_have_no_gap(domain, ctx);
    history::history_comes_before_today(domain, ctx);
    history::stored_names_are_unambiguous(domain, ctx);
    history::retired_events_are_not_applied(domain, ctx);
    history::retired_events_are_read_as_living_ones(domain, ctx);

    projections::projections_fold_something(domain, ctx);
    projections::keys_can_be_compared(domain, ctx);
    projections::keys_have_no_default(domain, ctx);
    projections::every_field_is_filled(domain, ctx);
    projections::inserts_fill_every_field(domain, ctx);
    projections::summaries_are_not_written(domain, ctx);
    projections::summaries_fit_their_types(domain, ctx);
    projections::hopping_windows_overlap(domain, ctx);
    projections::indexed_columns_can_be_compared(domain, ctx);

    queries::filters_fit_their_columns(domain, ctx);
    queries::filters_differ(domain, ctx);
    queries::orders_have_an_order(domain, ctx);
    queries::orders_differ(domain, ctx);

    scenarios::scenarios_expect_something(domain, ctx);
    scenarios::errors_are_expected_alone(domain, ctx);
    scenarios::scenarios_name_tests_of_their_own(domain, ctx);
}

/// Says what is worth a look in a domain without errors.
pub(crate) fn warn(domain: &Domain, ctx: &mut Context) {
    warnings::types_are_used(domain, ctx);
    warnings::events_are_emitted(domain, ctx);
    warnings::projections_are_queried(domain, ctx);
    warnings::roles_are_asked_for(domain, ctx);
    warnings::errors_are_given(domain, ctx);
    warnings::states_change(domain, ctx);
    warnings::filters_have_an_index(domain, ctx);
}
