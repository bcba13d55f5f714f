//! HTTP for all rooms: the guard, problems, fields and pages of a question, files, preferences, the browser's part.

pub mod assets;
pub mod body;
pub mod cause;
pub mod front_door;
pub mod guard;
pub mod headers;
pub mod held;
pub mod page;
pub mod params;
pub mod period;
pub mod preferences;
pub mod problem;
pub mod table_file;
pub mod time_limits;
pub mod upload;
