//! The archive that a `.keras` file is: its configuration as text, and its weights, which are an HDF5 file.

use crate::hdf5::Part;
use kiln_import_core::ModelFile;
use kiln_tensor::MappedFile;
use std::io::{Cursor, Read};
use zip::read::ZipArchive;
use zip::{CompressionMethod, result::ZipError};

/// The most bytes of a configuration in a small archive; in a large one it may be as large as the archive.
const MAX_CONFIG: u64 = 1 << 23;

/// The most bytes of all vocabularies together in a small archive; in a large one they may be as large as the archive.
const MAX_ASSETS: u64 = 1 << 26;

/// The most bytes of compressed weights in a small archive.
const MAX_WEIGHTS: u64 = 1 << 26;

/// In a large archive no weights may be more than this many times as large as they are stored: numbers that were learned
/// hardly compress.
const MAX_RATIO: u64 = 64;

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
    let size = file.bytes().len() as u64;
    let config = read_text(&mut archive, "config.json", size.max(MAX_CONFIG))?;
    let config = config.ok_or("there is no config.json in the archive")?;
    let weights = read_weights(&mut archive, file)?;
    let names = archive.file_names().filter_map(|name| name.ok().map(|name| name.into_owned()));
    let names: Vec<String> = names.filter(|name| name.starts_with("assets/") && name.ends_with(".txt")).collect();
    let (mut assets, mut left) = (Vec::new(), size.max(MAX_ASSETS));
    for name in names {
        if let Some(text) = read_text(&mut archive, &name, left)? {
            left -= text.len() as u64;
            assets.push((name["assets/".len()..].to_owned(), text));
        }
    }
    Ok(Archive { config, weights, assets })
}

type Zip<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The text of an entry that must not be larger than `most` bytes.
fn read_text(archive: &mut Zip<'_>, name: &str, most: u64) -> Result<Option<String>, String> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(format!("{name} in the archive cannot be read: {error}")),
    };
    let mut text = String::new();
    let read = entry.take(most.saturating_add(1)).read_to_string(&mut text);
    read.map_err(|error| format!("{name} in the archive cannot be read: {error}"))?;
    match text.len() as u64 > most {
        true => Err(format!("{name} is larger than the {most} bytes that texts of an archive like this may have")),
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
    if size > stored.saturating_mul(MAX_RATIO).max(MAX_WEIGHTS) {
        return Err(format!(
            "{NAME} in the archive says that {stored} bytes are {size}, more than {MAX_RATIO} times as many: numbers that \
             were learned do not compress like that"
        ));
    }
    if size == 0 {
        return Err(format!("{NAME} in the archive is empty"));
    }
    // In a file without a name, the system can drop from memory what is not in use.
    let unpacked = MappedFile::of_reader(&mut entry.take(size + 1));
    let unpacked = unpacked.map_err(|error| format!("{NAME} in the archive cannot be unpacked: {error}"))?;
    if unpacked.len() as u64 != size {
        return Err(format!("{NAME} in the archive is {} bytes, not the {size} that it says", unpacked.len()));
    }
    let range = 0..unpacked.len();
    Ok(Some(Part { file: unpacked, range }))
}
