//! A file that a form sends (`multipart/form-data`, RFC 7578).

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use model::files::MAX_FILE_BYTES;

use super::problem::Problem;

/// A file and what a form adds to it, in bytes.
pub const MAX_UPLOAD: usize = MAX_FILE_BYTES + 64 * 1024;

/// The file of a form with one.
pub enum Uploaded {
    /// Its name and its bytes, at most [`MAX_FILE_BYTES`].
    File(String, Vec<u8>),
    /// More bytes than are taken.
    TooLarge,
}

/// Reads the field `file` of a form. Refused as no form of the page: one without it.
pub async fn uploaded(form: Multipart, page: &str) -> Result<Uploaded, Problem> {
    match file(form).await {
        Ok(Some((name, bytes))) if bytes.len() <= MAX_FILE_BYTES => Ok(Uploaded::File(name, bytes)),
        Ok(Some(_)) => Ok(Uploaded::TooLarge),
        Err(cause) if cause.status() == StatusCode::PAYLOAD_TOO_LARGE => Ok(Uploaded::TooLarge),
        Ok(None) | Err(_) => Err(Problem::bad_form(page)),
    }
}

async fn file(mut form: Multipart) -> Result<Option<(String, Vec<u8>)>, MultipartError> {
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or_default().to_owned();
            return Ok(Some((name, field.bytes().await?.into())));
        }
    }
    Ok(None)
}
