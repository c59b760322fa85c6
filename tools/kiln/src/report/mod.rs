//! What `kiln compile --report` writes: text for people, JSON for programs.

mod explain;
mod json;
mod text;

use crate::failure::Failure;
use crate::output;
use clap::ValueEnum;
use kiln_driver::{OptimizationLevel, Report};
use std::path::Path;

pub(crate) use explain::render as explain;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Tables.
    Text,
    /// One object, for programs.
    Json,
}

impl ReportFormat {
    /// JSON for a file whose name says so.
    pub fn of(path: &Path) -> ReportFormat {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("json") => ReportFormat::Json,
            _ => ReportFormat::Text,
        }
    }
}

/// Writes a report to a file, or to standard output if that is `-`.
pub(crate) fn write(report: &Report, path: &Path, format: ReportFormat) -> Result<(), Failure> {
    let text = match format {
        ReportFormat::Text => text::render(report),
        ReportFormat::Json => json::render(report),
    };
    if path == Path::new("-") {
        return output::print(&text);
    }
    std::fs::write(path, text).map_err(|error| Failure::Input(format!("cannot write {}: {error}", path.display())))
}

/// The level's digit.
fn digit(level: OptimizationLevel) -> u8 {
    match level {
        OptimizationLevel::O0 => 0,
        OptimizationLevel::O1 => 1,
        OptimizationLevel::O2 => 2,
        OptimizationLevel::O3 => 3,
    }
}
