//! Every promise of a store as a named test that any adapter runs.
