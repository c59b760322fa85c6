//! `kiln import MODEL`.

use crate::failure::{Failure, show};
use crate::model_options::ModelOptions;
use crate::options::PartialShapeArgument;
use clap::{Args, ValueEnum};
use kiln_diag::Sink;
use kiln_driver::{Emit, Request, Silent, compile, resolve_target};
use std::path::PathBuf;

/// Prints a model file as text: in the dialect of its framework, operator by operator, or as the graph that is made of it.
///
/// Weights stand as keys. The text is what kiln-opt reads.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kiln import model.onnx
  kiln import model.tflite --emit graph -o model.mlir")]
pub struct ImportCommand {
    /// The model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// How far it goes.
    #[arg(long, value_enum, default_value_t)]
    emit: Form,

    /// Where to write it [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The shape of an input: numbers, names, bounds, or question marks for what stays as it is.
    #[arg(long = "shape", value_name = "NAME=1..8x3x?xwidth")]
    shapes: Vec<PartialShapeArgument>,

    #[command(flatten)]
    file: ModelOptions,
}

/// The forms of a model that need no processor.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Form {
    /// The framework's dialect: what the file says.
    #[default]
    Import,
    /// The graph dialect, optimized.
    Graph,
}

impl ImportCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let request = Request {
            output: self.output,
            emit: match self.emit {
                Form::Import => Emit::Import,
                Form::Graph => Emit::Graph,
            },
            shapes: self.shapes.iter().map(|shape| (shape.name.clone(), shape.extents.clone())).collect(),
            format: self.file.format,
            import: self.file.to_import()?,
            ..Request::new(self.model, vec![resolve_target(None, None).map_err(Failure::Usage)?])
        };
        let sink = Sink::new();
        let summary = compile(&request, &sink, &Silent);
        let diagnostics = sink.take();
        if summary.is_none() {
            return Err(Failure::Diagnosed(diagnostics));
        }
        show(&diagnostics);
        Ok(())
    }
}
