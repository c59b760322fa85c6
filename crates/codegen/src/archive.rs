//! Static libraries: `ar` files with one member and the symbol index that linkers look symbols up in.

use object::{Object, ObjectSymbol, read::ReadCache};
use std::{
    fs::File,
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::Path,
};

/// Writes an archive with the object at `member` as its only member, under `name`, of at most 15 bytes.
///
/// All dates and owners are zero: the same object gives the same archive.
pub(crate) fn write_archive(member: &Path, name: &str, path: &Path) -> io::Result<()> {
    let mut input = File::open(member)?;
    let size = input.seek(SeekFrom::End(0))?;
    let symbols = public_symbols(&input)?;
    input.seek(SeekFrom::Start(0))?;

    let mut names = Vec::new();
    for symbol in &symbols {
        names.extend_from_slice(symbol);
        names.push(0);
    }
    // The index of a large archive has wider numbers and another name.
    let is_large = size > u64::from(u32::MAX) / 2;
    let width = if is_large { 8 } else { 4 };
    let index_bytes = (width * (symbols.len() + 1) + names.len()).next_multiple_of(2);
    let member_at = (8 + 60 + index_bytes) as u64;
    let number = |value: u64| value.to_be_bytes()[8 - width..].to_vec();

    let mut output = BufWriter::new(File::create(path)?);
    output.write_all(b"!<arch>\n")?;
    write_header(&mut output, if is_large { "/SYM64/" } else { "/" }, index_bytes as u64)?;
    let mut index = number(symbols.len() as u64);
    for _ in &symbols {
        index.extend(number(member_at));
    }
    index.extend(names);
    index.resize(index_bytes, 0);
    output.write_all(&index)?;
    write_header(&mut output, &format!("{name}/"), size)?;
    io::copy(&mut input, &mut output)?;
    if size % 2 == 1 {
        output.write_all(b"\n")?;
    }
    output.flush()
}

fn write_header(output: &mut impl Write, name: &str, size: u64) -> io::Result<()> {
    writeln!(output, "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`", 0, 0, 0, "644")
}

fn public_symbols(file: &File) -> io::Result<Vec<Vec<u8>>> {
    let cache = ReadCache::new(file);
    let object = object::File::parse(&cache).map_err(io::Error::other)?;
    let symbols = object.symbols().filter(|symbol| symbol.is_global() && symbol.is_definition());
    symbols.map(|symbol| symbol.name_bytes().map(<[u8]>::to_vec).map_err(io::Error::other)).collect()
}
