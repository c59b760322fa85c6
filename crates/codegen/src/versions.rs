//! The object that says which versions of its code a model holds, one for each cpu it was compiled for.
//!
//! - `kiln_metadata`: the metadata of each version, one blob after the other, each aligned to 64 bytes. They differ in the
//!   cpu, in launches and in the workspace; what the model takes and gives is the same in all.
//! - `kiln_versions`: four addresses for each version, of its `kiln_gen_run`, `kiln_gen_dims`, `kiln_gen_workspace` and of
//!   its metadata; four zeros after the last.
//!
//! The runtime takes the first version whose requirements the machine meets. A model for one cpu is a table of one.

use crate::{
    ObjectFile,
    error::{CodegenError, Step},
    metadata::Metadata,
};
use kiln_target::{Architecture, Target};
use object::{
    BinaryFormat, Endianness, FileFlags, RelocationEncoding, RelocationFlags, RelocationKind, SectionKind, SymbolFlags,
    SymbolKind, SymbolScope, elf,
    write::{Object, Relocation, Symbol, SymbolId, SymbolSection},
};

/// The functions of a version, in the order of its record.
const FUNCTIONS: [&str; 3] = ["kiln_gen_run", "kiln_gen_dims", "kiln_gen_workspace"];
/// Bytes of an address.
const WORD: u64 = 8;
/// Alignment of a blob of metadata.
const BLOB_ALIGNMENT: usize = 64;

/// One version of a model's code.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// What it says of itself.
    pub metadata: &'a Metadata,
    /// What its symbols end in: [`crate::Options::suffix`].
    pub suffix: &'a str,
}

/// The object that defines `kiln_metadata` and `kiln_versions`; the versions are all of the target's architecture.
pub fn write_versions(target: &Target, versions: &[Version]) -> Result<ObjectFile, CodegenError> {
    let mut object = new_object(target.architecture);
    let mut blobs = Vec::new();
    let offsets: Vec<usize> = versions.iter().map(|version| append_blob(&mut blobs, version.metadata)).collect();
    let table = vec![0; (FUNCTIONS.len() + 1) * (versions.len() + 1) * WORD as usize];
    let section = object.add_section(Vec::new(), b".rodata.kiln.metadata".to_vec(), SectionKind::ReadOnlyData);
    let metadata = object.add_symbol(symbol("kiln_metadata", SymbolKind::Data));
    object.add_symbol_data(metadata, section, &blobs, BLOB_ALIGNMENT as u64);
    // The loader writes addresses into it, then nobody does.
    let section =
        object.add_section(Vec::new(), b".data.rel.ro.kiln.versions".to_vec(), SectionKind::ReadOnlyDataWithRel);
    let versions_symbol = object.add_symbol(symbol("kiln_versions", SymbolKind::Data));
    object.add_symbol_data(versions_symbol, section, &table, WORD);

    let mut place = 0;
    let mut address_of = |object: &mut Object, symbol: SymbolId, addend: i64| {
        let flags = RelocationFlags::Generic {
            kind: RelocationKind::Absolute,
            encoding: RelocationEncoding::Generic,
            size: 8 * WORD as u8,
        };
        place += WORD;
        object.add_relocation(section, Relocation { offset: place - WORD, symbol, addend, flags }).map_err(failed)
    };
    for (version, offset) in versions.iter().zip(offsets) {
        for name in FUNCTIONS {
            let function = object.add_symbol(symbol(&format!("{name}{}", version.suffix), SymbolKind::Text));
            address_of(&mut object, function, 0)?;
        }
        address_of(&mut object, metadata, offset as i64)?;
    }
    Ok(ObjectFile { name: "versions.o".into(), bytes: object.write().map_err(failed)? })
}

/// Adds a blob at the next multiple of its alignment; returns where it is.
fn append_blob(blobs: &mut Vec<u8>, metadata: &Metadata) -> usize {
    blobs.resize(blobs.len().next_multiple_of(BLOB_ALIGNMENT), 0);
    let offset = blobs.len();
    blobs.extend(metadata.to_bytes());
    offset
}

fn new_object(architecture: Architecture) -> Object<'static> {
    let known = match architecture {
        Architecture::X86_64 => object::Architecture::X86_64,
        Architecture::Aarch64 => object::Architecture::Aarch64,
        Architecture::Riscv64 => object::Architecture::Riscv64,
    };
    let mut object = Object::new(BinaryFormat::Elf, known, Endianness::Little);
    object.flags = FileFlags::Elf {
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        e_flags: elf::FileFlags(crate::data::elf_flags(architecture)),
    };
    // Its absence would ask for an executable stack.
    object.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
    object
}

/// A hidden symbol, not defined yet.
fn symbol(name: &str, kind: SymbolKind) -> Symbol {
    Symbol {
        name: name.as_bytes().to_vec(),
        value: 0,
        size: 0,
        kind,
        scope: SymbolScope::Linkage,
        weak: false,
        section: SymbolSection::Undefined,
        flags: SymbolFlags::None,
    }
}

fn failed(error: object::write::Error) -> CodegenError {
    CodegenError::new(Step::File, error.to_string())
}
