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
        }
    };
    ($factory:ty, persistent $(,)?) => {
        $crate::conformance!($factory);
        $crate::__promises! { $factory;
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
