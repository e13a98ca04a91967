//! The aggregates of an application: a bounded cache of hot ones for each type.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::aggregate::Aggregate;
use crate::envelope::StreamVersion;
use crate::store::{Store, Until};

use super::error::LoadError;
use super::load::{Loaded, load};
use super::slot::Slot;

/// The registered aggregates, by their Rust type.
#[derive(Default)]
pub(super) struct Aggregates {
    by_type: BTreeMap<TypeId, Registered>,
}

struct Registered {
    aggregate_type: &'static str,
    rust_type: &'static str,
    hot: Arc<dyn Any + Send + Sync>,
}

impl Aggregates {
    /// Registers an aggregate; a second one of the same stored type is returned as an error, with both Rust types.
    pub(super) fn register<A: Aggregate>(
        &mut self,
        capacity: usize,
    ) -> Result<(), (&'static str, &'static str)> {
        let rust_type = std::any::type_name::<A>();
        let taken = self
            .by_type
            .iter()
            .find(|(id, known)| known.aggregate_type == A::TYPE && **id != TypeId::of::<A>());
        if let Some((_, known)) = taken {
            return Err((known.rust_type, rust_type));
        }
        let hot = Arc::new(HotAggregates::<A> { slots: Cache::new(capacity.max(1)) });
        self.by_type.insert(TypeId::of::<A>(), Registered { aggregate_type: A::TYPE, rust_type, hot });
        Ok(())
    }

    /// The hot aggregates of a type; `None` when it is not registered.
    pub(super) fn get<A: Aggregate>(&self) -> Option<&HotAggregates<A>> {
        self.by_type.get(&TypeId::of::<A>()).and_then(|known| known.hot.downcast_ref())
    }
}

/// The aggregates of one type that are in memory.
pub(super) struct HotAggregates<A: Aggregate> {
    slots: Cache<A::Id, Arc<Slot<A>>>,
}

impl<A: Aggregate> HotAggregates<A> {
    /// The aggregate's slot, loaded once however many commands ask for it at the same time.
    pub(super) async fn slot(&self, store: &dyn Store, id: &A::Id) -> Result<Arc<Slot<A>>, LoadError> {
        if let Some(slot) = self.slots.get(id) {
            return Ok(slot);
        }
        let loaded = async { load(store, id, Until::Latest).await.map(Slot::new) };
        // In a box of its own, as every command would carry its size along otherwise.
        Box::pin(self.slots.get_or_insert_async(id, loaded)).await
    }

    /// The aggregate's slot, where it is in memory.
    pub(super) fn known(&self, id: &A::Id) -> Option<Arc<Slot<A>>> {
        self.slots.get(id)
    }

    /// A slot of an aggregate that is taken for empty without a look: for commands that create it. Nobody else sees it
    /// until an append proves it right and it is [kept](Self::keep).
    pub(super) fn assumed_empty() -> Arc<Slot<A>> {
        Slot::new(Loaded { state: A::default(), version: StreamVersion::EMPTY })
    }

    /// Keeps a slot that an append has proved right.
    pub(super) fn keep(&self, id: &A::Id, slot: &Arc<Slot<A>>) {
        self.slots.insert(id.clone(), Arc::clone(slot));
    }

    /// Forgets a slot that was given up, unless another has taken its place.
    pub(super) fn forget(&self, id: &A::Id, slot: &Arc<Slot<A>>) {
        self.slots.remove_if(id, |known| Arc::ptr_eq(known, slot));
    }
}
