//! The metadata blob: what a compiled model says about itself, read by the C runtime inside the shared object.
//!
//! [`Metadata::to_bytes`] writes it; [`crate::write_versions`] puts it, with those of the model's other versions, behind the hidden symbol `kiln_metadata`, aligned
//! to 64 bytes. It is plain data: no relocations, every reference is a byte offset from the start of the blob.
//!
//! # Layout, version 1
//!
//! All numbers are little-endian. Tables start at multiples of 8. A **string** is `{ u32 offset, u32 length }`: `length`
//! bytes of UTF-8 at `offset`, followed by a NUL that `length` does not count, so `blob + offset` is a C string.
//! A **table** is `{ u32 offset, u32 count }`: `count` records of the size given below, one after the other. Absent
//! strings are empty, never offset 0.
//!
//! Header, 136 bytes; what was written before there were profiles ends after 112, before there were requirements after 128:
//!
//! | at | type | field |
//! | --- | --- | --- |
//! | 0 | `u8[8]` | magic, `KILNMETA` |
//! | 8 | `u32` | version, 1; a reader refuses any other |
//! | 12 | `u32` | header bytes, 136 |
//! | 16 | `u64` | bytes of the whole blob |
//! | 24 | string | model name |
//! | 32 | string | producer, for instance `kiln 0.1.0` |
//! | 40 | string | target triple |
//! | 48 | string | target cpu, by the name that the user writes |
//! | 56 | table | symbols, 32 bytes each |
//! | 64 | table | inputs, 24 bytes each, in declaration order |
//! | 72 | table | outputs, 24 bytes each, in declaration order |
//! | 80 | table | node names, 8 bytes each: one string; the index is the `node` of `kiln_fail`, and of launches |
//! | 88 | `u64` | bytes of `kiln_weights` that this version of the code reads: all, where there is one version |
//! | 96 | `i64` | bytes of the arena with one worker when no symbol takes part, else -1: ask `kiln_gen_workspace` |
//! | 104 | `u64` | floating-point operations of a run, 0 when they are not known or a symbol takes part |
//! | 112 | table | kernels, 16 bytes each: two strings, the function's name and its family's |
//! | 120 | table | launches, 32 bytes each; the index is the `launch` of `kiln_parallel` |
//! | 128 | string | what a machine must have to run the code: LLVM's names of features, with commas between them |
//!
//! Symbol, 32 bytes; the index is the place in the `symbols` array given to `kiln_gen_run`:
//!
//! | at | type | field |
//! | --- | --- | --- |
//! | 0 | string | name |
//! | 8 | `u32` | source: 0 = bound by the extent of an input axis, 1 = written by `kiln_gen_run` (data-dependent) |
//! | 12 | `u32` | reserved, 0 |
//! | 16 | `i64` | smallest extent allowed |
//! | 24 | `i64` | largest extent allowed, `INT64_MAX` when unbounded |
//!
//! Tensor, 24 bytes:
//!
//! | at | type | field |
//! | --- | --- | --- |
//! | 0 | string | name |
//! | 8 | `u32` | element type, by [`ElementType::code`] |
//! | 12 | `u32` | rank |
//! | 16 | `u32` | offset of `rank` axes, 24 bytes each |
//! | 20 | `u32` | flags: 1 = an output whose size depends on data, so that only a run tells it |
//!
//! Axis, 24 bytes:
//!
//! | at | type | field |
//! | --- | --- | --- |
//! | 0 | `u32` | kind: 0 = static extent, 1 = a symbol, 2 = an expression of symbols |
//! | 4 | `u32` | index of the symbol (kind 1), else `UINT32_MAX` |
//! | 8 | `i64` | the extent (kind 0), else -1 |
//! | 16 | string | the symbol's name (kind 1) or the expression's text (kind 2), else empty |
//!
//! `kiln_gen_dims` evaluates axes of every kind, so a reader needs the text only to show it.
//!
//! Launch, 32 bytes:
//!
//! | at | type | field |
//! | --- | --- | --- |
//! | 0 | `u32` | index of the kernel |
//! | 4 | `u32` | how many nodes it computes |
//! | 8 | `u32` | offset of as many `u32`, indices of nodes |
//! | 12 | `u32` | reserved, 0 |
//! | 16 | table | instructions that compute its floating-point operations, 8 bytes each; none when they are not known |
//! | 24 | table | instructions that compute the bytes it reads and writes, likewise |
//!
//! An instruction is an `i64` whose low byte says what it does to a stack, on which the last one leaves the result:
//! 0 pushes the other 56 bits, a signed number; 1 pushes the value of the symbol that they are the index of; the others
//! take two numbers, the right one from the top, and push their sum (2), product (3), quotient rounded down (4), the
//! remainder it leaves (5), minimum (6) or maximum (7). A divisor of 0 counts as 1.

mod launches;

pub use launches::{Amount, Instruction, LaunchInfo};

use kiln_tensor::ElementType;
use launches::Launches;

/// First eight bytes of a metadata blob.
pub const MAGIC: [u8; 8] = *b"KILNMETA";
/// The layout version that [`Metadata::to_bytes`] writes.
pub const VERSION: u32 = 1;

const HEADER_BYTES: usize = 144;
const SYMBOL_BYTES: usize = 32;
const TENSOR_BYTES: usize = 24;
const AXIS_BYTES: usize = 24;
const STRING_BYTES: usize = 8;
const STATE_BYTES: usize = 8;

/// What a compiled model says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Name of the model.
    pub model_name: String,
    /// Program and version that compiled it.
    pub producer: String,
    /// Target triple it was compiled for.
    pub triple: String,
    /// The cpu it was compiled for.
    pub cpu: String,
    /// What a machine must have to run it, by LLVM's names of features.
    pub requirements: Vec<String>,
    /// Dimension symbols, in the order of the `symbols` array.
    pub symbols: Vec<SymbolInfo>,
    /// Inputs in declaration order.
    pub inputs: Vec<TensorInfo>,
    /// Outputs in declaration order.
    pub outputs: Vec<TensorInfo>,
    /// The bytes that tensors begin with which the model remembers from one run to the next: the last inputs, which are the
    /// last outputs of the run before.
    pub states: Vec<Vec<u8>>,
    /// Names of the nodes that generated code may report through `kiln_fail`, then of others that launches compute.
    pub nodes: Vec<String>,
    /// The launches of kernels, in the order of a run.
    pub launches: Vec<LaunchInfo>,
    /// Bytes of `kiln_weights` that this version of the code reads.
    pub weight_bytes: u64,
    /// Bytes of the arena with one worker, if no symbol takes part in it.
    pub arena_bytes: Option<u64>,
    /// Floating-point operations of a run, if they are known and no symbol takes part.
    pub operations: Option<u64>,
}

/// One dimension symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct SymbolInfo {
    /// Name, as in the model.
    pub name: String,
    /// What gives it its value.
    pub source: SymbolSource,
    /// Smallest extent allowed.
    pub minimum: i64,
    /// Largest extent allowed; `i64::MAX` when unbounded.
    pub maximum: i64,
}

/// What gives a symbol its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolSource {
    /// The extent of an input axis.
    Input,
    /// The run itself: `kiln_gen_run` writes it.
    Run,
}

/// One input or output.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// Name, as in the model.
    pub name: String,
    /// Type of the elements.
    pub element: ElementType,
    /// Axes, outermost first.
    pub axes: Vec<AxisInfo>,
    /// Whether data gives any of its extents.
    pub depends_on_data: bool,
}

/// The extent of one axis.
#[derive(Clone, Debug, PartialEq)]
pub enum AxisInfo {
    /// Known at compile time.
    Static(i64),
    /// The value of a symbol: an index into [`Metadata::symbols`].
    Symbol(u32),
    /// An expression of symbols, as text.
    Expression(String),
}

impl Metadata {
    /// Serialises in the layout of this module. Equal metadata gives equal bytes.
    ///
    /// # Panics
    ///
    /// If an axis names a symbol that is not in [`Metadata::symbols`], or the blob would pass 4 GiB.
    pub fn to_bytes(&self) -> Vec<u8> {
        let tensors = || self.inputs.iter().chain(&self.outputs);
        let symbols = HEADER_BYTES;
        let inputs = symbols + self.symbols.len() * SYMBOL_BYTES;
        let outputs = inputs + self.inputs.len() * TENSOR_BYTES;
        let nodes = outputs + self.outputs.len() * TENSOR_BYTES;
        let axes = nodes + self.nodes.len() * STRING_BYTES;
        let launches = Launches::of(&self.launches);
        let kernels_at = axes + tensors().map(|tensor| tensor.axes.len() * AXIS_BYTES).sum::<usize>();
        let launches_at = kernels_at + launches.kernel_bytes();
        let states_at = launches_at + launches.launch_bytes() + launches.word_bytes() + launches.node_bytes();
        let strings = states_at + self.states.len() * STATE_BYTES;

        let mut writer = Writer { records: Vec::with_capacity(strings), strings: Vec::new(), strings_at: strings };
        self.write_header(&mut writer, [symbols, inputs, outputs, nodes]);
        for (offset, count) in [(kernels_at, launches.kernel_count()), (launches_at, self.launches.len())] {
            writer.size(offset);
            writer.size(count);
        }
        writer.string(&self.requirements.join(","));
        writer.size(states_at);
        writer.size(self.states.len());
        for symbol in &self.symbols {
            writer.string(&symbol.name);
            writer.u32(match symbol.source {
                SymbolSource::Input => 0,
                SymbolSource::Run => 1,
            });
            writer.u32(0);
            writer.i64(symbol.minimum);
            writer.i64(symbol.maximum);
        }
        let mut axes_at = axes;
        for tensor in tensors() {
            writer.string(&tensor.name);
            writer.u32(tensor.element.code());
            writer.size(tensor.axes.len());
            writer.size(axes_at);
            writer.u32(tensor.depends_on_data.into());
            axes_at += tensor.axes.len() * AXIS_BYTES;
        }
        for node in &self.nodes {
            writer.string(node);
        }
        for axis in tensors().flat_map(|tensor| &tensor.axes) {
            self.write_axis(&mut writer, axis);
        }
        launches.write(&mut writer);
        for state in &self.states {
            writer.bytes(state);
        }
        writer.finish()
    }

    fn write_header(&self, writer: &mut Writer, [symbols, inputs, outputs, nodes]: [usize; 4]) {
        writer.records.extend(MAGIC);
        writer.u32(VERSION);
        writer.size(HEADER_BYTES);
        writer.i64(0); // the total, known to `finish`
        for text in [&self.model_name, &self.producer, &self.triple, &self.cpu] {
            writer.string(text);
        }
        let tables = [
            (symbols, self.symbols.len()),
            (inputs, self.inputs.len()),
            (outputs, self.outputs.len()),
            (nodes, self.nodes.len()),
        ];
        for (offset, count) in tables {
            writer.size(offset);
            writer.size(count);
        }
        writer.records.extend(self.weight_bytes.to_le_bytes());
        writer.i64(self.arena_bytes.map_or(-1, |bytes| i64::try_from(bytes).expect("an arena fits the address space")));
        writer.records.extend(self.operations.unwrap_or(0).to_le_bytes());
    }

    fn write_axis(&self, writer: &mut Writer, axis: &AxisInfo) {
        let (kind, symbol, extent, text) = match axis {
            AxisInfo::Static(extent) => (0, u32::MAX, *extent, ""),
            AxisInfo::Symbol(index) => (1, *index, -1, self.symbols[*index as usize].name.as_str()),
            AxisInfo::Expression(text) => (2, u32::MAX, -1, text.as_str()),
        };
        writer.u32(kind);
        writer.u32(symbol);
        writer.i64(extent);
        writer.string(text);
    }
}

/// Fixed-size records on one side, the strings they point to on the other.
struct Writer {
    records: Vec<u8>,
    strings: Vec<u8>,
    /// Where the strings begin in the finished blob.
    strings_at: usize,
}

impl Writer {
    fn u32(&mut self, value: u32) {
        self.records.extend(value.to_le_bytes());
    }

    fn i64(&mut self, value: i64) {
        self.records.extend(value.to_le_bytes());
    }

    fn size(&mut self, value: usize) {
        self.u32(u32::try_from(value).expect("a metadata blob stays below 4 GiB"));
    }

    fn string(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Bytes, with a zero byte behind them.
    fn bytes(&mut self, bytes: &[u8]) {
        self.size(self.strings_at + self.strings.len());
        self.size(bytes.len());
        self.strings.extend(bytes);
        self.strings.push(0);
    }

    fn finish(mut self) -> Vec<u8> {
        assert_eq!(self.records.len(), self.strings_at, "every record was written");
        self.records.append(&mut self.strings);
        let total = self.records.len() as u64;
        self.records[16..24].copy_from_slice(&total.to_le_bytes());
        self.records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A launch that moves 4 * N bytes.
    fn launch(kernel: &str) -> LaunchInfo {
        let bytes = vec![Instruction::Constant(4), Instruction::Symbol(0), Instruction::Multiply];
        LaunchInfo {
            kernel: kernel.into(),
            family: kernel[..kernel.len() - 2].into(),
            nodes: vec![1, 0],
            operations: None,
            bytes: Amount::new(bytes),
        }
    }

    fn sample() -> Metadata {
        Metadata {
            model_name: "detector".into(),
            producer: "kiln 0.1.0".into(),
            triple: "x86_64-unknown-linux-gnu".into(),
            cpu: "x86-64-v3".into(),
            requirements: vec!["avx2".into(), "fma".into()],
            symbols: vec![SymbolInfo { name: "N".into(), source: SymbolSource::Input, minimum: 1, maximum: i64::MAX }],
            inputs: vec![TensorInfo {
                name: "x".into(),
                element: ElementType::F32,
                axes: vec![AxisInfo::Symbol(0), AxisInfo::Static(3)],
                depends_on_data: false,
            }],
            outputs: vec![TensorInfo {
                name: "y".into(),
                element: ElementType::I64,
                axes: vec![AxisInfo::Expression("2 * N".into())],
                depends_on_data: true,
            }],
            states: vec![vec![1, 2, 3, 4]],
            nodes: vec!["gather_1".into(), "conv_2".into()],
            launches: ["gather_0", "conv_1", "conv_1"].into_iter().map(launch).collect(),
            weight_bytes: 4096,
            arena_bytes: None,
            operations: Some(77),
        }
    }

    fn u32_at(blob: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(blob[at..at + 4].try_into().unwrap())
    }

    fn i64_at(blob: &[u8], at: usize) -> i64 {
        i64::from_le_bytes(blob[at..at + 8].try_into().unwrap())
    }

    fn text_at(blob: &[u8], at: usize) -> &str {
        let (offset, length) = (u32_at(blob, at) as usize, u32_at(blob, at + 4) as usize);
        assert_eq!(blob[offset + length], 0, "strings end in NUL");
        std::str::from_utf8(&blob[offset..offset + length]).unwrap()
    }

    #[test]
    fn every_field_is_where_the_layout_says() {
        let blob = sample().to_bytes();
        assert_eq!(blob[..8], MAGIC);
        assert_eq!((u32_at(&blob, 8), u32_at(&blob, 12)), (1, 144));
        let state = u32_at(&blob, 136) as usize;
        assert_eq!((u32_at(&blob, 140), u32_at(&blob, state + 4)), (1, 4));
        let initial = u32_at(&blob, state) as usize;
        assert_eq!(blob[initial..initial + 4], [1, 2, 3, 4]);
        assert_eq!(i64_at(&blob, 16), blob.len() as i64);
        let header = [24, 32, 40, 48, 128].map(|at| text_at(&blob, at));
        assert_eq!(header, ["detector", "kiln 0.1.0", "x86_64-unknown-linux-gnu", "x86-64-v3", "avx2,fma"]);
        let counts = [60, 68, 76, 84, 116, 124].map(|at| u32_at(&blob, at));
        assert_eq!(counts, [1, 1, 1, 2, 2, 3]);
        assert_eq!((i64_at(&blob, 88), i64_at(&blob, 96), i64_at(&blob, 104)), (4096, -1, 77));

        let symbol = u32_at(&blob, 56) as usize;
        assert_eq!((text_at(&blob, symbol), u32_at(&blob, symbol + 8)), ("N", 0));
        assert_eq!((i64_at(&blob, symbol + 16), i64_at(&blob, symbol + 24)), (1, i64::MAX));

        let input = u32_at(&blob, 64) as usize;
        assert_eq!((text_at(&blob, input), u32_at(&blob, input + 8), u32_at(&blob, input + 12)), ("x", 1, 2));
        let axes = u32_at(&blob, input + 16) as usize;
        assert_eq!((u32_at(&blob, axes), u32_at(&blob, axes + 4), i64_at(&blob, axes + 8)), (1, 0, -1));
        assert_eq!((u32_at(&blob, axes + 24), i64_at(&blob, axes + 32)), (0, 3));

        let output = u32_at(&blob, 72) as usize;
        assert_eq!((text_at(&blob, output), u32_at(&blob, output + 8)), ("y", 7));
        let axes = u32_at(&blob, output + 16) as usize;
        assert_eq!((u32_at(&blob, axes), text_at(&blob, axes + 16)), (2, "2 * N"));
        assert_eq!(text_at(&blob, u32_at(&blob, 80) as usize), "gather_1");
    }

    #[test]
    fn launches_share_what_they_have_in_common() {
        let blob = sample().to_bytes();
        let kernels = u32_at(&blob, 112) as usize;
        assert_eq!([0, 8, 16, 24].map(|at| text_at(&blob, kernels + at)), ["gather_0", "gather", "conv_1", "conv"]);
        let launches = u32_at(&blob, 120) as usize;
        assert_eq!([0, 32, 64].map(|at| u32_at(&blob, launches + at)), [0, 1, 1]);
        let nodes = u32_at(&blob, launches + 32 + 8) as usize;
        assert_eq!((u32_at(&blob, launches + 32 + 4), u32_at(&blob, nodes), u32_at(&blob, nodes + 4)), (2, 1, 0));
        let counts = [20, 28].map(|at| u32_at(&blob, launches + at));
        let programs = [24, 56, 88].map(|at| u32_at(&blob, launches + at) as usize);
        assert_eq!((counts, programs), ([0, 3], [programs[0]; 3]));
        assert_eq!([0, 8, 16].map(|at| i64_at(&blob, programs[0] + at)), [4 << 8, 1, 3]);
        assert_eq!((Amount::new(vec![Instruction::Constant(1 << 55)]), launches % 8), (None, 0));
    }

    #[test]
    fn element_codes_are_distinct() {
        let mut codes: Vec<u32> = ElementType::ALL.into_iter().map(ElementType::code).collect();
        codes.sort_unstable();
        assert_eq!(codes, (1..=ElementType::ALL.len() as u32).collect::<Vec<_>>());
    }
}
