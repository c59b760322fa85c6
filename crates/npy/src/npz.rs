//! `.npz` files: zip archives of `.npy` files, each named for its array.

use crate::{NpyError, read_npy, write_npy};
use kiln_tensor::{ElementType, Tensor};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// What NumPy adds to an array's name.
const SUFFIX: &str = ".npy";
/// From this size on, an entry needs the format's 64-bit fields.
const LARGE_ENTRY_BYTES: usize = 0xffff_0000;

/// Reads every array of the archive at `path`, in its order. `expected` tells, by name, what raw bytes stand for.
///
/// # Errors
/// When the archive or one of its arrays cannot be read.
pub fn read_npz(
    path: &Path,
    expected: impl Fn(&str) -> Option<ElementType>,
) -> Result<Vec<(String, Tensor)>, NpyError> {
    let read = || {
        let mut archive = ZipArchive::new(BufReader::new(File::open(path)?))?;
        (0..archive.len())
            .map(|index| {
                let entry = archive.by_index(index)?;
                let name = entry.name()?.into_owned();
                let name = name.strip_suffix(SUFFIX).unwrap_or(&name).to_owned();
                let length = entry.size();
                let tensor = read_npy(entry, length, expected(&name)).map_err(|error| error.at_entry(&name))?;
                Ok((name, tensor))
            })
            .collect::<Result<Vec<_>, NpyError>>()
    };
    read().map_err(|error: NpyError| error.at_path(path))
}

/// Writes the arrays to an archive at `path`, uncompressed as `numpy.savez` does. Equal arrays give equal bytes. When it
/// fails, no file is left behind.
///
/// # Errors
/// When the file cannot be written, two arrays have one name, or an array's elements are strings.
pub fn write_npz<'a>(path: &Path, arrays: impl IntoIterator<Item = (&'a str, &'a Tensor)>) -> Result<(), NpyError> {
    let file = File::create(path).map_err(|error| NpyError::from(error).at_path(path))?;
    let write = || {
        let mut archive = ZipWriter::new(BufWriter::new(file));
        for (name, tensor) in arrays {
            let options = SimpleFileOptions::DEFAULT
                .compression_method(CompressionMethod::Stored)
                .large_file(tensor.bytes().len() >= LARGE_ENTRY_BYTES);
            archive.start_file(format!("{name}{SUFFIX}"), options)?;
            write_npy(&mut archive, tensor).map_err(|error| error.at_entry(name))?;
        }
        Ok(archive.finish()?.flush()?)
    };
    write().map_err(|error: NpyError| {
        // The error that is reported is the first one.
        let _ = std::fs::remove_file(path);
        error.at_path(path)
    })
}
