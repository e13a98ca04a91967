//! Queries: the projection that they ask, and the columns that they narrow and order by.

use crate::model::{Column, Filter, Name, Order, Origin, Query};
use crate::syntax::ast;

use super::Work;

/// Resolves every query; one that asks no projection is left out.
pub(super) fn resolve(work: &mut Work<'_>, schema: &ast::Document) {
    for declaration in &schema.queries {
        let allow = declaration.allow.as_ref().map(|roles| work.roles(roles));
        let Some(from) = declaration.from.as_ref().and_then(|name| work.projection(name)) else { continue };
        let projection = work.domain.projection(from).clone();
        let filters = declaration
            .filters
            .iter()
            .filter_map(|filter| {
                let column: Column = work.column(&projection, &filter.column)?;
                Some(Filter { column, kind: filter.kind, origin: Origin::new(filter.word, filter.word) })
            })
            .collect();
        let order_by = declaration
            .order_by
            .iter()
            .filter_map(|order| {
                let column = work.column(&projection, &order.column)?;
                let origin = Origin::new(order.column.span(), order.column.span());
                Some(Order { column, descending: order.descending, origin })
            })
            .collect();
        work.domain.queries.push(Query {
            name: Name::new(declaration.name.text()),
            doc: declaration.doc.clone(),
            allow,
            from,
            filters,
            order_by,
            limit: declaration.limit,
            origin: Origin::new(declaration.name.span(), declaration.whole),
        });
    }
}
