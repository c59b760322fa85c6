//! What a file holds: the configuration of a model as JSON, and where its weights are.

use crate::archive::{self, Archive};
use crate::hdf5::{Hdf5, Part, find_group, sentence, shortened, text_attribute, text_list_attribute};
use crate::weights::Store;
use kiln_diag::{Diagnostic, Place};
use kiln_import_core::{ImportOptions, ModelFile};
use serde_json::Value as Json;
use std::path::Path;

/// The most bytes of an architecture.
const MAX_TEXT: u64 = 1 << 28;

/// The most layers whose names are shown.
const MAX_SHOWN: usize = 40;

/// A model's configuration and weights.
pub(crate) struct Content {
    /// The configuration: `{"class_name": …, "config": …}`.
    pub config: Json,
    /// The weights.
    pub store: Store,
    /// The version of Keras that wrote it.
    pub version: Version,
    /// Vocabularies, by the path of the layer that they are of.
    pub assets: Vec<(String, String)>,
}

/// A version of Keras.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Version {
    /// As the file says it; empty if it does not.
    pub text: String,
    /// 1, 2 or 3.
    pub major: u32,
    /// What computed: `tensorflow`, `theano`.
    pub backend: String,
}

/// Reads an HDF5 file: of a whole model, or of weights whose architecture the options name.
pub(crate) fn read_h5(file: &ModelFile, options: &ImportOptions) -> Result<Content, Box<Diagnostic>> {
    let error = |message: String| Box::new(Diagnostic::error(whole(file.path()), message));
    let part = Part { file: file.bytes().clone(), range: 0..file.bytes().len() };
    let hdf5 = Hdf5::open(part).map_err(|reason| error(format!("the HDF5 file is damaged: {reason}")))?;
    let root = hdf5.root().map_err(|reason| error(format!("the HDF5 file is damaged: {reason}")))?;
    let config = match (text_attribute(&root, "model_config"), &options.architecture) {
        (_, Some(path)) => read_architecture(path)?,
        (Some(text), None) => parse(&text).map_err(|reason| error(format!("model_config: {reason}")))?,
        (None, None) => return Err(Box::new(describe_weights(file, &root))),
    };
    let weights = find_group(&root, "model_weights").unwrap_or(root.clone());
    let says = |name: &str| text_attribute(&root, name).or_else(|| text_attribute(&weights, name));
    let version = find_version(says("keras_version"), says("backend"), &config);
    let is_ordered = text_list_attribute(&weights, "layer_names").is_some();
    let store = if is_ordered { Store::Ordered(hdf5, weights) } else { Store::Paths(hdf5, weights) };
    Ok(Content { config, store, version, assets: Vec::new() })
}

/// Reads an archive.
pub(crate) fn read_archive(file: &ModelFile, _: &ImportOptions) -> Result<Content, Box<Diagnostic>> {
    let error = |message: String| Box::new(Diagnostic::error(whole(file.path()), message));
    let Archive { config, weights, assets } = archive::read(file).map_err(&error)?;
    let config = parse(&config).map_err(|reason| error(format!("config.json: {reason}")))?;
    let damaged = |reason: String| error(format!("model.weights.h5 in the archive is damaged: {reason}"));
    let store = match weights {
        Some(part) => {
            let hdf5 = Hdf5::open(part).map_err(damaged)?;
            let root = hdf5.root().map_err(damaged)?;
            Store::Paths(hdf5, root)
        }
        None => Store::Nothing,
    };
    let version = find_version(None, None, &config);
    Ok(Content { config, store, version, assets })
}

/// The place of a file as a whole.
fn whole(path: &Path) -> Place {
    Place::File(path.display().to_string())
}

/// Reads the JSON file that says which layers there are.
fn read_architecture(path: &Path) -> Result<Json, Box<Diagnostic>> {
    let error = |message: String| Box::new(Diagnostic::error(whole(path), message));
    let size = path.metadata().map_err(|reason| error(format!("the architecture cannot be read: {reason}")))?;
    if !size.is_file() || size.len() > MAX_TEXT {
        return Err(error(format!("the architecture must be a file of at most {MAX_TEXT} bytes")));
    }
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|reason| error(format!("the architecture cannot be read: {reason}")))?;
    let config = parse(&text).map_err(|reason| {
        let help = "an architecture is what model.to_json() of Keras gives";
        Box::new(error(reason).with_help(help))
    })?;
    match config.get("class_name") {
        Some(_) => Ok(config),
        None => {
            let message = "this is JSON, but no architecture: there is no \"class_name\" in it";
            Err(Box::new(error(message.into()).with_help("an architecture is what model.to_json() of Keras gives")))
        }
    }
}

/// JSON as Python writes it, in which numbers may be infinite or none.
fn parse(text: &str) -> Result<Json, String> {
    let strict = serde_json::from_str(text);
    let parsed = strict.or_else(|error| match text.contains("Infinity") || text.contains("NaN") {
        true => serde_json::from_str(&without_special_numbers(text)),
        false => Err(error),
    });
    parsed.map_err(|error| format!("it is no JSON: {}", sentence(error)))
}

/// Numbers that JSON does not have, as strings.
fn without_special_numbers(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let (mut is_inside, mut rest) = (false, text);
    while let Some(first) = rest.chars().next() {
        let special = ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| !is_inside && rest.starts_with(word));
        if let Some(word) = special {
            result.push_str(&format!("\"{word}\""));
            rest = &rest[word.len()..];
            continue;
        }
        let mut length = first.len_utf8();
        match first {
            '"' => is_inside = !is_inside,
            // What is behind a backslash ends no string.
            '\\' if is_inside => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            _ => {}
        }
        result.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    result
}

/// The version that is said, or that the configuration looks like.
fn find_version(said: Option<String>, backend: Option<String>, config: &Json) -> Version {
    let entry = |name: &str| config.get(name).and_then(Json::as_str).map(str::to_owned);
    let text = entry("keras_version").or(said).unwrap_or_default();
    let major = match text.chars().next().and_then(|first| first.to_digit(10)) {
        // Versions before 1 are like it.
        Some(major) => major.clamp(1, 3),
        None if config.get("module").is_some() => 3,
        None => 1,
    };
    Version { text, major, backend: backend.or_else(|| entry("backend")).unwrap_or_else(|| "tensorflow".into()) }
}

/// What is known of a file of weights alone.
fn describe_weights(file: &ModelFile, root: &hdf5_reader::group::Group) -> Diagnostic {
    let layers = text_list_attribute(root, "layer_names");
    let names = layers.or_else(|| {
        let (groups, _) = find_group(root, "layers")?.member_names().ok()?;
        Some(groups)
    });
    let Some(names) = names else {
        let message = "this is an HDF5 file, but not of Keras: there is no model_config and no layers in it";
        return Diagnostic::error(whole(file.path()), message);
    };
    let message = "this file has the weights of a model, but not which layers it is made of";
    let more = if names.len() > MAX_SHOWN { ", ..." } else { "" };
    let shown: Vec<String> = names.iter().take(MAX_SHOWN).map(|name| shortened(name)).collect();
    Diagnostic::error(whole(file.path()), message)
        .with_note(format!("it has weights for the layers {}{more}", shown.join(", ")))
        .with_help("--architecture FILE.json names what model.to_json() of Keras gives for the model")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_does_not_have_are_read() {
        let parsed = parse(r#"{"a": [NaN, -Infinity, 1], "b": "NaN \" Infinity"}"#).expect("read");
        assert_eq!(parsed["a"][1], "-Infinity");
        assert_eq!(parsed["b"], "NaN \" Infinity");
        assert!(parse("{").is_err());
    }

    #[test]
    fn versions_are_found() {
        let check = |said: Option<&str>, config: Json| find_version(said.map(str::to_owned), None, &config).major;
        assert_eq!(check(Some("2.3.0-tf"), Json::Null), 2);
        assert_eq!(check(None, serde_json::json!({"module": "keras"})), 3);
        assert_eq!(check(Some("0.3"), Json::Null), 1);
        assert_eq!(check(None, Json::Null), 1);
    }
}
