//! `tallyhouse topic`.

use std::process::ExitCode;

use base::config::Config;
use queue::make_topic;

/// Makes the topic, unless it is there.
pub async fn create(config: &Config, partitions: i32) -> anyhow::Result<ExitCode> {
    make_topic(&config.kafka, partitions).await?;
    println!("topic {} is there", config.kafka.topic);
    Ok(ExitCode::SUCCESS)
}
