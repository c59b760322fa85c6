//! Reads `.npy` files.

use crate::header::Header;
use crate::{NpyError, NpyErrorKind};
use kiln_tensor::{ElementType, Tensor};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Longer headers than this are nobody's: NumPy itself refuses them.
const MAXIMUM_HEADER_BYTES: usize = 1 << 16;

/// Reads the array in the file at `path`, as [`read_npy`] does.
///
/// # Errors
/// When the file cannot be read or is not a `.npy` file of a type that a tensor has.
pub fn read_npy_file(path: &Path, expected: Option<ElementType>) -> Result<Tensor, NpyError> {
    let read = || {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        read_npy(BufReader::new(file), length, expected)
    };
    read().map_err(|error| error.at_path(path))
}

/// Reads one array of at most `length` bytes. `expected` tells what raw bytes stand for; a type that NumPy has itself is
/// read as it is, whatever was expected.
///
/// # Errors
/// When it cannot be read or is not in `.npy` format, or its elements are of a type that no tensor has.
pub fn read_npy(mut reader: impl Read, length: u64, expected: Option<ElementType>) -> Result<Tensor, NpyError> {
    let mut prefix = [0; 8];
    fill(&mut reader, &mut prefix, 0)?;
    if !prefix.starts_with(MAGIC) {
        return Err(NpyError::malformed(0, "a .npy file begins with \\x93NUMPY, this does not"));
    }
    let (header_length, header_at) = match prefix[6] {
        1 => {
            let mut bytes = [0; 2];
            fill(&mut reader, &mut bytes, 8)?;
            (usize::from(u16::from_le_bytes(bytes)), 10)
        }
        2 | 3 => {
            let mut bytes = [0; 4];
            fill(&mut reader, &mut bytes, 8)?;
            (u32::from_le_bytes(bytes) as usize, 12)
        }
        version => return Err(NpyError::malformed(6, format!("format version {version} is unknown"))),
    };
    if header_length > MAXIMUM_HEADER_BYTES {
        return Err(NpyError::malformed(8, format!("a header of {header_length} bytes is too long")));
    }
    let mut text = vec![0; header_length];
    fill(&mut reader, &mut text, header_at)?;
    let header = Header::parse(&text, header_at)?;
    let data_at = header_at + header_length as u64;
    read_data(reader, &header, data_at, length.saturating_sub(data_at), expected)
}

/// Reads exactly as many bytes as fit into `buffer`; `offset` is where they begin.
fn fill(reader: &mut impl Read, buffer: &mut [u8], offset: u64) -> Result<(), NpyError> {
    reader.read_exact(buffer).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => NpyError::malformed(offset, "the file ends in its header"),
        _ => NpyErrorKind::Io(error).into(),
    })
}

/// The most strings of no length in a file: nothing in it is as large as they are.
const MOST_EMPTY_STRINGS: u64 = 1 << 20;

/// Reads the elements, of which there are at most `available` bytes.
fn read_data(
    reader: impl Read,
    header: &Header,
    data_at: u64,
    available: u64,
    expected: Option<ElementType>,
) -> Result<Tensor, NpyError> {
    let malformed = |reason: String| NpyError::malformed(data_at, reason);
    let spelling = header.spelling();
    let (element, size, part) = match spelling {
        Some(spelling) => (ElementType::String, spelling.element_bytes(), spelling.unit()),
        None => {
            let element = header.element_type(expected)?;
            let size = element.byte_size();
            (element, Some(size), if element.is_complex() { size / 2 } else { size })
        }
    };
    let too_large = || malformed(format!("a tensor of shape {:?} is too large for memory", header.shape));
    let count = kiln_tensor::element_count(&header.shape);
    let length = size.zip(count).and_then(|(size, count)| size.checked_mul(count));
    let length = length.filter(|&length| isize::try_from(length).is_ok()).ok_or_else(too_large)?;
    let (size, count) = (size.unwrap_or(0), count.unwrap_or(0));
    let short = |found: u64| malformed(format!("shape {:?} takes {length} bytes, there are {found}", header.shape));
    if (length as u64) > available {
        return Err(short(available));
    }
    let mut bytes = Vec::new();
    let found = reader.take(length as u64).read_to_end(&mut bytes)?;
    if found != length {
        return Err(short(found as u64));
    }
    if header.is_big_endian() {
        bytes.chunks_exact_mut(part).for_each(<[u8]>::reverse);
    }
    if header.fortran_order && header.shape.len() > 1 {
        bytes = to_row_major(&bytes, &header.shape, size);
    }
    if let Some(spelling) = spelling {
        // Strings of no length take no bytes, but memory all the same.
        if size == 0 && count as u64 > MOST_EMPTY_STRINGS {
            return Err(too_large());
        }
        let strings = match size {
            0 => Some(vec![Vec::new(); count]),
            size => bytes.chunks_exact(size).map(|element| spelling.decode(element)).collect(),
        };
        let strings = strings.ok_or_else(|| malformed("a string has a number that is no character".into()))?;
        return Tensor::from_strings(&header.shape, strings).map_err(|error| malformed(error.to_string()));
    }
    Tensor::from_bytes(element, &header.shape, &bytes).map_err(|error| malformed(error.to_string()))
}

/// Reorders elements of `size` bytes whose first axis is the innermost one.
fn to_row_major(bytes: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut index = vec![0; shape.len()];
    for _ in 0..bytes.len().checked_div(size).unwrap_or(0) {
        let place = shape.iter().zip(&index).rev().fold(0, |place, (&extent, &index)| place * extent + index);
        result.extend_from_slice(&bytes[place * size..(place + 1) * size]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    result
}
