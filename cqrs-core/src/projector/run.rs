//! A fold from its keys to its changes, turn by turn: a store loads in between, waiting or not, as it likes.

use std::collections::HashSet;

use super::{Fold, FoldFailure, FoldPlan, Folded, LoadedRows, LookupKey, Projector};
use crate::batch::EventBatch;
use crate::envelope::Position;
use crate::store::Lane;
use crate::value::Value;

/// A fold for a store that sets aside what cannot be folded.
///
/// Tell it once which of its lanes are held; then load what it names and have it take a turn, until a turn yields the changes.
pub struct FoldRun<'a> {
    projector: &'a dyn Projector,
    batch: &'a EventBatch,
    fold: Option<Box<dyn Fold + 'a>>,
    plan: FoldPlan<'a>,
}

impl<'a> FoldRun<'a> {
    /// Decodes a batch. With `only`, nothing but these steps is folded.
    ///
    /// # Errors
    ///
    /// A failure of a projector that sets nothing aside.
    pub fn begin(
        projector: &'a dyn Projector,
        batch: &'a EventBatch,
        only: Option<&'a HashSet<(Position, Lane)>>,
    ) -> Result<Self, Box<FoldFailure>> {
        let fold = Some(projector.begin(batch)?);
        Ok(Self { projector, batch, fold, plan: FoldPlan::new(only) })
    }

    /// The lanes of the batch: of its rows and of its streams.
    pub fn lanes(&self) -> Vec<Lane> {
        self.fold.as_ref().map(|fold| fold.lanes()).unwrap_or_default()
    }

    /// Something waits already in these lanes, so what comes later in them waits too.
    pub fn hold(&mut self, lanes: HashSet<Lane>) {
        self.plan.hold(lanes);
    }

    /// The keys of the rows to load.
    pub fn keys(&self) -> &[Vec<Value>] {
        self.fold.as_ref().map_or(&[], |fold| fold.keys())
    }

    /// What to load of other projections' rows.
    pub fn lookups(&self) -> Vec<LookupKey> {
        self.fold.as_ref().map(|fold| fold.lookups()).unwrap_or_default()
    }

    /// Folds what was loaded; `None` when something failed only now, and what is named is to be loaded once more to fold around it.
    ///
    /// # Errors
    ///
    /// A failure of a projector that sets nothing aside.
    pub fn turn(&mut self, loaded: LoadedRows) -> Result<Option<Folded>, Box<FoldFailure>> {
        let Some(fold) = self.fold.take() else { return Ok(Some(Folded::default())) };
        let folded = fold.finish_with(loaded, &self.plan)?;
        // Each turn leaves out more, so there is a last one.
        if !self.plan.leave_out(&folded.again) {
            return Ok(Some(folded));
        }
        self.fold = Some(self.projector.begin(self.batch)?);
        Ok(None)
    }

    /// Takes turns with a store that loads without waiting.
    ///
    /// # Errors
    ///
    /// Those of `load`, and a failure of a projector that sets nothing aside.
    pub fn fold_with<E: From<Box<FoldFailure>>>(
        mut self,
        mut load: impl FnMut(&[Vec<Value>], &[LookupKey]) -> Result<LoadedRows, E>,
    ) -> Result<Folded, E> {
        loop {
            let loaded = load(self.keys(), &self.lookups())?;
            if let Some(folded) = self.turn(loaded)? {
                return Ok(folded);
            }
        }
    }
}
