//! Models that are IR text: what `--emit import` and `--emit graph` write, perhaps edited.

use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Module, verify};
use std::path::Path;

/// Whether a model file is IR text, by its name.
pub(crate) fn is_text(model: &Path) -> bool {
    model.extension().is_some_and(|extension| extension == "mlir")
}

/// Reads and verifies IR text that defines `@main`.
pub(crate) fn read(model: &Path, sink: &Sink) -> Option<Module> {
    let name = model.display().to_string();
    let fail = |message: String| sink.report(Diagnostic::error(Place::File(name.clone()), message));
    let text = std::fs::read_to_string(model).map_err(|error| fail(format!("cannot read the file: {error}"))).ok()?;
    let module = kiln_syntax::parse(&text, &name, &kiln_registry::dialects(), sink)?;
    let errors = verify(&module, module.top());
    if !errors.is_empty() {
        errors.into_iter().for_each(|error| sink.report(error));
        return None;
    }
    if kiln_func::find_function(&module, "main").is_none() {
        fail("the module has no function @main".into());
        return None;
    }
    Some(module)
}
