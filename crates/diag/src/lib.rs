//! Source locations, diagnostics and the sink that collects them; rendered by codespan-reporting.
//!
//! A diagnostic is a user's mistake or a note about it: one sentence, the place it is about, labels at other places,
//! notes and help. This crate knows nothing of the IR; whoever reports turns its own locations into [`Place`]s.

#![forbid(unsafe_code)]

mod diagnostic;
mod render;
mod sink;
mod suggest;

pub use diagnostic::{Diagnostic, Label, Place, Severity};
pub use render::{Sources, render};
pub use sink::Sink;
pub use suggest::suggest;
