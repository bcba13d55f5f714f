//! The client of Kafka: how brokers are reached (TLS, SASL), and what it last said was wrong with them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{ClientConfig, ClientContext};

use super::error::{Complaint, Error};
use base::config::KafkaConfig;

/// Settings that every client begins with: where the brokers are, how they prove who they are, and how we do.
pub(crate) fn client(config: &KafkaConfig) -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set_log_level(RDKafkaLogLevel::Info); // see LastComplaint
    client.set("bootstrap.servers", &config.brokers).set("security.protocol", config.security.protocol());
    if let Some(tls) = &config.security.tls {
        // The client's own default, said aloud: a certificate of another host is none.
        client.set("enable.ssl.certificate.verification", "true").set("ssl.endpoint.identification.algorithm", "https");
        if let Some(ca) = &tls.ca {
            client.set("ssl.ca.location", ca.to_string_lossy());
        }
        if let Some(ours) = &tls.identity {
            client.set("ssl.certificate.location", ours.certificate.to_string_lossy());
            client.set("ssl.key.location", ours.key.to_string_lossy());
            if let Some(password) = &ours.key_password {
                client.set("ssl.key.password", password.reveal());
            }
        }
    }
    if let Some(sasl) = &config.security.sasl {
        client.set("sasl.mechanism", sasl.mechanism.name());
        client.set("sasl.username", &sasl.username).set("sasl.password", sasl.password.reveal());
    }
    client
}

/// The last complaint of a client about its brokers. The call that fails says only that none of them answers; why, such as a
/// certificate that is not trusted, comes by another way: into the log, or as an event to whoever polls. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct LastComplaint(Arc<Mutex<Option<(Instant, String)>>>);

/// A complaint that is older says nothing of what fails now.
const OLD: Duration = Duration::from_mins(1);

impl LastComplaint {
    /// For `map_err`: names what was being done, and the complaint.
    pub fn explain(&self, doing: &'static str) -> impl Fn(KafkaError) -> Error {
        move |cause| Error::of(doing, Complaint { said: self.text(), cause })
    }

    fn keep(&self, complaint: &str) {
        // Without the thread that it came from.
        let complaint = complaint.split_once("]: ").map_or(complaint, |(_, rest)| rest);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), complaint.to_owned()));
    }

    fn text(&self) -> Option<String> {
        let complaint = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        complaint.as_ref().filter(|(at, _)| at.elapsed() < OLD).map(|(_, it)| it.clone())
    }
}

impl ClientContext for LastComplaint {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // Also of connections that a broker just closed, such as one that wants a password: those are no errors to the client.
        if facility == "FAIL" {
            self.keep(message);
        }
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::warn!(facility, message, "the client of Kafka");
            }
            _ => tracing::debug!(facility, message, "the client of Kafka"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the client of Kafka");
        // That all brokers are down is what follows from each one's own complaint.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            self.keep(reason);
        }
    }
}

impl ConsumerContext for LastComplaint {}
