//! The section that holds the elements of `dense_resource`s, in hexadecimal as in MLIR: four bytes of alignment (little
//! endian), then the data.

use kiln_ir::{Attribute, AttributeKind, DictionaryKey, Module, Name, Op};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes the blobs of at most `limit` bytes that `root` mentions; nothing if there are none.
pub(super) fn write(module: &Module, root: Op, limit: usize, output: &mut dyn Write) -> io::Result<()> {
    let mut keys = BTreeSet::new();
    for op in module.walk(root) {
        module.attributes(op).iter().for_each(|(_, value)| collect(value, &mut keys));
        module.properties(op).into_iter().for_each(|value| collect(value, &mut keys));
    }
    let found = keys.into_iter().filter_map(|key| Some((key, module.blobs.find(key.as_str())?)));
    let mut found = found.filter(|(_, tensor)| tensor.bytes().len() <= limit).peekable();
    if found.peek().is_none() {
        return Ok(());
    }
    writeln!(output, "\n{{-#\n  dialect_resources: {{\n    builtin: {{")?;
    let mut first = true;
    for (key, tensor) in found {
        write!(output, "{}      {}: \"0x", if first { "" } else { ",\n" }, DictionaryKey(key))?;
        write_hexadecimal(&module.blobs.alignment(key.as_str()).to_le_bytes(), output)?;
        write_hexadecimal(tensor.bytes(), output)?;
        write!(output, "\"")?;
        first = false;
    }
    writeln!(output, "\n    }}\n  }}\n#-}}")
}

fn collect(attribute: Attribute, keys: &mut BTreeSet<Name>) {
    match attribute.kind() {
        AttributeKind::DenseResource { key, .. } => _ = keys.insert(*key),
        AttributeKind::Array(items) => items.iter().for_each(|&item| collect(item, keys)),
        AttributeKind::Dictionary(entries) => entries.iter().for_each(|&(_, item)| collect(item, keys)),
        _ => {}
    }
}

fn write_hexadecimal(bytes: &[u8], output: &mut dyn Write) -> io::Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for chunk in bytes.chunks(4096) {
        let digits = chunk.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        output.write_all(&digits.collect::<Vec<u8>>())?;
    }
    Ok(())
}
