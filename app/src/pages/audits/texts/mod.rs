//! Texts of `/audits` and `/audits/{id}`. Only the server makes these pages.

pub mod evidence;
pub mod findings;
pub mod page;
pub mod replay;
