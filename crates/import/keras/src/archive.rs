//! The archive that a `.keras` file is: its configuration as text, and its weights, which are an HDF5 file.

use crate::hdf5::Part;
use kiln_import_core::ModelFile;
use kiln_tensor::MappedFile;
use std::io::{Cursor, Read};
use zip::read::ZipArchive;
use zip::{CompressionMethod, result::ZipError};

/// The most bytes of a configuration.
const MAX_TEXT: u64 = 1 << 28;

/// No entry may be more than this many times as large as it is stored.
const MAX_RATIO: u64 = 1100;

/// The first bytes of an archive.
const SIGNATURE: &[u8] = b"PK\x03\x04";

/// What a `.keras` file is made of.
pub(crate) struct Archive {
    /// `config.json`.
    pub config: String,
    /// `model.weights.h5`; a model may have no weights.
    pub weights: Option<Part>,
    /// Texts of files that layers keep beside their weights, by path: vocabularies.
    pub assets: Vec<(String, String)>,
}

/// Whether a file is an archive with a configuration of Keras in it.
pub(crate) fn looks_like_keras(file: &ModelFile) -> bool {
    if !file.bytes().starts_with(SIGNATURE) {
        return false;
    }
    let archive = ZipArchive::new(Cursor::new(&file.bytes()[..]));
    archive.is_ok_and(|archive| {
        let has = |name: &str| archive.index_for_name(name).is_some();
        has("config.json") && (has("metadata.json") || has("model.weights.h5"))
    })
}

/// Reads the archive. Weights that are stored as they are stay where they are in the file.
///
/// # Errors
/// When it is damaged, an entry is missing, or an entry is too large; one sentence.
pub(crate) fn read(file: &ModelFile) -> Result<Archive, String> {
    let cursor = Cursor::new(&file.bytes()[..]);
    let mut archive = ZipArchive::new(cursor).map_err(|error| format!("the archive is damaged: {error}"))?;
    let config = read_text(&mut archive, "config.json")?.ok_or("there is no config.json in the archive")?;
    let weights = read_weights(&mut archive, file)?;
    let names = archive.file_names().filter_map(|name| name.ok().map(|name| name.into_owned()));
    let names: Vec<String> = names.filter(|name| name.starts_with("assets/") && name.ends_with(".txt")).collect();
    let mut assets = Vec::new();
    for name in names {
        if let Some(text) = read_text(&mut archive, &name)? {
            assets.push((name["assets/".len()..].to_owned(), text));
        }
    }
    Ok(Archive { config, weights, assets })
}

type Zip<'a> = ZipArchive<Cursor<&'a [u8]>>;

fn read_text(archive: &mut Zip<'_>, name: &str) -> Result<Option<String>, String> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(format!("{name} in the archive cannot be read: {error}")),
    };
    let mut text = String::new();
    let read = entry.take(MAX_TEXT + 1).read_to_string(&mut text);
    read.map_err(|error| format!("{name} in the archive cannot be read: {error}"))?;
    match text.len() as u64 > MAX_TEXT {
        true => Err(format!("{name} in the archive is larger than {MAX_TEXT} bytes")),
        false => Ok(Some(text)),
    }
}

fn read_weights(archive: &mut Zip<'_>, file: &ModelFile) -> Result<Option<Part>, String> {
    const NAME: &str = "model.weights.h5";
    let entry = match archive.by_name(NAME) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(format!("{NAME} in the archive cannot be read: {error}")),
    };
    let (size, stored) = (entry.size(), entry.compressed_size());
    if entry.compression() == CompressionMethod::Stored {
        let place = entry.data_start().and_then(|start| {
            let start = usize::try_from(start).ok()?;
            let end = start.checked_add(usize::try_from(size).ok()?)?;
            (size == stored && end <= file.bytes().len()).then_some(start..end)
        });
        let range = place.ok_or_else(|| format!("{NAME} in the archive reaches beyond its end"))?;
        return Ok(Some(Part { file: file.bytes().clone(), range }));
    }
    if size > stored.saturating_mul(MAX_RATIO) {
        return Err(format!("{NAME} in the archive says that {stored} bytes are {size}, which cannot be"));
    }
    let mut bytes = Vec::new();
    let read = entry.take(size + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("{NAME} in the archive cannot be read: {error}"))?;
    if bytes.len() as u64 != size || bytes.is_empty() {
        return Err(format!("{NAME} in the archive is {} bytes, not the {size} that it says", bytes.len()));
    }
    // In a file without a name, the system can drop from memory what is not in use.
    let unpacked = MappedFile::of_bytes(&bytes).map_err(|error| format!("{NAME} cannot be unpacked: {error}"))?;
    let range = 0..bytes.len();
    Ok(Some(Part { file: unpacked, range }))
}
