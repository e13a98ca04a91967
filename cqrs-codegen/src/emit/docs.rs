//! One page of documentation for a domain: every message with its fields and versions, who may send it, what it leads to.
//!
//! The page is built once, as blocks, and written as Markdown with Mermaid diagrams or as HTML with drawn ones. The
//! HTML needs nothing beside itself: no script, no font, no network.

mod aggregates;
mod diagram;
mod html;
mod markdown;
mod mermaid;
pub(crate) mod notation;
mod overview;
mod page;
mod projections;
mod scenarios;
mod svg;
mod types;

use crate::model::Domain;

use page::Page;

/// The page as Markdown, its diagrams in Mermaid.
#[must_use]
pub fn markdown(domain: &Domain) -> String {
    markdown::write(&page(domain))
}

/// The page as one HTML file, its diagrams drawn.
#[must_use]
pub fn html(domain: &Domain) -> String {
    html::write(&page(domain))
}

fn page(domain: &Domain) -> Page {
    let mut page = Page::new(domain.name.as_str());
    overview::write(domain, &mut page);
    aggregates::write(domain, &mut page);
    projections::write(domain, &mut page);
    types::write(domain, &mut page);
    scenarios::write(domain, &mut page);
    page
}
