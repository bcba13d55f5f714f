//! Threads of the web server's own (bulkhead): whatever requests keep busy, the ingest has others, and so it is with connections to both stores.

use std::io;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

use super::Parts;
use records::Records;

/// A runtime beside the one of the ingest. Dropped, it ends without waiting for what it runs.
#[derive(Debug)]
pub struct Apart(Option<Runtime>);

impl Apart {
    /// One with some threads for each core: a page of many rows keeps one busy for a moment, and short answers must not wait behind it.
    pub fn start() -> io::Result<Self> {
        let threads = 4 * available_parallelism().map_or(1, usize::from);
        Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .thread_name("web")
            .build()
            .map(|it| Self(Some(it)))
    }

    /// Does what spawns tasks, and gives them to these threads.
    pub fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.0.as_ref().map(Runtime::enter);
        work()
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Parts {
    /// The same parts over connections of their own; what is wrong, and who is woken, they share.
    pub fn with_own_connections(&self) -> Result<Self, records::Error> {
        let config = &self.config;
        let zone = config.entry.business_time;
        let records = Records::new(&config.records, &config.kafka.topic, zone, self.clock.clone())?;
        Ok(Self { records, realtime: self.realtime.with_own_connection(), ..self.clone() })
    }
}
