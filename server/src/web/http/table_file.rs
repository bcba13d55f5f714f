//! A table on its way to a browser as a file.

use std::io;

use app::i18n::Locale;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use model::files::choices::Separator;
use model::time::Millis;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;

use crate::export::{Rows, XlsxError, csv_head, csv_rows, write_xlsx};
use crate::web::http::problem::Problem;
use base::status::explain;

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Separated values, row by row.
    Csv(Separator),
    /// A workbook, sent once it is whole.
    Xlsx,
}

impl Kind {
    /// By how a path ends; values with such a separator where it is no workbook.
    pub fn of_path(path: &str, separator: Separator) -> Self {
        if path.rsplit('.').next() == Some("xlsx") { Self::Xlsx } else { Self::Csv(separator) }
    }
}

/// A table on its way to a file.
pub struct Table {
    /// Of the file.
    pub name: &'static str,
    /// Of its sheet.
    pub sheet: &'static str,
    /// Of its columns.
    pub titles: Vec<String>,
    /// As they are read.
    pub rows: Rows,
}

/// What file somebody wants.
pub struct FileRequest {
    pub kind: Kind,
    /// In which language.
    pub locale: Locale,
    /// When it was asked for.
    pub now: Millis,
    /// That time, for its name.
    pub stamp: String,
}

impl FileRequest {
    /// The file of a table.
    pub async fn of(&self, table: Table) -> Result<Response, Problem> {
        let (ending, media) = match self.kind {
            Kind::Csv(_) => ("csv", "text/csv; charset=utf-8"),
            Kind::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        };
        let name = format!("attachment; filename=\"{}-{}.{ending}\"", table.name, self.stamp);
        let body = match self.kind {
            Kind::Csv(separator) => csv(table, separator),
            Kind::Xlsx => xlsx(table).await?,
        };
        Ok(([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
    }
}

/// Row by row. A file that breaks off is no whole file: the connection is broken off too.
fn csv(table: Table, separator: Separator) -> Body {
    let titles: Vec<&str> = table.titles.iter().map(String::as_str).collect();
    let head = futures::stream::iter([Ok(Bytes::from(csv_head(&titles, separator)))]);
    let rows = ReceiverStream::new(table.rows).map(move |rows| match rows {
        Ok(rows) => Ok(Bytes::from(csv_rows(&rows, separator))),
        Err(error) => {
            tracing::warn!("{error}");
            Err(io::Error::other(error))
        }
    });
    Body::from_stream(head.chain(rows))
}

/// Whole first, in a temporary file: its directory comes last.
async fn xlsx(table: Table) -> Result<Body, Problem> {
    let writing = tokio::task::spawn_blocking(move || {
        let titles: Vec<&str> = table.titles.iter().map(String::as_str).collect();
        let file = write_xlsx(table.sheet, &titles, table.rows)?;
        Ok::<_, XlsxError>((file.reopen()?, file))
    });
    match writing.await {
        Ok(Ok((open, file))) => {
            // The name is let go; what is open can be read to its end.
            drop(file);
            Ok(Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(open))))
        }
        Ok(Err(error)) => {
            tracing::warn!("{}", explain(&error));
            Err(Problem::away("The file could not be made."))
        }
        Err(_) => Err(Problem::away("The file could not be made.")),
    }
}
