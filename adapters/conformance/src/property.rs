//! Properties over random inputs, checked against an open store; what fails is shrunk to a small case.
//!
//! The inputs are the same in every run, so that a failure can be looked at again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::runtime::Handle;

/// Checks that `check` holds for so many cases.
///
/// It waits for each case in place, which the other tasks of a runtime with several threads do not notice.
pub(crate) fn holds<S: Strategy>(cases: u32, inputs: &S, check: impl AsyncFn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(inputs, |case| {
        let checked = || tokio::task::block_in_place(|| Handle::current().block_on(check(case)));
        catch_unwind(AssertUnwindSafe(checked)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            TestCaseError::fail(text.unwrap_or_else(|| "a check without a message".to_owned()))
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// One random value, the same in every run.
pub(crate) fn sample<S: Strategy>(inputs: &S) -> S::Value {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    inputs.new_tree(&mut runner).expect("a strategy that rejects nothing").current()
}
