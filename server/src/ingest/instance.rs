//! Static membership of the consumer group (`group.instance.id`): a daemon that was killed and starts again takes the place of its own ghost at
//! once, instead of waiting for the ghost's session to end.
//!
//! Two live processes must not have one name: Kafka would fence the older one each time the younger joins. On one host a locked file sees to
//! that, which the kernel lets go of however a process ends. Across hosts the one that is fenced says so and ends.

use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Error;
use crate::config::{KafkaConfig, temporary_folder};
use crate::hex::hex;

/// So many daemons of one group may run on a host.
const MOST: u32 = 64;

/// A name of our own in the group, for as long as this is kept.
#[derive(Debug)]
pub struct Instance {
    /// The name; none: no file could be locked here, and the group gives us a place as to anybody.
    pub name: Option<String>,
    _lock: Option<File>,
}

impl Instance {
    /// Takes the name of the settings, or the first that is free on this host.
    ///
    /// # Errors
    /// The name of the settings is taken by another process.
    pub fn take(config: &KafkaConfig) -> Result<Self, Error> {
        Self::take_in(&temporary_folder(), config)
    }

    fn take_in(folder: &Path, config: &KafkaConfig) -> Result<Self, Error> {
        if let Some(name) = &config.instance {
            return match lock(&file(folder, config, name)) {
                Locked::Ours(lock) => Ok(Self { name: Some(name.clone()), _lock: Some(lock) }),
                Locked::Taken => Err(Error::Refused(format!(
                    "another process on this host is the instance {name:?} of the group {}; give each a name of its own \
                     (TALLYHOUSE_INSTANCE), or none",
                    config.group
                ))),
                Locked::Not(cause) => {
                    tracing::warn!(%cause, "cannot see whether another process is the same instance");
                    Ok(Self { name: Some(name.clone()), _lock: None })
                }
            };
        }
        let nameless = Self { name: None, _lock: None };
        let Some(place) = place(folder) else { return Ok(nameless) };
        for number in 1..=MOST {
            let name = format!("{place}-{number}");
            match lock(&file(folder, config, &name)) {
                Locked::Ours(lock) => return Ok(Self { name: Some(name), _lock: Some(lock) }),
                Locked::Taken => {}
                // Of another user, or a folder that cannot be written to.
                Locked::Not(_) => break,
            }
        }
        Ok(nameless)
    }
}

/// The host, and the folder in which locks are seen: services and containers of one host may each have a folder of their own, and must not
/// take each other's names, which they could not see.
fn place(folder: &Path) -> Option<String> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let seen = std::fs::metadata(folder).ok()?;
    let host = host.trim();
    (!host.is_empty()).then(|| format!("{host}-{:x}-{:x}", seen.dev(), seen.ino()))
}

enum Locked {
    Ours(File),
    Taken,
    Not(std::io::Error),
}

fn lock(path: &Path) -> Locked {
    let opened = File::options().create(true).truncate(false).write(true).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(cause) => return Locked::Not(cause),
    };
    match file.try_lock() {
        Ok(()) => Locked::Ours(file),
        Err(TryLockError::WouldBlock) => Locked::Taken,
        Err(TryLockError::Error(cause)) => Locked::Not(cause),
    }
}

/// One for each name in each group of each cluster.
fn file(folder: &Path, config: &KafkaConfig, name: &str) -> PathBuf {
    let of = format!("{}\n{}\n{}\n{name}", config.brokers, config.topic, config.group);
    folder.join(format!("tallyhouse-{}.lock", hex(&Sha256::digest(of)[..8])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_live_processes_have_one_name_and_a_name_is_free_again() {
        let folder = tempfile::tempdir().unwrap();
        let config = |instance: Option<&str>| KafkaConfig {
            brokers: "b".to_owned(),
            topic: "t".to_owned(),
            group: "g".to_owned(),
            instance: instance.map(str::to_owned),
        };
        let take = |instance| Instance::take_in(folder.path(), &config(instance));
        let first = take(None).unwrap();
        let second = take(None).unwrap();
        assert!(first.name.is_some() && first.name != second.name, "{first:?} {second:?}");
        let before = first.name.clone();
        drop(first);
        assert_eq!(take(None).unwrap().name, before, "whoever starts again takes the place of its ghost");
        let named = take(Some("north")).unwrap();
        assert_eq!(named.name.as_deref(), Some("north"));
        assert!(take(Some("north")).is_err_and(|it| it.to_string().contains("TALLYHOUSE_INSTANCE")));
    }
}
