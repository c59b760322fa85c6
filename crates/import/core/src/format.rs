//! What a format of model files is, to those who read any of them.

use crate::{ModelFile, Reporter};
use kiln_diag::Sink;
use kiln_ir::{Module, Registry};
use kiln_tensor::Tensor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A format of model files: a row of the list of formats.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What users call it on the command line: `onnx`.
    pub name: &'static str,
    /// What it is called in sentences: `ONNX`, `TensorFlow SavedModel`.
    pub title: &'static str,
    /// The dialect that its models are imported into.
    pub dialect: &'static str,
    /// The names that files of it have as a rule, as patterns: `*.onnx`. Only for people: content decides.
    pub usual_names: &'static [&'static str],
    /// Where the model is in a folder that holds one, if models of this format may be folders: paths, in which `*` stands
    /// for anything in a name.
    pub in_folder: &'static [&'static str],
    /// Whether a file's content looks like this format. It reads no more than it must, and believes nothing.
    pub recognize: fn(&ModelFile) -> bool,
    /// Reads the file into `func.func @main` in the format's dialect; `None` if there is nothing to look at. What is wrong
    /// is reported.
    pub import: fn(&ModelFile, &Arc<Registry>, &ImportOptions, &Reporter<'_>) -> Option<Module>,
}

impl Format {
    /// Imports the file at `path`. `None` if there were errors; they are in `sink`, all of them.
    pub fn import_file(
        &self,
        path: &Path,
        registry: &Arc<Registry>,
        options: &ImportOptions,
        sink: &Sink,
    ) -> Option<Module> {
        let file = ModelFile::open(path).map_err(|diagnostic| sink.report(*diagnostic)).ok()?;
        let imported = self.import_partly(&file, registry, options, sink)?;
        imported.is_complete.then_some(imported.module)
    }

    /// [`Format::import_file`], for callers who have more to say about a file that is wrong already. `None` if there is
    /// nothing to look at.
    pub fn import_partly(
        &self,
        file: &ModelFile,
        registry: &Arc<Registry>,
        options: &ImportOptions,
        sink: &Sink,
    ) -> Option<Import> {
        let reporter = Reporter::new(sink, &file.path().display().to_string());
        let module = (self.import)(file, registry, options, &reporter)?;
        Some(Import { module, is_complete: !reporter.has_errors(), neighbours: file.neighbours() })
    }
}

/// What the user wants to be otherwise than the file says. A format ignores what it has no use for.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Inputs that become constants: name and value.
    pub constants: Vec<(String, Tensor)>,
    /// Operators, with their domain before the name, that need not be known.
    pub custom_operators: Vec<String>,
    /// The tensors that are the model's inputs, where the file leaves it open or the user wants a part: names, perhaps with
    /// the number of an output behind (`x:0`).
    pub inputs: Vec<String>,
    /// The tensors that are the model's outputs, in the same way.
    pub outputs: Vec<String>,
    /// Which of the file's functions is the model, where it has several.
    pub signature: Option<String>,
    /// The file that says which layers there are, where the model's own has only weights.
    pub architecture: Option<PathBuf>,
}

/// What could be imported of a file.
#[derive(Debug)]
pub struct Import {
    /// The module.
    pub module: Module,
    /// Whether there were no errors. If there were, the module is there to be looked at, not to be compiled: what could
    /// not be imported is missing in it.
    pub is_complete: bool,
    /// The files that were read besides the model's own, by their paths in its folder.
    pub neighbours: Vec<String>,
}
