//! What runs in the browser: all of a page that moves or can be typed into. Everything around them is made on the server and
//! never shipped.

pub mod live_board;
pub mod stream_badge;
pub mod wall_board;
