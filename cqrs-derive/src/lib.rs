//! The derives of cqrs-core: the only writer of trait impls, for hand-written and generated types alike.
