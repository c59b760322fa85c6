//! HDF5 files: groups, attributes that are text, and tensors that stay in the file where they can.
//!
//! What the file says about sizes is believed only as far as a file of its size can hold: a tensor that is stored in one
//! piece must be there, and one in compressed pieces cannot be more than compression at its best makes of the file.

use hdf5_reader::group::Group;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::layout::DataLayout;
use hdf5_reader::{ByteOrder, Dataset, Datatype, Hdf5File, OpenOptions};
use kiln_tensor::{ElementType, MappedFile, Storage, Tensor};
use std::cell::Cell;
use std::ops::Range;

/// The first bytes of the format.
const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// The places where a file may begin, if something else stands before it.
const STARTS: [usize; 7] = [0, 512, 1024, 2048, 4096, 8192, 16384];

/// How many bytes may come of each byte of a large file by unpacking: numbers that were learned hardly compress.
const MAX_RATIO: usize = 64;

/// The largest header of an object of a small file.
const SMALL_HEADER: usize = 1 << 22;

/// How many bytes may come of a small file by unpacking.
const SMALL: usize = 1 << 26;

/// The deepest nesting of groups that is followed.
const MAX_DEPTH: usize = 64;

/// An HDF5 file, or a part of a file that is one.
pub(crate) struct Hdf5 {
    reader: Hdf5File,
    bytes: Part,
    /// How many bytes may still be read that do not stay in the file.
    budget: Cell<usize>,
}

/// A range of a mapped file.
#[derive(Clone)]
pub(crate) struct Part {
    pub file: MappedFile,
    pub range: Range<usize>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.file[self.range.clone()]
    }
}

/// Whether these bytes look like an HDF5 file.
pub(crate) fn looks_like_hdf5(bytes: &[u8]) -> bool {
    STARTS.iter().any(|&start| bytes.get(start..).is_some_and(|rest| rest.starts_with(SIGNATURE)))
}

impl Hdf5 {
    /// Reads what a file begins with.
    ///
    /// # Errors
    /// When it is no HDF5 file; one sentence.
    pub fn open(bytes: Part) -> Result<Hdf5, String> {
        let size = bytes.range.len();
        let most = size.saturating_mul(MAX_RATIO).max(SMALL);
        let options = OpenOptions::default()
            .with_max_object_header_bytes(size.max(SMALL_HEADER))
            .with_max_chunk_bytes(most)
            .with_max_read_bytes(most);
        let reader = Hdf5File::from_owner(bytes.clone(), options).map_err(sentence)?;
        Ok(Hdf5 { reader, bytes, budget: Cell::new(most) })
    }

    /// The outermost group.
    ///
    /// # Errors
    /// When it cannot be read; one sentence.
    pub fn root(&self) -> Result<Group, String> {
        self.reader.root_group().map_err(sentence)
    }

    /// The tensor of a dataset: bytes of the file if they stand there as they are needed.
    ///
    /// # Errors
    /// When it cannot be read, or its type is none of a tensor; one sentence.
    pub fn tensor(&self, dataset: &Dataset) -> Result<Tensor, String> {
        let extent = |&extent: &u64| usize::try_from(extent).map_err(|_| format!("extent {extent} is too large"));
        let shape = dataset.shape().iter().map(extent).collect::<Result<Vec<_>, _>>()?;
        if is_text(dataset.dtype()) {
            self.charge(Tensor::byte_length(ElementType::String, &shape).map_err(|error| error.to_string())?)?;
            let strings = dataset.read_strings().map_err(sentence)?.into_iter().map(String::into_bytes).collect();
            return Tensor::from_strings(&shape, strings).map_err(|error| error.to_string());
        }
        let (element, is_as_needed) = self.element_type(dataset)?;
        let length = Tensor::byte_length(element, &shape).map_err(|error| error.to_string())?;
        if let Some(range) = self.range_of(dataset).filter(|range| is_as_needed && range.len() == length) {
            let storage = Storage::Mapped { file: self.bytes.file.clone(), range };
            return Tensor::new(element, &shape, storage).map_err(|error| error.to_string());
        }
        self.charge(length)?;
        let bytes = match element {
            ElementType::BF16 => dataset.read_raw_bytes(),
            _ => dataset.read_native_bytes(),
        };
        let mut bytes = bytes.map_err(sentence)?;
        if element == ElementType::I1 {
            bytes.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
        }
        Tensor::from_bytes(element, &shape, &bytes).map_err(|error| error.to_string())
    }

    /// Takes from the budget what is about to be read.
    fn charge(&self, length: usize) -> Result<(), String> {
        let left = self.budget.get().checked_sub(length).ok_or_else(|| {
            format!("the file's tensors would unpack to more than {MAX_RATIO} times its size: it is damaged")
        })?;
        self.budget.set(left);
        Ok(())
    }

    /// The element type of a dataset, and whether its bytes are stored as a tensor has them.
    fn element_type(&self, dataset: &Dataset) -> Result<(ElementType, bool), String> {
        use ElementType::*;
        let unknown = || Err(format!("numbers stored as {} are not supported", describe(dataset.dtype())));
        Ok(match dataset.dtype() {
            Datatype::FloatingPoint { size, byte_order } => {
                let element = match size {
                    2 => F16,
                    4 => F32,
                    8 => F64,
                    _ => return unknown(),
                };
                (element, *byte_order == ByteOrder::LittleEndian)
            }
            Datatype::FixedPoint { size, signed, byte_order } => {
                let element = match (size, signed) {
                    (1, true) => I8,
                    (1, false) => U8,
                    (2, true) => I16,
                    (2, false) => U16,
                    (4, true) => I32,
                    (4, false) => U32,
                    (8, true) => I64,
                    (8, false) => U64,
                    _ => return unknown(),
                };
                (element, *size == 1 || *byte_order == ByteOrder::LittleEndian)
            }
            Datatype::Enum { base, .. } if matches!(**base, Datatype::FixedPoint { size: 1, .. }) => (I1, false),
            Datatype::Opaque { size: 2, .. } if self.says_bfloat16(dataset) => (BF16, true),
            _ => return unknown(),
        })
    }

    /// Keras stores numbers of this type as opaque bytes, with a note.
    fn says_bfloat16(&self, dataset: &Dataset) -> bool {
        let note = dataset.attribute("dtype").and_then(|note| note.read_string());
        note.is_ok_and(|note| note == "bfloat16")
    }

    /// Where in the mapped file the bytes of a dataset stand, if they do so in one piece.
    fn range_of(&self, dataset: &Dataset) -> Option<Range<usize>> {
        let header = self.reader.get_or_parse_header(dataset.address()).ok()?;
        let (mut place, mut is_plain) = (None, true);
        for message in &header.messages {
            match message {
                HdfMessage::DataLayout(layout) => {
                    if let DataLayout::Contiguous { address, size } = layout.layout {
                        place = Some((usize::try_from(address).ok()?, usize::try_from(size).ok()?));
                    }
                }
                HdfMessage::FilterPipeline(_) | HdfMessage::ExternalFiles(_) => is_plain = false,
                _ => {}
            }
        }
        let (address, size) = place.filter(|_| is_plain)?;
        let base = usize::try_from(self.reader.superblock().base_address).ok()?;
        let start = self.bytes.range.start.checked_add(base)?.checked_add(address)?;
        let end = start.checked_add(size)?;
        (end <= self.bytes.range.end).then_some(start..end)
    }
}

/// The group at a path of names inside another one; `None` if there is none.
pub(crate) fn find_group(group: &Group, path: &str) -> Option<Group> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let mut found = group.clone();
    for part in parts.take(MAX_DEPTH) {
        found = found.group(part).ok()?;
    }
    Some(found)
}

/// The dataset at a path of names.
pub(crate) fn find_dataset(group: &Group, path: &str) -> Option<Dataset> {
    let path = path.trim_matches('/');
    match path.rsplit_once('/') {
        Some((folder, name)) => find_group(group, folder)?.dataset(name).ok(),
        None => group.dataset(path).ok(),
    }
}

/// The text of an attribute of a group; `None` if it has none of the name.
pub(crate) fn text_attribute(group: &Group, name: &str) -> Option<String> {
    group.attribute(name).and_then(|attribute| attribute.read_string()).ok()
}

/// The texts of an attribute that is a list, which is cut into several, numbered, if it is long.
pub(crate) fn text_list_attribute(group: &Group, name: &str) -> Option<Vec<String>> {
    if let Ok(attribute) = group.attribute(name) {
        // An empty list is stored as numbers.
        return Some(attribute.read_strings().unwrap_or_default());
    }
    let parts = (0..).map_while(|index| group.attribute(&format!("{name}{index}")).ok());
    let parts: Vec<Vec<String>> = parts.map_while(|part| part.read_strings().ok()).collect();
    (!parts.is_empty()).then(|| parts.concat())
}

fn is_text(ty: &Datatype) -> bool {
    match ty {
        Datatype::String { .. } => true,
        Datatype::VarLen { kind, .. } => matches!(kind, hdf5_reader::VarLenKind::String),
        _ => false,
    }
}

fn describe(ty: &Datatype) -> String {
    match ty {
        Datatype::FloatingPoint { size, .. } => format!("floats of {size} bytes"),
        Datatype::FixedPoint { size, .. } => format!("integers of {size} bytes"),
        Datatype::Compound { .. } => "records".into(),
        Datatype::Opaque { size, .. } => format!("opaque values of {size} bytes"),
        _ => "what is no number".into(),
    }
}

/// A name from a file as a message shows it.
pub(crate) fn shortened(name: &str) -> String {
    let mut shown: String = name.chars().take(60).collect();
    if shown.len() < name.len() {
        shown += "...";
    }
    shown
}

/// What the reader says, as a part of a sentence.
pub(crate) fn sentence(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.trim_end_matches('.').chars().take(300).collect()
}
