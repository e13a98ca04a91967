//! Putting rows that were built anew in the place of the live ones: between two groups, so that no event comes in between.

use cqrs_core::store::ReadAll;
use cqrs_core::store::{FoldError, Generation};
use cqrs_core::{Position, Projector};

use super::Writer;
use crate::fold;
use crate::read;
use crate::tables::{self, Table, superseded};

impl Writer<'_> {
    /// Folds what the next table still lacks and has it take the live one's place, in one transaction.
    pub(crate) fn promote(&mut self, projector: &dyn Projector) -> Result<(), FoldError> {
        self.transact_fold(|writer| {
            let definition = projector.table();
            let found = Table::find(writer.connection, &definition, Generation::Next)?;
            let (next, standing) = found.ok_or_else(|| superseded(&definition, Position::START, None))?;
            writer.fold_up_to_head(projector, &next, standing.checkpoint)?;
            Ok(tables::promote(writer.connection, &next)?)
        })
    }

    fn fold_up_to_head(
        &mut self,
        projector: &dyn Projector,
        table: &Table,
        mut checkpoint: Position,
    ) -> Result<(), FoldError> {
        let head = Position::from_i64(self.head);
        while checkpoint < head {
            let wanted =
                ReadAll { filter: projector.filter().clone(), until: head, ..ReadAll::after(checkpoint) };
            let page = read::page_of_all(self.connection, &mut self.names, &wanted)?;
            let folded = fold::fold(self.connection, table, projector, &page)?;
            table.write(self.connection, folded, page.end())?;
            checkpoint = page.end();
        }
        Ok(())
    }
}
