//! One value each: what is allowed, and what is said when it is not. Pure.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::{Secret, SecretUrl};
use crate::business_time::BusinessTime;

pub(super) fn not_empty(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// The path of a file, absolute or from where the program starts.
pub(super) fn readable_file(text: &str) -> Result<PathBuf, String> {
    match File::open(text).and_then(|it| it.metadata()) {
        Ok(it) if it.is_file() => Ok(text.into()),
        Ok(_) => Err(format!("{text} is no file")),
        Err(cause) => Err(format!("{text} cannot be read: {cause}")),
    }
}

pub(super) fn percent(text: &str) -> Result<u8, String> {
    let number = text.trim_end_matches('%').trim_end().parse().ok().filter(|it| *it <= 100);
    number.ok_or_else(|| "is no part in percent, like 5%".to_owned())
}

pub(super) fn topic_name(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > 249 || !text.chars().all(legal) {
        return Err("is no topic name: 1 to 249 of A-Z a-z 0-9 . _ -".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn redis_prefix(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > 64 || !text.chars().all(legal) {
        return Err("must be 1 to 64 of A-Z a-z 0-9 . _ -".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn webhook_url(text: &str) -> Result<Secret, String> {
    let url = SecretUrl::parse(text, &["http", "https"])?;
    if url.is_of("http") && !url.is_loopback() {
        return Err("must start with https://: what is told is nobody else's business, and a signature hides nothing"
            .to_owned());
    }
    Ok(Secret::new(url.reveal()))
}

pub(super) fn mysql_url(text: &str) -> Result<SecretUrl, String> {
    let url = SecretUrl::parse(text, &["mysql", "mariadb"])?;
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if url.path().is_empty() || !url.path().chars().all(legal) {
        return Err("names no database of A-Z a-z 0-9 _, like mysql://host/tallyhouse".to_owned());
    }
    Ok(url)
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "is no address like 127.0.0.1:3000".to_owned())
}

pub(super) fn zone(text: &str) -> Result<BusinessTime, String> {
    text.parse().map(BusinessTime).map_err(|_| "is no time zone like Asia/Shanghai".to_owned())
}

pub(super) fn number_at_least_one(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(it) if it >= 1 => Ok(it),
        _ => Err("is no number from 1".to_owned()),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(it) if !it.is_zero() => Ok(it),
        _ => Err("is no duration like 30s, 15m, 1h, 7d".to_owned()),
    }
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "is neither true nor false".to_owned())
}

pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "is no size like 500MB or 2GB".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    digits.trim().parse::<u64>().ok().and_then(|it| it.checked_mul(unit)).ok_or_else(wrong)
}
