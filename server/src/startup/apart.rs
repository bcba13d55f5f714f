//! Threads of the web server's own (bulkhead): whatever requests keep busy, the ingest has others, and so it is with connections to both stores.

use std::io;

use tokio::runtime::{Builder, Runtime};

use super::Parts;
use records::Records;

/// A runtime beside the one of the ingest. Dropped, it ends without waiting for what it runs.
#[derive(Debug)]
pub struct Apart(Option<Runtime>);

impl Apart {
    /// One with as many threads as there are cores.
    pub fn start() -> io::Result<Self> {
        Builder::new_multi_thread().enable_all().thread_name("web").build().map(|it| Self(Some(it)))
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
