//! Noticing what other processes commit: a notification wakes a look at the newest position, and so does time.
//!
//! Notifications are a wake-up and no more: nothing is taken from them, and one that is lost only costs time.

use std::sync::Arc;
use std::time::Duration;

use cqrs_core::Position;
use tokio::sync::{Notify, watch};

use crate::connect::{Purpose, Session, Setup, quoted};
use crate::error::Outcome;
use crate::read;

/// The longest wait between two attempts to reach the server.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How many bytes PostgreSQL keeps of a name.
const LONGEST_NAME: usize = 63;

/// The channel on which a schema's commits are told; a name like any other, to be quoted where it stands in SQL.
pub(crate) fn channel(schema: &str) -> String {
    let mut name = format!("cqrs_head {schema}");
    // Schemas that share a channel only wake each other now and then.
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    name
}

/// Keeps the head up to date until it is dropped.
pub(crate) struct Noticing {
    pub(crate) setup: Arc<Setup>,
    pub(crate) head: watch::Sender<Position>,
    /// How long to wait for a notification before looking all the same.
    pub(crate) interval: Duration,
    pub(crate) is_standby: bool,
}

impl Noticing {
    /// Looks for as long as the task runs.
    pub(crate) async fn run(self) {
        let mut pause = Duration::from_millis(10);
        loop {
            let begun = tokio::time::Instant::now();
            if let Err(error) = self.follow().await {
                tracing::warn!(%error, "the store cannot look for what other processes have committed");
            }
            if begun.elapsed() > LONGEST_PAUSE {
                pause = Duration::from_millis(10);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Looks on one connection until it breaks.
    async fn follow(&self) -> Outcome<()> {
        let wake = Arc::new(Notify::new());
        let session = Session::open(&self.setup, Purpose::Append, Some(Arc::clone(&wake))).await?;
        if !self.is_standby {
            // A standby cannot be listened to; time alone wakes a look there.
            session.run(&format!("LISTEN {}", quoted(&channel(&self.setup.schema)))).await?;
        }
        loop {
            self.tell(read::head(&session).await?);
            // An error says that the time is over.
            let _ = tokio::time::timeout(self.interval, wake.notified()).await;
        }
    }

    fn tell(&self, head: Position) {
        tell(&self.head, head);
    }
}

/// Moves the watched head, which never goes back.
pub(crate) fn tell(told: &watch::Sender<Position>, head: Position) {
    told.send_if_modified(|told| {
        let is_news = *told < head;
        *told = head.max(*told);
        is_news
    });
}
