//! The formats that models are read from, and which of them a file or a folder is of.
//!
//! A file's content says what it is; its name is believed by nobody. A folder is a model if a file in it is at a place
//! where a format keeps its models.

#![forbid(unsafe_code)]

mod folder;

use kiln_diag::{Diagnostic, Place, suggest};
use kiln_import_core::{Format, ModelFile};
use std::path::Path;

/// The formats, in the order in which they are asked whether a file is theirs.
pub const FORMATS: &[&Format] = &[
    &kiln_import_tflite::FORMAT,
    &kiln_import_keras::FORMAT,
    &kiln_import_keras::FORMAT_H5,
    &kiln_import_onnx::FORMAT,
    &kiln_import_tensorflow::SAVED_MODEL,
    &kiln_import_tensorflow::CHECKPOINT,
    &kiln_import_tensorflow::GRAPH_DEF,
];

/// A model that was found.
#[derive(Debug)]
pub struct Found {
    /// Its format.
    pub format: &'static Format,
    /// Its file; of a folder, the one in it.
    pub file: ModelFile,
}

/// The format of this name.
///
/// # Errors
/// When there is none: which there are.
pub fn find_format(name: &str) -> Result<&'static Format, String> {
    let names = || FORMATS.iter().map(|format| format.name);
    FORMATS.iter().copied().find(|format| format.name == name).ok_or_else(|| {
        let known = match suggest(name, names()) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
        };
        format!("there is no format \"{name}\"; {known}")
    })
}

/// Finds the model at `path`, a file or a folder, of `format` or of whichever its content says.
///
/// # Errors
/// When it cannot be read, or is of no known format.
pub fn open(path: &Path, format: Option<&'static Format>) -> Result<Found, Box<Diagnostic>> {
    if path.is_dir() {
        return folder::open(path, format);
    }
    let file = ModelFile::open(path)?;
    match format.or_else(|| recognize(&file)) {
        Some(format) => Ok(Found { format, file }),
        None => Err(Box::new(describe_unknown(&file))),
    }
}

/// The format that a file's content says it is of.
pub fn recognize(file: &ModelFile) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| (format.recognize)(file))
}

/// What is known of a file that is of no known format.
fn describe_unknown(file: &ModelFile) -> Diagnostic {
    let place = Place::File(file.path().display().to_string());
    let titles: Vec<&str> = FORMATS.iter().map(|format| format.title).collect();
    let error = Diagnostic::error(place, "this is not a model of a known format");
    let error = error.with_help(format!("known formats are {}", titles.join(", ")));
    let name = file.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let named = FORMATS.iter().find(|format| format.usual_names.iter().any(|pattern| folder::matches(pattern, name)));
    match named {
        Some(format) => {
            let (title, option) = (format.title, format.name);
            error.with_help(format!(
                "its name is that of a model of {title}: it may be damaged or not completely downloaded; --format \
                 {option} says what is wrong with it as one"
            ))
        }
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn names_are_unlike() {
        for (index, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS[..index].iter().all(|other| other.name != format.name), "{}", format.name);
            assert_eq!(find_format(format.name).map(|found| found.title), Ok(format.title));
        }
        assert_eq!(find_format("onxx").map(|_| ()), Err("there is no format \"onxx\"; did you mean \"onnx\"?".into()));
    }

    #[test]
    fn content_decides() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("model.dat");
        fs::write(&path, [8, 9, 0x3a, 0, 0x42, 2, 0x10, 13]).expect("written");
        assert_eq!(open(&path, None).map(|found| found.format.name).map_err(|error| error.message), Ok("onnx"));
        assert!(open(folder.path(), None).is_err());
        let named = folder.path().join("model.onnx");
        fs::write(&named, b"PK\x03\x04").expect("written");
        let error = open(&named, None).expect_err("no model");
        assert_eq!(error.message, "this is not a model of a known format");
        assert_eq!(error.help.len(), 2, "{:?}", error.help);
    }
}
