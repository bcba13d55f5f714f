//! Static membership of the consumer group (`group.instance.id`): a daemon that was killed and starts again takes the place of its own ghost at
//! once, instead of waiting for the ghost's session to end.
//!
//! Two live processes must not have one name: Kafka would fence the older one each time the younger joins. On one host a locked file sees to
//! that, which the kernel lets go of however a process ends. Across hosts the one that is fenced says so, and goes on without a name.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Error;
use base::config::{KafkaConfig, temporary_folder};
use base::hex::hex;

/// A name of our own in the group, for as long as this is kept.
#[derive(Debug)]
pub struct Instance {
    /// The name; none: the group gives us a place as to anybody.
    pub name: Option<String>,
    _lock: Option<File>,
}

impl Instance {
    /// Takes the name of the settings; none is given by itself: a broker that was killed may take a named daemon for its own double.
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
        Ok(Self { name: None, _lock: None })
    }
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
            security: Box::default(),
            topic: "t".to_owned(),
            group: "g".to_owned(),
            instance: instance.map(str::to_owned),
        };
        let take = |instance| Instance::take_in(folder.path(), &config(instance));
        assert_eq!(take(None).unwrap().name, None);
        let named = take(Some("north")).unwrap();
        assert_eq!(named.name.as_deref(), Some("north"));
        assert!(take(Some("north")).is_err_and(|it| it.to_string().contains("TALLYHOUSE_INSTANCE")));
        drop(named);
        assert!(take(Some("north")).is_ok(), "whoever starts again takes the place of its ghost");
    }
}
