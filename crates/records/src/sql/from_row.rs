//! Row mapping without sqlx's derive, for the same reason as [`crate::installation::migrations`].

/// A struct whose fields are columns of the same names: it is read from a row, and an error names the column.
macro_rules! from_row {
    (
        $(#[$about:meta])*
        $seen:vis struct $name:ident {
            $($(#[$about_field:meta])* $field_seen:vis $field:ident: $kind:ty),* $(,)?
        }
    ) => {
        $(#[$about])*
        $seen struct $name {
            $($(#[$about_field])* $field_seen $field: $kind),*
        }

        impl<'r> sqlx::FromRow<'r, sqlx::mysql::MySqlRow> for $name {
            fn from_row(row: &'r sqlx::mysql::MySqlRow) -> sqlx::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }
    };
}
