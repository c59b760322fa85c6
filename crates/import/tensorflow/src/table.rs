//! Sorted tables of keys and values, as checkpoints keep their index: the table files of LevelDB.
//!
//! A table ends in a footer that says where the block of blocks is. A block is a list of entries, each with what its key
//! shares with the one before; behind it are one byte for the compression and a checksum.

use kiln_tensor::MappedFile;
use std::borrow::Cow;

/// The last bytes of a table.
const MAGIC: u64 = 0xdb47_7524_8b80_fb57;

/// The length of a footer.
const FOOTER: usize = 48;

/// The most bytes that a compressed block may have when it is not.
const MOST_BLOCK_BYTES: usize = 1 << 28;

/// The most bytes of all keys and values.
const MOST_BYTES: usize = 1 << 30;

/// Where a block is.
#[derive(Clone, Copy)]
struct Handle {
    offset: usize,
    length: usize,
}

/// Whether the bytes end as a table does.
pub(crate) fn is_table(bytes: &[u8]) -> bool {
    bytes.len() >= FOOTER && bytes.ends_with(&MAGIC.to_le_bytes())
}

/// The entries of a table, in order.
///
/// # Errors
/// When the file is damaged; one sentence.
pub(crate) fn read(file: &MappedFile) -> Result<Vec<(Vec<u8>, Vec<u8>)>, String> {
    let bytes: &[u8] = file;
    if !is_table(bytes) {
        return Err("it does not end as the index of a checkpoint does".into());
    }
    let mut footer = &bytes[bytes.len() - FOOTER..];
    handle(&mut footer)?;
    let index = block(bytes, handle(&mut footer)?)?;
    let (mut all, mut size) = (Vec::new(), 0usize);
    for (_, value) in entries(&index)? {
        let part = block(bytes, handle(&mut value.as_slice())?)?;
        for (key, value) in entries(&part)? {
            size += key.len() + value.len();
            if size > MOST_BYTES {
                return Err(format!("its entries have more than {MOST_BYTES} bytes"));
            }
            all.push((key, value));
        }
    }
    Ok(all)
}

fn damaged() -> String {
    "it is damaged".into()
}

fn varint(rest: &mut &[u8]) -> Result<usize, String> {
    let value = prost::encoding::decode_varint(rest).map_err(|_| damaged())?;
    usize::try_from(value).map_err(|_| damaged())
}

fn handle(rest: &mut &[u8]) -> Result<Handle, String> {
    Ok(Handle { offset: varint(rest)?, length: varint(rest)? })
}

/// The content of a block, whose checksum must be right.
fn block(bytes: &[u8], Handle { offset, length }: Handle) -> Result<Cow<'_, [u8]>, String> {
    let end = offset.checked_add(length).filter(|end| end.checked_add(5).is_some_and(|end| end <= bytes.len()));
    let end = end.ok_or_else(|| format!("a part of it at {offset} is not there; it is not complete"))?;
    let (content, trailer) = (&bytes[offset..end], &bytes[end..end + 5]);
    let expected = u32::from_le_bytes([trailer[1], trailer[2], trailer[3], trailer[4]]);
    if masked(checksum(&bytes[offset..=end])) != expected {
        return Err(format!("the checksum of a part at {offset} is wrong; it is damaged"));
    }
    match trailer[0] {
        0 => Ok(Cow::Borrowed(content)),
        1 => {
            let size = snap::raw::decompress_len(content).map_err(|_| damaged())?;
            if size > MOST_BLOCK_BYTES {
                return Err(format!("a part of it has {size} bytes when not compressed, more than {MOST_BLOCK_BYTES}"));
            }
            snap::raw::Decoder::new().decompress_vec(content).map(Cow::Owned).map_err(|_| damaged())
        }
        other => Err(format!("compression {other} is not known")),
    }
}

/// The entries of a block.
fn entries(block: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, String> {
    // The places at which keys stand in full come last, and then their number.
    let (body, count) = block.split_last_chunk::<4>().ok_or_else(damaged)?;
    let places = usize::try_from(u32::from_le_bytes(*count)).ok().and_then(|count| count.checked_mul(4));
    let end = places.and_then(|places| body.len().checked_sub(places)).ok_or_else(damaged)?;
    let mut rest = &body[..end];
    let (mut entries, mut last, mut size) = (Vec::new(), Vec::new(), 0usize);
    while !rest.is_empty() {
        let (shared, own, length) = (varint(&mut rest)?, varint(&mut rest)?, varint(&mut rest)?);
        let (suffix, after) = rest.split_at_checked(own).ok_or_else(damaged)?;
        let (value, after) = after.split_at_checked(length).ok_or_else(damaged)?;
        if shared > last.len() {
            return Err(damaged());
        }
        last.truncate(shared);
        last.extend_from_slice(suffix);
        size += last.len() + value.len();
        if size > MOST_BYTES {
            return Err(format!("its entries have more than {MOST_BYTES} bytes"));
        }
        entries.push((last.clone(), value.to_vec()));
        rest = after;
    }
    Ok(entries)
}

/// CRC-32C (Castagnoli), eight bits at a time.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |sum: u32, &byte: &u8| TABLE[usize::from(sum as u8 ^ byte)] ^ (sum >> 8);
    !bytes.iter().fold(!0, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = index as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0x82f6_3b78 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

/// A checksum as files have it: one of bytes that hold checksums would be weak.
pub(crate) fn masked(sum: u32) -> u32 {
    sum.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A table of these entries, one block.
    pub(crate) fn write(entries: &[(&[u8], Vec<u8>)], compress: bool) -> Vec<u8> {
        let block = |entries: &[(&[u8], Vec<u8>)]| {
            let mut block = Vec::new();
            for (key, value) in entries {
                prost::encoding::encode_varint(0, &mut block);
                prost::encoding::encode_varint(key.len() as u64, &mut block);
                prost::encoding::encode_varint(value.len() as u64, &mut block);
                block.extend_from_slice(key);
                block.extend_from_slice(value);
            }
            block.extend_from_slice(&[0, 0, 0, 0, 1, 0, 0, 0]);
            block
        };
        let append = |file: &mut Vec<u8>, content: Vec<u8>| {
            let content = match compress {
                true => snap::raw::Encoder::new().compress_vec(&content).expect("short"),
                false => content,
            };
            let start = file.len();
            file.extend_from_slice(&content);
            file.push(u8::from(compress));
            let sum = masked(checksum(&file[start..]));
            file.extend_from_slice(&sum.to_le_bytes());
            let mut handle = Vec::new();
            prost::encoding::encode_varint(start as u64, &mut handle);
            prost::encoding::encode_varint(content.len() as u64, &mut handle);
            handle
        };
        let mut file = Vec::new();
        let data = append(&mut file, block(entries));
        let index = append(&mut file, block(&[(b"z", data)]));
        let mut footer = [index.clone(), index].concat();
        footer.resize(FOOTER - 8, 0);
        footer.extend_from_slice(&MAGIC.to_le_bytes());
        file.extend_from_slice(&footer);
        file
    }

    fn read_bytes(bytes: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("t"), bytes).expect("written");
        read(&MappedFile::open(&folder.path().join("t")).expect("a file"))
    }

    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xe306_9283);
        assert_eq!(checksum(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn tables_are_read() {
        for compress in [false, true] {
            let file = write(&[(b"a", vec![1, 2]), (b"ab", vec![])], compress);
            assert_eq!(read_bytes(&file), Ok(vec![(b"a".to_vec(), vec![1, 2]), (b"ab".to_vec(), vec![])]));
        }
    }

    #[test]
    fn damage_is_found() {
        let file = write(&[(b"key", vec![7; 20])], false);
        for place in 0..file.len() - 8 {
            let mut damaged = file.clone();
            damaged[place] ^= 0x55;
            let found = read_bytes(&damaged);
            // Bytes of the footer that say where a block is that nothing needs, or of the padding, may be anything.
            assert!(found.is_err() || found == read_bytes(&file), "{place}");
        }
        assert!(read_bytes(&file[..40]).is_err());
        assert!(read_bytes(b"").is_err() || file.is_empty());
    }
}
