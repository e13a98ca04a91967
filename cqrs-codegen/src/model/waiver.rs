//! Waivers: changes of released events that the schema lets through.

use super::Origin;

/// One change that is let through, and where the schema says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// What is let through, why and until when.
    pub terms: cqrs_evolution::waiver::Waiver,
    /// Where it was written: the code.
    pub origin: Origin,
}
