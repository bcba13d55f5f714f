//! Server functions, a file per noun. Bodies of a line or two: the work is the backend's.

pub mod live;
