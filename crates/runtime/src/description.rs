//! What a model says of itself, and the reader of the metadata blob that says it.
//!
//! The layout of the blob is documented where it is written, in `kiln-codegen`'s `metadata` module. A blob comes out of a
//! file that somebody hands us, so every offset and count is checked.

use crate::element_type_of;
use crate::launches::{Amount, LaunchInfo};
use kiln_tensor::ElementType;

/// What a model takes, gives and is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelDescription {
    /// Name of the model.
    pub name: String,
    /// Program and version that compiled it.
    pub producer: String,
    /// Target triple it was compiled for.
    pub target: String,
    /// The processor it was compiled for.
    pub cpu: String,
    /// What a machine must have to run it, by LLVM's names of features.
    pub requirements: Vec<String>,
    /// The symbols of its dimensions.
    pub symbols: Vec<SymbolInfo>,
    /// Inputs, in order.
    pub inputs: Vec<TensorInfo>,
    /// Outputs, in order.
    pub outputs: Vec<TensorInfo>,
    /// What it remembers from one run to the next.
    pub state: Vec<TensorInfo>,
    /// Bytes of weights that it reads.
    pub weight_bytes: u64,
    /// Bytes of workspace of a run on one thread; `None` when it depends on symbols.
    pub workspace_bytes: Option<u64>,
    /// Floating-point operations of a run; `None` when they depend on symbols or are not known.
    pub operations: Option<u64>,
    /// The places at which it launches kernels, in the order of a run; none in models that were compiled before there
    /// were profiles.
    pub launches: Vec<LaunchInfo>,
}

/// A symbol: an extent known at run time.
#[derive(Clone, Debug, PartialEq)]
pub struct SymbolInfo {
    /// Name, as in the model.
    pub name: String,
    /// Whether an axis of an input gives the extent; otherwise the run finds it in its data.
    pub bound_by_input: bool,
    /// Smallest extent allowed.
    pub minimum: i64,
    /// Largest extent allowed; `i64::MAX` when there is no bound.
    pub maximum: i64,
}

/// An input or an output.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// Name, as in the model.
    pub name: String,
    /// Type of the elements.
    pub element_type: ElementType,
    /// Extents, outermost first.
    pub dims: Vec<Dim>,
    /// Whether it is an output whose size depends on data, so that only a run tells it.
    pub depends_on_data: bool,
}

/// The extent of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dim {
    /// Fixed.
    Static(u64),
    /// A symbol, by name.
    Symbol(String),
    /// An expression of symbols, as text: `2 * N + 1`.
    Expression(String),
}

impl std::fmt::Display for Dim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Dim::Static(extent) => write!(f, "{extent}"),
            Dim::Symbol(text) | Dim::Expression(text) => f.write_str(text),
        }
    }
}

/// As in the shapes of IR text: `Nx3x(2 * H + 1)xf32`.
impl std::fmt::Display for TensorInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for dim in &self.dims {
            match dim {
                Dim::Expression(text) => write!(f, "({text})x")?,
                dim => write!(f, "{dim}x")?,
            }
        }
        write!(f, "{}", self.element_type)
    }
}

/// Why a metadata blob cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DescriptionError {
    /// It does not begin with the magic bytes.
    NoMagic,
    /// It is of a layout that this version of Kiln does not know.
    Version(u32),
    /// A reference, a name or a number in it is out of range.
    Malformed {
        /// What was being read.
        what: &'static str,
        /// Where, in bytes from the beginning.
        offset: usize,
    },
}

impl std::fmt::Display for DescriptionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DescriptionError::NoMagic => f.write_str("its metadata does not begin with KILNMETA"),
            DescriptionError::Version(version) => write!(
                f,
                "its metadata has layout version {version}, this program reads version {VERSION}; compile it again"
            ),
            DescriptionError::Malformed { what, offset } => {
                write!(f, "its metadata is damaged: {what} at byte {offset} is out of range")
            }
        }
    }
}

impl std::error::Error for DescriptionError {}

/// First bytes of a blob.
const MAGIC: &[u8; 8] = b"KILNMETA";
/// The layout read here.
const VERSION: u32 = 1;
/// Bytes of one record of the tables.
const SYMBOL_BYTES: usize = 32;
const TENSOR_BYTES: usize = 24;
const AXIS_BYTES: usize = 24;
const STRING_BYTES: usize = 8;
const KERNEL_BYTES: usize = 16;
const LAUNCH_BYTES: usize = 32;
const INSTRUCTION_BYTES: usize = 8;
/// Bytes of a header that says where launches are.
const LAUNCHES_END: u32 = 128;
/// Bytes of a header that says what a machine must have.
const REQUIREMENTS_END: u32 = 136;
/// Bytes of a header that says what the model remembers.
const STATES_END: u32 = 144;
/// Where the next version's blob begins: at a multiple of this.
const BLOB_ALIGNMENT: usize = 64;

impl ModelDescription {
    /// Reads the metadata of every version of a model's code, one blob after the other; there is one at least.
    ///
    /// # Errors
    /// As for [`ModelDescription::from_bytes`].
    pub fn versions_from_bytes(blobs: &[u8]) -> Result<Vec<ModelDescription>, DescriptionError> {
        let mut versions = vec![ModelDescription::from_bytes(blobs)?];
        let mut rest = blobs;
        loop {
            let total = usize::try_from(Blob(rest).u64(16)?)
                .ok()
                .and_then(|total| total.checked_next_multiple_of(BLOB_ALIGNMENT));
            let Some(next) = total.filter(|&total| total > 0).and_then(|total| rest.get(total..)) else { break };
            if !next.starts_with(MAGIC) {
                break;
            }
            versions.push(ModelDescription::from_bytes(next)?);
            rest = next;
        }
        Ok(versions)
    }

    /// Reads a metadata blob.
    ///
    /// # Errors
    /// When it is of another version or damaged.
    pub fn from_bytes(blob: &[u8]) -> Result<ModelDescription, DescriptionError> {
        let blob = Blob(blob);
        if blob.0.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(DescriptionError::NoMagic);
        }
        let version = blob.u32(8)?;
        if version != VERSION {
            return Err(DescriptionError::Version(version));
        }
        let symbols = blob.table(56, SYMBOL_BYTES, |at| blob.symbol(at))?;
        let header_bytes = blob.u32(12)?;
        let requirements = if header_bytes < REQUIREMENTS_END { String::new() } else { blob.string(128)? };
        let states = if header_bytes < STATES_END { 0 } else { blob.u32(140)? as usize };
        let mut inputs = blob.table(64, TENSOR_BYTES, |at| blob.tensor(at, &symbols))?;
        let mut outputs = blob.table(72, TENSOR_BYTES, |at| blob.tensor(at, &symbols))?;
        if states > inputs.len().min(outputs.len()) {
            return Err(DescriptionError::Malformed { what: "a number of states", offset: 140 });
        }
        let state = inputs.split_off(inputs.len() - states);
        outputs.truncate(outputs.len() - states);
        Ok(ModelDescription {
            name: blob.string(24)?,
            producer: blob.string(32)?,
            target: blob.string(40)?,
            cpu: blob.string(48)?,
            requirements: requirements.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            inputs,
            outputs,
            state,
            symbols,
            weight_bytes: blob.u64(88)?,
            workspace_bytes: u64::try_from(blob.i64(96)?).ok(),
            operations: Some(blob.u64(104)?).filter(|&operations| operations != 0),
            launches: if header_bytes < LAUNCHES_END { Vec::new() } else { blob.launches()? },
        })
    }

    /// The values of the symbols, in order, where the inputs have these shapes; `None` where no input gives one.
    pub fn symbol_values(&self, input_shapes: &[&[usize]]) -> Vec<Option<i64>> {
        let axes = || self.inputs.iter().zip(input_shapes).flat_map(|(input, shape)| input.dims.iter().zip(*shape));
        let value = |symbol: &SymbolInfo| {
            let bound = axes().find(|(dim, _)| matches!(dim, Dim::Symbol(name) if *name == symbol.name));
            bound.and_then(|(_, &extent)| i64::try_from(extent).ok())
        };
        self.symbols.iter().map(value).collect()
    }

    /// The name of the C identifier that stands for the model: letters, digits and underscores, never empty.
    pub fn identifier(&self) -> String {
        crate::header::identifier(&self.name)
    }
}

/// The bytes, and checked reads at an offset.
struct Blob<'a>(&'a [u8]);

impl Blob<'_> {
    fn bytes<const N: usize>(&self, at: usize, what: &'static str) -> Result<[u8; N], DescriptionError> {
        let malformed = DescriptionError::Malformed { what, offset: at };
        let end = at.checked_add(N).ok_or_else(|| malformed.clone())?;
        self.0.get(at..end).and_then(|bytes| bytes.try_into().ok()).ok_or(malformed)
    }

    fn u32(&self, at: usize) -> Result<u32, DescriptionError> {
        self.bytes(at, "a number").map(u32::from_le_bytes)
    }

    fn u64(&self, at: usize) -> Result<u64, DescriptionError> {
        self.bytes(at, "a number").map(u64::from_le_bytes)
    }

    fn i64(&self, at: usize) -> Result<i64, DescriptionError> {
        self.bytes(at, "a number").map(i64::from_le_bytes)
    }

    /// The text of the string record at `at`.
    fn string(&self, at: usize) -> Result<String, DescriptionError> {
        let (offset, length) = (self.u32(at)? as usize, self.u32(at + 4)? as usize);
        let bytes = offset.checked_add(length).and_then(|end| self.0.get(offset..end));
        let malformed = DescriptionError::Malformed { what: "a string", offset: at };
        bytes.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()).ok_or(malformed)
    }

    /// Reads each record of the table whose place is at `at`.
    fn table<T>(
        &self,
        at: usize,
        record_bytes: usize,
        read: impl Fn(usize) -> Result<T, DescriptionError>,
    ) -> Result<Vec<T>, DescriptionError> {
        self.records(at, self.u32(at)? as usize, self.u32(at + 4)? as usize, record_bytes, read)
    }

    /// Reads `count` records from `offset` on; `at` is where the count was found.
    fn records<T>(
        &self,
        at: usize,
        offset: usize,
        count: usize,
        record_bytes: usize,
        read: impl Fn(usize) -> Result<T, DescriptionError>,
    ) -> Result<Vec<T>, DescriptionError> {
        let end = count.checked_mul(record_bytes).and_then(|bytes| bytes.checked_add(offset));
        if end.is_none_or(|end| end > self.0.len()) {
            return Err(DescriptionError::Malformed { what: "a table", offset: at });
        }
        (0..count).map(|index| read(offset + index * record_bytes)).collect()
    }

    fn launches(&self) -> Result<Vec<LaunchInfo>, DescriptionError> {
        let nodes = self.table(80, STRING_BYTES, |at| self.string(at))?;
        let kernels = self.table(112, KERNEL_BYTES, |at| Ok((self.string(at)?, self.string(at + STRING_BYTES)?)))?;
        self.table(120, LAUNCH_BYTES, |at| self.launch(at, &kernels, &nodes))
    }

    fn launch(
        &self,
        at: usize,
        kernels: &[(String, String)],
        nodes: &[String],
    ) -> Result<LaunchInfo, DescriptionError> {
        let malformed = |at| DescriptionError::Malformed { what: "a launch", offset: at };
        let (kernel, family) = kernels.get(self.u32(at)? as usize).cloned().ok_or(malformed(at))?;
        let (count, numbers) = (self.u32(at + 4)? as usize, self.u32(at + 8)? as usize);
        let node = |at| nodes.get(self.u32(at)? as usize).cloned().ok_or(malformed(at));
        let nodes = self.records(at + 4, numbers, count, 4, node)?;
        Ok(LaunchInfo { kernel, family, nodes, operations: self.amount(at + 16)?, bytes: self.amount(at + 24)? })
    }

    /// The amount whose instructions are the table whose place is at `at`; `None` if there are none.
    fn amount(&self, at: usize) -> Result<Option<Amount>, DescriptionError> {
        let instructions = self.table(at, INSTRUCTION_BYTES, |at| self.i64(at))?;
        Ok(Some(Amount { instructions }).filter(|amount| !amount.instructions.is_empty()))
    }

    fn symbol(&self, at: usize) -> Result<SymbolInfo, DescriptionError> {
        Ok(SymbolInfo {
            name: self.string(at)?,
            bound_by_input: self.u32(at + 8)? == 0,
            minimum: self.i64(at + 16)?,
            maximum: self.i64(at + 24)?,
        })
    }

    fn tensor(&self, at: usize, symbols: &[SymbolInfo]) -> Result<TensorInfo, DescriptionError> {
        let element_type = element_type_of(self.u32(at + 8)?)
            .ok_or(DescriptionError::Malformed { what: "an element type", offset: at + 8 })?;
        let (rank, axes) = (self.u32(at + 12)? as usize, self.u32(at + 16)? as usize);
        let dims = self.records(at + 12, axes, rank, AXIS_BYTES, |axis| self.axis(axis, symbols))?;
        let depends_on_data = self.u32(at + 20)? & 1 != 0;
        Ok(TensorInfo { name: self.string(at)?, element_type, dims, depends_on_data })
    }

    fn axis(&self, at: usize, symbols: &[SymbolInfo]) -> Result<Dim, DescriptionError> {
        let malformed = DescriptionError::Malformed { what: "an axis", offset: at };
        match self.u32(at)? {
            0 => u64::try_from(self.i64(at + 8)?).map(Dim::Static).map_err(|_| malformed),
            1 => symbols.get(self.u32(at + 4)? as usize).map(|s| Dim::Symbol(s.name.clone())).ok_or(malformed),
            2 => self.string(at + 16).map(Dim::Expression),
            _ => Err(malformed),
        }
    }
}
