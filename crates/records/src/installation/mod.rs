//! The installation: its name and what is fixed with it, the demands on the server, the schema migrations.

pub mod identity;
pub mod migrations;
pub mod server;
