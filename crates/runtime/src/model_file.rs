//! A compiled model as a file: is it one, for which processor, and what does it say of itself?
//!
//! Nothing in the file is executed. [`crate::Model`] looks here first, so that a file that is no model never gets to run
//! its initializers in our process.

use crate::{LoadError, ModelDescription};
use kiln_tensor::MappedFile;
use object::read::elf::ElfFile64;
use object::{Architecture, Object, ObjectSection, ObjectSymbol};
use std::path::Path;

/// The section that holds the metadata blob.
const METADATA_SECTION: &str = ".kiln.metadata";
/// The local symbol at its beginning.
const METADATA_SYMBOL: &str = "kiln_metadata";
/// The section that holds the weights of all versions.
const WEIGHTS_SECTION: &str = ".kiln.weights";
/// The symbol that every model exports.
pub(crate) const ENTRY_SYMBOL: &str = "kiln_get_api";

/// What a compiled model, for whichever processor, says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// The family of processors, as in target triples: `x86_64`, `aarch64`, `riscv64`.
    pub architecture: String,
    /// The metadata of each version of its code, one for each processor it was compiled for, the most capable first. There
    /// is one at least; they take and give the same.
    pub versions: Vec<ModelDescription>,
    /// Bytes of the weights of all versions.
    pub weight_bytes: u64,
    /// Bytes of the whole file.
    pub file_bytes: u64,
}

impl ModelFile {
    /// Reads the model at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not a compiled model, or its metadata is damaged or of another version.
    pub fn read(path: &Path) -> Result<ModelFile, LoadError> {
        let unreadable = |error| LoadError::Unreadable { path: path.into(), error };
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(LoadError::NotAModel { path: path.into(), reason: "it is not a regular file".into() });
        }
        let bytes = MappedFile::open(path).map_err(unreadable)?;
        let not_a_model = |reason: &str| LoadError::NotAModel { path: path.into(), reason: reason.into() };
        if !bytes.starts_with(b"\x7fELF") {
            return Err(not_a_model("it is not an ELF shared object"));
        }
        let elf = ElfFile64::<object::Endianness>::parse(&*bytes)
            .map_err(|error| not_a_model(&format!("its ELF structure is damaged: {error}")))?;
        if !elf.dynamic_symbols().any(|symbol| symbol.is_definition() && symbol.name() == Ok(ENTRY_SYMBOL)) {
            return Err(not_a_model(&format!("it does not export {ENTRY_SYMBOL}")));
        }
        let blob = find_metadata(&elf).ok_or_else(|| not_a_model("it has no metadata"))?;
        let versions = ModelDescription::versions_from_bytes(blob)
            .map_err(|error| LoadError::Metadata { path: path.into(), error })?;
        // Models that were linked by others may have their weights elsewhere.
        let weights = elf.section_by_name(WEIGHTS_SECTION).map(|section| section.size());
        let weight_bytes =
            weights.unwrap_or_else(|| versions.iter().map(|version| version.weight_bytes).max().unwrap_or(0));
        let architecture = architecture_name(elf.architecture()).to_owned();
        Ok(ModelFile { architecture, versions, weight_bytes, file_bytes: bytes.len() as u64 })
    }
}

impl ModelFile {
    /// What the version for the most capable processor says of itself; what it takes and gives holds for all.
    pub fn description(&self) -> &ModelDescription {
        &self.versions[0]
    }

    /// The processors that it has code for.
    pub fn cpus(&self) -> Vec<&str> {
        self.versions.iter().map(|version| version.cpu.as_str()).collect()
    }
}

/// The metadata blobs: a section of its own, or what the local symbol points to.
fn find_metadata<'a>(elf: &ElfFile64<'a, object::Endianness>) -> Option<&'a [u8]> {
    if let Some(section) = elf.section_by_name(METADATA_SECTION) {
        return section.data().ok();
    }
    let symbol = elf.symbols().find(|symbol| symbol.name() == Ok(METADATA_SYMBOL))?;
    let section = elf.section_by_index(symbol.section_index()?).ok()?;
    let start = usize::try_from(symbol.address().checked_sub(section.address())?).ok()?;
    let blobs = section.data().ok()?.get(start..)?;
    // Whatever stands behind them is not theirs.
    let end = usize::try_from(symbol.size()).ok().filter(|&end| end > 0 && end <= blobs.len());
    Some(&blobs[..end.unwrap_or(blobs.len())])
}

fn architecture_name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Aarch64 => "aarch64",
        Architecture::Riscv64 => "riscv64",
        Architecture::Arm => "arm",
        _ => "an unknown processor",
    }
}
