//! What metadata says of kernel launches: which kernel, for which nodes, and how much work that is.

use super::{STRING_BYTES, Writer};
use std::collections::HashMap;

const KERNEL_BYTES: usize = 16;
const LAUNCH_BYTES: usize = 32;

/// One place at which a model launches a kernel; its place in [`super::Metadata::launches`] is the number that generated
/// code gives to `kiln_parallel`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaunchInfo {
    /// The kernel's function.
    pub kernel: String,
    /// The family of kernels it is of.
    pub family: String,
    /// The nodes it computes: indices into [`super::Metadata::nodes`].
    pub nodes: Vec<u32>,
    /// Floating-point operations of one launch, 0 where there are none that count; `None` if they are not known.
    pub operations: Option<Amount>,
    /// Bytes that one launch reads and writes; `None` if they are not known.
    pub bytes: Option<Amount>,
}

/// A number that may depend on symbols: a program for a machine with a stack, which leaves one number on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount(Vec<Instruction>);

/// An instruction of an [`Amount`]. Operations take two numbers off the stack, the left one pushed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instruction {
    /// Pushes a number.
    Constant(i64),
    /// Pushes the value of a symbol, by its index.
    Symbol(u32),
    /// Left plus right.
    Add,
    /// Left times right.
    Multiply,
    /// Left over right, rounded down.
    FloorDiv,
    /// What [`Instruction::FloorDiv`] leaves.
    Mod,
    /// The smaller one.
    Min,
    /// The larger one.
    Max,
}

impl Amount {
    /// An amount that the instructions leave on the stack; `None` if they hold a number of more than 56 bits.
    pub fn new(instructions: Vec<Instruction>) -> Option<Amount> {
        let fits = |instruction: &Instruction| match instruction {
            Instruction::Constant(value) => (value << 8) >> 8 == *value,
            _ => true,
        };
        instructions.iter().all(fits).then_some(Amount(instructions))
    }
}

impl Instruction {
    fn word(self) -> i64 {
        match self {
            Instruction::Constant(value) => value << 8,
            Instruction::Symbol(index) => i64::from(index) << 8 | 1,
            Instruction::Add => 2,
            Instruction::Multiply => 3,
            Instruction::FloorDiv => 4,
            Instruction::Mod => 5,
            Instruction::Min => 6,
            Instruction::Max => 7,
        }
    }
}

/// The tables of launches: everything once, as launches of one kernel on one shape are alike.
#[derive(Default)]
pub(super) struct Launches<'a> {
    kernels: Vec<(&'a str, &'a str)>,
    /// The kernel of each launch.
    launched: Vec<usize>,
    /// All amounts, and where each begins.
    words: Vec<i64>,
    begins: HashMap<&'a [Instruction], usize>,
    launches: &'a [LaunchInfo],
}

impl<'a> Launches<'a> {
    pub(super) fn of(launches: &'a [LaunchInfo]) -> Launches<'a> {
        let mut tables = Launches { launches, ..Launches::default() };
        let mut numbers = HashMap::new();
        for launch in launches {
            let kernel = (launch.kernel.as_str(), launch.family.as_str());
            let number = *numbers.entry(kernel).or_insert_with(|| {
                tables.kernels.push(kernel);
                tables.kernels.len() - 1
            });
            tables.launched.push(number);
            for amount in [&launch.operations, &launch.bytes].into_iter().flatten() {
                tables.begins.entry(&amount.0).or_insert_with(|| {
                    let begin = tables.words.len();
                    tables.words.extend(amount.0.iter().map(|instruction| instruction.word()));
                    begin
                });
            }
        }
        tables
    }

    pub(super) fn kernel_count(&self) -> usize {
        self.kernels.len()
    }

    pub(super) fn kernel_bytes(&self) -> usize {
        self.kernels.len() * KERNEL_BYTES
    }

    pub(super) fn launch_bytes(&self) -> usize {
        self.launches.len() * LAUNCH_BYTES
    }

    pub(super) fn word_bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// Bytes of the lists of nodes, to a multiple of 8.
    pub(super) fn node_bytes(&self) -> usize {
        self.launches.iter().map(|launch| launch.nodes.len() * 4).sum::<usize>().next_multiple_of(8)
    }

    /// Writes kernels, launches, amounts and lists of nodes, one after the other.
    pub(super) fn write(&self, writer: &mut Writer) {
        for (name, family) in &self.kernels {
            writer.string(name);
            writer.string(family);
        }
        let words_at = writer.records.len() + self.launch_bytes();
        let mut nodes_at = words_at + self.word_bytes();
        let end = nodes_at + self.node_bytes();
        for (launch, &kernel) in self.launches.iter().zip(&self.launched) {
            writer.size(kernel);
            writer.size(launch.nodes.len());
            writer.size(nodes_at);
            writer.u32(0);
            nodes_at += launch.nodes.len() * 4;
            for amount in [&launch.operations, &launch.bytes] {
                let instructions = amount.as_ref().map_or(&[][..], |amount| &amount.0);
                let begin = self.begins.get(instructions).copied().unwrap_or(0);
                writer.size(words_at + begin * 8);
                writer.size(instructions.len());
            }
        }
        self.words.iter().for_each(|&word| writer.i64(word));
        self.launches.iter().flat_map(|launch| &launch.nodes).for_each(|&node| writer.u32(node));
        writer.records.resize(end, 0);
    }
}

const _: () = assert!(KERNEL_BYTES == 2 * STRING_BYTES);
