//! The list of all promises, by topic, from which [`conformance!`](crate::conformance) generates tests.
//!
//! A test of this crate compares the list with the functions that are there, so that none is forgotten.

/// Generates a test of each promise for the stores of a [`StoreFactory`](crate::StoreFactory).
///
/// `conformance!(Factory)`, `conformance!(Factory, persistent)` or `conformance!(Factory, persistent, shared)`.
#[macro_export]
macro_rules! conformance {
    ($factory:ty, persistent, shared $(,)?) => {
        $crate::conformance!($factory, persistent);
        $crate::__promises! { $factory;
            sharing {
                two_stores_see_each_others_events,
                two_stores_conflict_with_each_other,
                a_command_id_is_known_to_both_stores,
                two_stores_that_append_at_once_lose_nothing,
                a_reader_skips_nothing_while_another_store_appends,
                a_watched_head_notices_the_other_store,
                an_append_folds_what_the_other_store_appended,
                the_others_events_are_folded_when_they_are_noticed,
                two_stores_fold_one_table_once,
                of_two_stores_that_fold_one_checkpoint_one_is_superseded,
                a_table_promoted_by_one_store_is_gone_for_the_other,
                a_table_built_anew_by_one_store_is_folded_on_by_the_other,
                closing_one_store_leaves_the_other_open,
            }
        }
    };
    ($factory:ty, persistent $(,)?) => {
        $crate::conformance!($factory);
        $crate::__promises! { $factory;
            reopening {
                events_are_there_again,
                acknowledged_appends_survive_a_store_that_is_dropped,
                queued_appends_survive_closing,
                command_ids_are_known_again,
                snapshots_are_there_again,
                tables_are_there_again,
                generations_are_there_again,
                attached_tables_are_there_again,
                refused_appends_are_not_there_again,
                an_empty_storage_stays_empty,
            }
        }
    };
    ($factory:ty $(,)?) => {
        $crate::__promises! { $factory;
            append {
                versions_are_1_2_3_without_gaps,
                the_events_of_one_append_are_recorded_together,
                an_outcome_names_what_was_recorded,
                any_version_will_do,
                no_stream_is_expected_of_an_empty_stream_only,
                some_events_are_expected_of_an_existing_stream_only,
                an_exact_version_is_expected_of_that_version_only,
                a_conflict_names_both_versions,
                a_conflict_leaves_nothing_behind,
                a_conflict_among_many_appends_fails_only_its_own,
                streams_are_told_apart_by_type_and_by_id,
                appends_to_one_stream_are_attempted_in_the_order_of_the_calls,
                an_append_that_nobody_waits_for_is_recorded_all_the_same,
                one_of_many_appends_at_one_version_wins,
                concurrent_writers_of_many_streams_lose_nothing,
                concurrent_writers_of_one_stream_take_turns,
            }
            chains {
                a_chain_that_holds_is_recorded,
                a_strangers_event_does_not_found_a_chain,
                an_append_of_a_broken_chain_records_nothing,
                a_known_command_id_breaks_its_chain,
                an_invalid_append_breaks_its_chain,
                an_append_without_events_leaves_its_chain_whole,
                a_broken_chain_refuses_only_its_own_appends,
            }
            idempotency {
                the_same_command_id_returns_the_first_outcome,
                a_known_command_id_is_found_before_the_version_is_checked,
                a_known_command_id_is_known_for_every_stream,
                an_append_without_events_records_its_command_id,
                an_append_without_events_leaves_an_empty_stream_empty,
                concurrent_appends_with_one_command_id_record_once,
                one_command_id_twice_in_a_group_records_the_first,
                a_refused_append_does_not_record_its_command_id,
                a_command_is_found_with_its_first_outcome,
                appends_without_a_command_id_are_all_recorded,
            }
            order {
                positions_grow_strictly,
                positions_grow_in_the_order_of_commits,
                a_reader_skips_nothing_and_repeats_nothing_while_writers_append,
                a_reader_never_sees_half_an_append,
                recorded_at_never_decreases,
                events_are_recorded_now,
                the_head_is_the_position_of_the_newest_event,
                an_acknowledged_append_is_visible_at_once,
                a_watched_head_wakes_who_waits_for_it,
            }
            reading {
                a_stream_is_read_forward,
                a_stream_is_read_backward,
                a_stream_is_read_from_a_version,
                a_stream_is_read_as_of_a_version,
                a_stream_is_read_as_of_a_time,
                a_stream_without_events_is_empty,
                a_read_from_beyond_the_newest_version_finds_what_lies_below,
                a_page_holds_as_many_events_as_its_limit,
                every_read_of_a_stream_agrees_with_the_whole_stream,
                a_read_of_payloads_leaves_ids_and_origins_out,
                a_page_of_a_stream_ends_at_the_position_of_its_last_event,
                a_page_of_large_payloads_ends_early,
                a_stream_longer_than_a_page_is_read_whole,
                thousands_of_streams_are_kept_apart,
            }
            reading_all {
                all_events_are_read_in_the_order_of_positions,
                the_log_and_the_streams_agree,
                an_empty_store_is_read_to_its_end_at_once,
                events_are_read_after_and_until_a_position,
                a_page_of_all_streams_holds_as_many_events_as_its_limit,
                a_filter_by_event_type_names_the_aggregate_type_too,
                a_filter_by_aggregate_type_lets_all_its_events_through,
                a_filter_by_tenant_leaves_other_tenants_out,
                every_filtered_read_agrees_with_the_whole_log,
                a_reader_whose_filter_lets_nothing_through_reaches_the_head,
                a_page_never_ends_beyond_the_head,
                a_page_of_all_streams_ends_early_when_payloads_are_large,
            }
            envelope {
                every_field_of_the_envelope_comes_back,
                what_was_not_given_comes_back_absent,
                an_empty_actor_is_not_an_absent_one,
                each_decision_keeps_its_own_origin,
                text_of_any_script_comes_back,
                a_payload_comes_back_byte_for_byte,
            }
            limits {
                empty_names_are_refused,
                names_with_a_nul_character_are_refused,
                names_are_taken_up_to_their_greatest_length,
                a_payload_is_taken_up_to_its_greatest_size,
                large_payloads_come_back_whole,
                an_append_is_taken_up_to_its_greatest_number_of_events,
                an_invalid_append_leaves_nothing_behind,
                an_invalid_append_among_many_fails_alone,
            }
            subscriptions {
                a_subscription_catches_up_and_then_follows,
                a_subscription_goes_on_where_an_earlier_one_left_off,
                a_subscription_waits_until_there_is_an_event,
                a_live_event_arrives_without_a_polling_delay,
                a_subscription_says_how_far_it_is_behind,
                a_filtered_subscription_gives_only_what_passes,
                a_call_that_is_given_up_loses_no_event,
                many_subscriptions_see_the_whole_log,
                a_waiting_subscription_ends_when_the_store_closes,
            }
            snapshots {
                a_stream_has_no_snapshot_at_first,
                a_snapshot_is_loaded_as_it_was_saved,
                a_newer_snapshot_replaces_an_older_one,
                a_snapshot_that_is_not_newer_is_dropped,
                a_snapshot_under_another_fingerprint_replaces_the_kept_one,
                each_stream_has_its_own_snapshot,
                of_snapshots_saved_at_once_the_newest_stays,
                a_large_state_is_kept_whole,
            }
            read_models {
                a_new_table_is_live_and_empty,
                a_fold_writes_rows_and_moves_the_checkpoint,
                rows_equal_a_fold_from_scratch,
                a_fold_from_another_checkpoint_is_superseded,
                a_fold_into_a_table_that_is_not_there_is_superseded,
                engines_that_fold_one_table_at_once_fold_each_event_once,
                a_fold_that_fails_changes_nothing,
                a_projection_that_panics_fails_its_fold,
                a_batch_without_wanted_events_moves_only_the_checkpoint,
                rows_and_checkpoint_are_of_the_same_moment,
                tables_stand_beside_each_other,
                a_batch_may_touch_thousands_of_rows,
                a_table_that_was_never_opened_is_not_there,
            }
            on_commit {
                an_acknowledged_append_is_in_the_rows,
                attaching_catches_up_on_what_was_there_before,
                a_table_attached_while_writers_append_misses_nothing,
                appends_of_a_group_fold_one_after_the_other,
                a_refusal_records_nothing,
                a_refusal_among_many_appends_fails_only_its_own,
                a_projection_that_panics_refuses_only_its_append,
                a_refusal_breaks_its_chain,
                a_table_attached_twice_folds_each_event_once,
                what_records_nothing_folds_nothing,
                an_unwanted_event_moves_the_checkpoint,
                a_table_that_is_not_there_cannot_be_attached,
                a_projection_that_fails_to_catch_up_is_not_attached,
                rows_keep_up_with_many_writers,
                a_folded_table_is_attached_where_it_stands,
            }
            generations {
                a_changed_definition_is_built_beside_the_live_rows,
                the_live_rows_serve_until_the_next_generation_is_promoted,
                a_promoted_table_takes_the_place_of_the_live_one,
                a_promoted_table_lacks_nothing,
                only_a_table_of_the_next_generation_is_promoted,
                a_table_of_the_next_generation_is_found_where_it_was_left,
                a_third_definition_replaces_one_that_was_never_promoted,
                the_live_definition_stays_live_beside_the_next,
                a_replaced_table_is_no_longer_folded_on_commit,
                a_replaced_table_refuses_nothing,
            }
            dead_letters {
                a_poison_event_holds_up_its_row_alone,
                a_panic_is_a_poison_event_too,
                an_undecodable_event_holds_up_its_stream,
                a_retry_after_a_fix_takes_everything_in,
                a_retry_in_pages_keeps_the_order_of_a_lane,
                a_skipped_event_lets_its_lane_go_on,
                a_fold_beside_a_retry_goes_on_from_what_is_there,
                a_rebuild_finds_its_own_dead_letters,
                an_append_into_a_held_row_waits_with_it,
                a_paused_table_refuses_folds,
                a_lease_is_one_holders_until_it_ends,
            }
            refreshes {
                all_refreshes_give_the_same_rows,
            }
            lookups {
                what_a_fold_keeps_is_found_by_the_next,
                a_refused_fold_keeps_nothing,
                each_generation_keeps_its_own,
                what_is_folded_on_commit_keeps_too,
            }
            feeds {
                changes_are_kept_while_there_is_a_reader,
                a_change_is_kept_until_every_reader_has_it,
                a_swap_has_every_reader_begin_anew,
            }
            values {
                every_type_of_value_comes_back,
                a_decimal_keeps_its_scale,
                every_type_can_be_a_key,
                a_key_may_have_several_columns,
            }
            filters {
                every_test_means_the_same_in_the_store,
                a_prefix_is_taken_literally,
                a_filter_may_name_thousands_of_values,
                a_column_that_is_not_there_is_refused,
            }
            pages {
                pages_joined_are_one_whole_read,
                nulls_come_first_and_ties_go_by_key,
                a_page_says_whether_there_are_more_rows,
                a_page_goes_on_after_a_row_that_is_gone,
            }
            changes {
                a_fold_tells_what_it_changed,
                an_append_tells_what_it_changed,
                changes_add_up_to_the_rows,
                only_commits_to_live_tables_are_told,
                a_listener_that_never_reads_holds_nobody_up,
                a_revision_grows_with_each_commit_that_changes_rows,
            }
            closing {
                a_closed_store_refuses_every_call,
                closing_again_does_nothing,
                closing_finishes_what_is_queued,
                an_append_to_a_closed_store_breaks_its_chain,
                closing_while_writers_append_refuses_the_rest,
            }
        }
    };
}

/// Generates a module for each topic with a test for each promise.
#[doc(hidden)]
#[macro_export]
macro_rules! __promises {
    ($factory:ty; $($topic:ident { $($promise:ident,)* })*) => {$(
        mod $topic {
            #[allow(unused_imports)]
            use super::*;

            $(
                #[test]
                fn $promise() {
                    $crate::run($crate::$topic::$promise::<$factory>);
                }
            )*
        }
    )*};
}
