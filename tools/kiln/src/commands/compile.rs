//! `kiln compile MODEL`: its options, and what they ask for.

use crate::options::parse_threads;
use crate::{Failure, ShapeArgument};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Compiles a trained model to native code.
///
/// Writes a shared object that depends on nothing but libc, and beside it the C header that tells how to call it.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  kiln compile model.onnx                            writes model.so and model.h
  kiln compile model.onnx -o build/net.so --target aarch64 --cpu cortex-a76
  kiln compile model.onnx --shape x=1x3x224x224      fixes the extents of an input
  kiln compile model.onnx --emit graph               prints the optimized graph")]
pub struct CompileOptions {
    /// The model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Where to write [default: the model's name with the ending of what is written, in the current folder; text goes to
    /// standard output].
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// The target: a triple, or x86_64, aarch64 or riscv64 [default: this machine].
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// The processor, by LLVM's name, or native for this machine's [default: native; for other targets, the least of
    /// their family].
    #[arg(long, value_name = "CPU")]
    cpu: Option<String>,

    /// Fixes the shape of an input.
    #[arg(long = "shape", value_name = "NAME=1x3x224x224")]
    shapes: Vec<ShapeArgument>,

    /// How much to optimize: -O0 to -O3.
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3))]
    level: u8,

    /// Threads that compile [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    threads: Option<usize>,

    /// What to write: the result, or the model on its way there.
    #[arg(long, value_enum, default_value_t = Emit::So)]
    emit: Emit,

    /// Writes what was decided, and why, to a file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What a compilation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The model in its framework's dialect, as imported.
    Import,
    /// The optimized graph.
    Graph,
    /// Loops and vectors.
    Loop,
    /// What is handed to MLIR.
    Mlir,
    /// LLVM IR.
    Llvm,
    /// Assembly.
    Asm,
    /// One relocatable object.
    Obj,
    /// A static library.
    Lib,
    /// A shared object.
    So,
}

impl Emit {
    /// The ending of a file that holds it.
    pub fn extension(self) -> &'static str {
        match self {
            Emit::Import | Emit::Graph | Emit::Loop | Emit::Mlir => "mlir",
            Emit::Llvm => "ll",
            Emit::Asm => "s",
            Emit::Obj => "o",
            Emit::Lib => "a",
            Emit::So => "so",
        }
    }

    /// Whether it is text, which goes to standard output unless a file is named.
    pub fn is_text(self) -> bool {
        matches!(self, Emit::Import | Emit::Graph | Emit::Loop | Emit::Mlir | Emit::Llvm | Emit::Asm)
    }
}

/// A compilation: the options, with every default filled in but the target's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileRequest {
    /// The model file.
    pub model: PathBuf,
    /// What to write.
    pub emit: Emit,
    /// Where; none stands for standard output.
    pub output: Option<PathBuf>,
    /// A triple or the name of an architecture; none stands for this machine.
    pub target: Option<String>,
    /// LLVM's name of a processor; none stands for `native` on this machine's architecture, and else for the target's
    /// own default.
    pub cpu: Option<String>,
    /// Shapes of inputs that are fixed.
    pub shapes: Vec<ShapeArgument>,
    /// 0 to 3.
    pub level: u8,
    /// Threads that compile; none stands for one for each processor.
    pub threads: Option<usize>,
    /// Where to write the report.
    pub report: Option<PathBuf>,
}

impl CompileOptions {
    /// What these options ask for.
    ///
    /// # Errors
    /// When the model has no name to make the output's of, or the output would replace the model.
    pub fn to_request(&self) -> Result<CompileRequest, Failure> {
        let output = match &self.output {
            Some(path) if path == Path::new("-") && self.emit.is_text() => None,
            Some(path) => Some(path.clone()),
            None if self.emit.is_text() => None,
            None => Some(default_output(&self.model, self.emit)?),
        };
        if output.as_ref() == Some(&self.model) {
            return Err(Failure::Usage(format!("the output would replace the model {}", self.model.display())));
        }
        Ok(CompileRequest {
            model: self.model.clone(),
            emit: self.emit,
            output,
            target: self.target.clone(),
            cpu: self.cpu.clone(),
            shapes: self.shapes.clone(),
            level: self.level,
            threads: self.threads,
            report: self.report.clone(),
        })
    }
}

/// The model's name with another ending, in the current folder.
fn default_output(model: &Path, emit: Emit) -> Result<PathBuf, Failure> {
    let stem = model.file_stem().ok_or_else(|| Failure::Usage(format!("{} names no file", model.display())))?;
    Ok(PathBuf::from(stem).with_extension(emit.extension()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        options: CompileOptions,
    }

    fn request(arguments: &[&str]) -> Result<CompileRequest, Failure> {
        let command = Command::try_parse_from(["compile"].iter().chain(arguments)).expect("well formed");
        command.options.to_request()
    }

    #[test]
    fn defaults_are_filled_in() {
        let request = request(&["nets/detector.onnx"]).expect("good");
        assert_eq!((request.level, request.emit), (3, Emit::So));
        assert_eq!(request.output, Some(PathBuf::from("detector.so")));
        assert_eq!((request.target, request.cpu), (None, None));
    }

    #[test]
    fn text_goes_to_standard_output_unless_a_file_is_named() {
        assert_eq!(request(&["m.onnx", "--emit", "graph"]).expect("good").output, None);
        assert_eq!(request(&["m.onnx", "--emit", "llvm", "-o", "-"]).expect("good").output, None);
        let named = request(&["m.onnx", "--emit=asm", "-o", "m.s", "-O1"]).expect("good");
        assert_eq!((named.output, named.level), (Some(PathBuf::from("m.s")), 1));
        assert_eq!(request(&["m.onnx", "--emit", "lib"]).expect("good").output, Some(PathBuf::from("m.a")));
    }

    #[test]
    fn wrong_usage_is_refused() {
        assert!(Command::try_parse_from(["compile", "m.onnx", "-O4"]).is_err());
        assert!(Command::try_parse_from(["compile", "m.onnx", "--shape", "x"]).is_err());
        assert!(Command::try_parse_from(["compile"]).is_err());
        assert!(matches!(request(&["m.onnx", "-o", "m.onnx"]), Err(Failure::Usage(_))));
    }
}
