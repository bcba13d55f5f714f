//! What the client tells us from its own thread: rebalances and errors.

use model::pipeline::PipelineState;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, TopicPartitionList};
use tokio::sync::mpsc;

use base::status::Status;

/// What the group decides about us.
#[derive(Debug)]
pub(super) enum Rebalance {
    /// These partitions are ours.
    Assigned(Vec<i32>),
    /// None is, for now.
    Revoked,
}

/// Tells the daemon of rebalances. The decision where to start needs the cursors, so assigning is done there and later.
pub struct Context {
    pub(super) events: mpsc::UnboundedSender<Rebalance>,
    pub(super) status: Status,
}

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        self.status.raise("Kafka", PipelineState::Degraded, format!("Kafka: {error}: {reason}; trying again"));
    }
}

impl ConsumerContext for Context {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, event: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let event = if event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            Rebalance::Assigned(
                partitions
                    .elements()
                    .iter()
                    .map(rdkafka::topic_partition_list::TopicPartitionListElem::partition)
                    .collect(),
            )
        } else {
            // At once, so that closing the client never waits for us. A batch in flight meets the fence.
            if let Err(cause) = consumer.unassign() {
                tracing::warn!(%cause, "giving partitions back");
            }
            Rebalance::Revoked
        };
        // The daemon is gone only when the client is closing too.
        let _daemon_is_gone = self.events.send(event);
    }
}
