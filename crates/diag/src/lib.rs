//! Source locations, diagnostics and the sink that collects them; rendered by codespan-reporting.

#![forbid(unsafe_code)]
