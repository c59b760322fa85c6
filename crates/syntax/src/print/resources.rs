//! The section that holds the elements of `dense_resource`s, in hexadecimal as in MLIR: four bytes of alignment (little
//! endian), then the data.

use kiln_ir::{Attribute, AttributeKind, DictionaryKey, Module, Name, Op, Resource};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes the blobs of at most `limit` bytes that `root` mentions, and what other resources there are; nothing if there
/// are none.
pub(super) fn write(module: &Module, root: Op, limit: usize, output: &mut dyn Write) -> io::Result<()> {
    let mut keys = BTreeSet::new();
    for op in module.walk(root) {
        module.attributes(op).iter().for_each(|(_, value)| collect(value, &mut keys));
        module.properties(op).into_iter().for_each(|value| collect(value, &mut keys));
    }
    let found = keys.into_iter().filter_map(|key| Some((key, module.blobs.find(key.as_str())?)));
    let found: Vec<_> = found.filter(|(_, tensor)| tensor.bytes().len() <= limit).collect();
    if found.is_empty() && module.resources.is_empty() {
        return Ok(());
    }
    let mut section = Section { output, open: Vec::new(), is_first: true };
    writeln!(section.output, "\n{{-#")?;
    for (key, tensor) in found {
        section.enter(&[Name::new("dialect_resources"), Name::new("builtin")])?;
        section.key(key)?;
        write!(section.output, "\"0x")?;
        write_hexadecimal(&module.blobs.alignment(key.as_str()).to_le_bytes(), section.output)?;
        write_hexadecimal(tensor.bytes(), section.output)?;
        write!(section.output, "\"")?;
    }
    for Resource { path, value } in &module.resources {
        let [outer @ .., key] = path.as_slice() else { continue };
        section.enter(outer)?;
        section.key(*key)?;
        write!(section.output, "{value}")?;
    }
    section.enter(&[])?;
    writeln!(section.output, "\n#-}}")
}

/// Nested braces, opened and closed as the paths of entries need.
struct Section<'a> {
    output: &'a mut dyn Write,
    open: Vec<Name>,
    /// Whether nothing stands yet in the innermost braces.
    is_first: bool,
}

impl Section<'_> {
    /// Closes and opens braces so that those of `path` are open.
    fn enter(&mut self, path: &[Name]) -> io::Result<()> {
        let common = self.open.iter().zip(path).take_while(|(open, wanted)| open == wanted).count();
        while self.open.len() > common {
            self.open.pop();
            write!(self.output, "\n{:indent$}}}", "", indent = 2 * self.open.len() + 2)?;
            self.is_first = false;
        }
        for &name in &path[common..] {
            self.key(name)?;
            write!(self.output, "{{")?;
            self.open.push(name);
            self.is_first = true;
        }
        Ok(())
    }

    /// `key: ` on a line of its own.
    fn key(&mut self, key: Name) -> io::Result<()> {
        let separator = match (self.is_first, self.open.is_empty()) {
            (true, true) => "",
            (true, false) => "\n",
            (false, _) => ",\n",
        };
        self.is_first = false;
        write!(self.output, "{separator}{:indent$}{}: ", "", DictionaryKey(key), indent = 2 * self.open.len() + 2)
    }
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
