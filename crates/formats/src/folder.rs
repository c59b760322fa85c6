//! Models that are folders.

use crate::{FORMATS, Found};
use kiln_diag::{Diagnostic, Place};
use kiln_import_core::{Format, ModelFile};
use std::path::{Path, PathBuf};

/// The most files of a folder that are looked at.
const MOST_FILES: usize = 10_000;

/// The model in a folder: the first file at a place of `format`, or of any, whose content is that of the format.
pub(crate) fn open(folder: &Path, format: Option<&'static Format>) -> Result<Found, Box<Diagnostic>> {
    let formats: Vec<&'static Format> = match format {
        Some(format) => vec![format],
        None => FORMATS.to_vec(),
    };
    for format in &formats {
        for place in format.in_folder {
            for path in files_at(folder, place) {
                let file = ModelFile::open(&path)?;
                if formats.len() == 1 || (format.recognize)(&file) {
                    return Ok(Found { format, file });
                }
            }
        }
    }
    let places: Vec<&str> = formats.iter().flat_map(|format| format.in_folder).copied().collect();
    let error = Diagnostic::error(Place::File(folder.display().to_string()), "there is no model in this folder");
    Err(Box::new(match places.is_empty() {
        true => error.with_help("models of this format are files: name the file"),
        false => error.with_help(format!("looked for {}", places.join(", "))),
    }))
}

/// The files of a folder at a place, in alphabetical order.
fn files_at(folder: &Path, place: &str) -> Vec<PathBuf> {
    let (inner, pattern) = place.rsplit_once('/').unwrap_or(("", place));
    let Ok(entries) = folder.join(inner).read_dir() else { return Vec::new() };
    let files = entries.take(MOST_FILES).filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_there = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| matches(pattern, name)) && path.is_file()
    };
    let mut files: Vec<PathBuf> = files.filter(is_there).collect();
    files.sort_unstable();
    files
}

/// Whether a name is what a pattern says, in which one `*` may stand for anything.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(matches("*.onnx", "model.onnx"));
        assert!(matches("saved_model.pb", "saved_model.pb"));
        assert!(!matches("a*a", "a"));
        assert!(!matches("*.onnx", "model.onnx.txt"));
    }
}
