//! How much memory this process holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Watches how much memory this process holds.
pub struct Resident {
    most: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Resident {
    /// From now on.
    pub fn watch() -> Self {
        let most = Arc::<AtomicU64>::default();
        let seen = Arc::clone(&most);
        let task = tokio::spawn(async move {
            loop {
                seen.fetch_max(resident_kb().unwrap_or_default(), Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        Self { most, task }
    }

    /// The most that it held, in MB.
    pub fn most_mb(self) -> u64 {
        self.task.abort();
        self.most_so_far_mb()
    }

    /// The most that it held until now, in MB.
    pub fn most_so_far_mb(&self) -> u64 {
        self.most.load(Ordering::Relaxed) / 1024
    }
}

/// What it holds now, in MB.
pub fn resident_mb() -> u64 {
    resident_kb().unwrap_or_default() / 1024
}

/// What the kernel says.
fn resident_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?.trim().parse().ok()
}
