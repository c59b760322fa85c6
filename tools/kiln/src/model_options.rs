//! What commands that read model files are told about them.

use crate::{Failure, InputFile};
use clap::Args;
use kiln_driver::{Format, ImportOptions};
use kiln_npy::read_npy_file;
use std::path::PathBuf;

/// How a model file is to be read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Model file")]
pub struct ModelOptions {
    /// The format of the model file [default: what its content says].
    #[arg(long, value_name = "FORMAT", value_parser = kiln_driver::find_format)]
    pub format: Option<&'static Format>,

    /// Makes an input a constant.
    #[arg(long = "constant", value_name = "NAME=FILE.npy")]
    pub constants: Vec<InputFile>,

    /// A tensor of the file that is an input of the model, where the file leaves that open or only a part is wanted.
    #[arg(long = "graph-input", value_name = "NAME")]
    pub inputs: Vec<String>,

    /// A tensor of the file that is an output of the model, likewise.
    #[arg(long = "graph-output", value_name = "NAME")]
    pub outputs: Vec<String>,

    /// Which of the functions in the file is the model, where it has several.
    #[arg(long, value_name = "NAME")]
    pub signature: Option<String>,

    /// The JSON file that says which layers there are, where the model file has only weights.
    #[arg(long, value_name = "FILE.json")]
    pub architecture: Option<PathBuf>,
}

impl ModelOptions {
    /// As importers take it.
    pub(crate) fn to_import(&self) -> Result<ImportOptions, Failure> {
        let read = |file: &InputFile| Ok((file.name.clone(), read_npy_file(&file.path, None)?));
        Ok(ImportOptions {
            constants: self.constants.iter().map(read).collect::<Result<_, Failure>>()?,
            custom_operators: Vec::new(),
            inputs: self.inputs.clone(),
            outputs: self.outputs.clone(),
            signature: self.signature.clone(),
            architecture: self.architecture.clone(),
        })
    }
}
