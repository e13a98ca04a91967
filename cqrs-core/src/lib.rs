//! The runtime of CQRS and event sourcing: the pattern's words as traits and plain types, and the engine that runs them.
