//! Writes `.npy` files.

use crate::header::descriptor;
use crate::strings::Spelling;
use crate::{NpyError, NpyErrorKind};
use kiln_tensor::{ElementType, Tensor};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Elements begin at a multiple of this many bytes, as NumPy has it.
const ALIGNMENT: usize = 64;

/// Writes the tensor to the file at `path`.
///
/// # Errors
/// When the file cannot be written.
pub fn write_npy_file(path: &Path, tensor: &Tensor) -> Result<(), NpyError> {
    let write = || {
        let mut writer = BufWriter::new(File::create(path)?);
        write_npy(&mut writer, tensor)?;
        Ok(writer.flush()?)
    };
    write().map_err(|error: NpyError| error.at_path(path))
}

/// Writes the tensor in `.npy` format, version 1.
///
/// # Errors
/// When it cannot be written.
pub fn write_npy(mut writer: impl Write, tensor: &Tensor) -> Result<(), NpyError> {
    let element = tensor.element();
    let spelling = (element == ElementType::String).then(|| Spelling::for_tensor(tensor));
    let descriptor = spelling.map(Spelling::descriptor).or_else(|| descriptor(element));
    let descriptor = descriptor.ok_or(NpyErrorKind::Unsupported { descriptor: element.to_string(), expected: None })?;
    let extents: String = tensor.shape().iter().map(|extent| format!("{extent},")).collect();
    let mut header = format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({extents}), }}");
    // Magic, version and length take 10 bytes, the line break one.
    let length = (10 + header.len() + 1).next_multiple_of(ALIGNMENT) - 10;
    header = format!("{header:<width$}\n", width = length - 1);
    let length = u16::try_from(length).map_err(|_| NpyError::malformed(8, "the tensor has too many axes"))?;
    writer.write_all(b"\x93NUMPY\x01\x00")?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(header.as_bytes())?;
    if let Some(spelling) = spelling {
        for string in tensor.strings() {
            writer.write_all(&spelling.encode(string))?;
        }
    }
    Ok(writer.write_all(tensor.bytes())?)
}
