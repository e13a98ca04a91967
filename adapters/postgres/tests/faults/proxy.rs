//! A network between a store and its server that fails when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of the next request of any connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fate {
    /// It arrives, and so does its answer.
    Passes,
    /// It arrives; its answer does not, and the connection is cut.
    IsNotAnswered,
    /// As [`IsNotAnswered`](Self::IsNotAnswered), and nothing is carried any more until another fate is set.
    IsTheLast,
    /// Nothing is carried.
    NeverLeaves,
    /// The connection is cut before it arrives.
    IsLost,
    /// The connection is cut; it arrives a second later.
    IsLate,
}

/// How much later a late request arrives.
pub(crate) const LATE: Duration = Duration::from_secs(1);

/// The network. It fails once each time that it is told to.
pub(crate) struct Proxy {
    port: u16,
    next: Arc<AtomicU8>,
}

impl Proxy {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let next = Arc::new(AtomicU8::new(Fate::Passes as u8));
        let fate = Arc::clone(&next);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await;
                let is_down = fate.load(Ordering::SeqCst) == Fate::NeverLeaves as u8;
                if let Ok(server) = server
                    && !is_down
                {
                    tokio::spawn(carry(client, server, Arc::clone(&fate)));
                }
            }
        });
        Self { port, next }
    }

    pub(crate) fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Decides upon the next request that records something.
    pub(crate) fn next_append(&self, fate: Fate) {
        self.next.store(fate as u8, Ordering::SeqCst);
    }
}

/// Carries one connection. A request records something when it is as long as none that only asks.
async fn carry(client: TcpStream, server: TcpStream, fate: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut bytes = vec![0; 1 << 20];
    while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
        let request = &bytes[..count];
        let is_append = request.windows(MARK.len()).any(|window| window == MARK);
        let meets = |wanted: Fate| {
            is_append && {
                let then = if wanted == Fate::IsTheLast { Fate::NeverLeaves } else { Fate::Passes };
                let met = fate.compare_exchange(wanted as u8, then as u8, Ordering::SeqCst, Ordering::SeqCst);
                met.is_ok()
            }
        };
        if meets(Fate::IsLost) {
            break;
        }
        if meets(Fate::IsNotAnswered) || meets(Fate::IsTheLast) {
            answers.abort();
            to_server.write_all(request).await.unwrap();
            // It is committed before the server sees that nobody waits.
            tokio::time::sleep(Duration::from_millis(200)).await;
            break;
        }
        if meets(Fate::IsLate) {
            answers.abort();
            drop(from_client);
            tokio::time::sleep(LATE).await;
            to_server.write_all(request).await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
            return;
        }
        if to_server.write_all(request).await.is_err() {
            break;
        }
    }
    answers.abort();
}

/// What every payload of these tests holds.
const MARK: &[u8] = b"{\"amount\":";
