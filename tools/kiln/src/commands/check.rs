//! `kiln check MODEL`: its options.

use crate::InputOptions;
use clap::Args;
use std::path::PathBuf;

/// Compiles a model, runs it, and compares every layer with the reference interpreter.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  kiln check model.onnx --shape x=1x3x224x224
  kiln check model.onnx --inputs inputs.npz --tolerance 1e-5")]
pub struct CheckOptions {
    /// The model.
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,

    /// Where the inputs come from; those that no file gives are random.
    #[command(flatten)]
    pub inputs: InputOptions,

    /// The seed of random inputs.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u64,

    /// The largest difference allowed, relative to the largest element of a layer's output.
    #[arg(long, value_name = "RATIO", default_value_t = 1e-4)]
    pub tolerance: f64,

    /// The target: a triple, or x86_64, aarch64 or riscv64 [default: this machine].
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,

    /// The processor, by LLVM's name, or native for this machine's.
    #[arg(long, value_name = "CPU")]
    pub cpu: Option<String>,

    /// How much to optimize: -O0 to -O3.
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub level: u8,

    /// Prints the result as JSON.
    #[arg(long)]
    pub json: bool,
}
