//! The domain: jars that coins are put into.

use std::convert::Infallible;

use cqrs_core::{
    Aggregate, Apply, Command, Context, Decide, Event, EventSet, Meta, Project, Projection, Query, Row,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Event, Serialize, Deserialize)]
pub(crate) struct Added {
    coins: u32,
}

#[derive(Debug, Clone, EventSet)]
pub(crate) enum JarEvent {
    Added(Added),
}

#[derive(Debug, Default, Aggregate)]
#[aggregate(id = String, events = JarEvent, error = Infallible)]
pub(crate) struct Jar {}

impl Apply<Added> for Jar {
    fn apply(&mut self, _: &Added) {}
}

#[derive(Debug, Command)]
#[command(aggregate = Jar, id = jar)]
pub(crate) struct Add {
    pub(crate) jar: String,
    pub(crate) coins: u32,
}

impl Decide<Add> for Jar {
    fn decide(&self, add: &Add, _: &Context) -> Result<Vec<JarEvent>, Infallible> {
        Ok(vec![Added { coins: add.coins }.into()])
    }
}

/// What is in each jar.
#[derive(Debug, Clone, Default, Projection)]
#[projection(key(jar: String), on(Added))]
pub(crate) struct Contents {
    pub(crate) coins: u64,
}

impl Project<Added> for Contents {
    fn project(row: &mut Row<Self>, event: &Added, _: &Meta) {
        row.or_default().coins += u64::from(event.coins);
    }
}

/// What is in one jar.
#[derive(Debug, Query)]
#[query(from = Contents)]
pub(crate) struct ContentsOf {
    pub(crate) jar: String,
}
