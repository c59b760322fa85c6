//! Models that are IR text: what `--emit import` and `--emit graph` write, perhaps edited.

use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Attribute, AttributeKind, Module, verify};
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
    report_absent_elements(&module, sink).then_some(module)
}

/// Reports the constants whose elements the text only names; whether there are none.
fn report_absent_elements(module: &Module, sink: &Sink) -> bool {
    let is_absent = |&attribute: &Attribute| {
        matches!(attribute.kind(), AttributeKind::DenseResource { .. }) && module.attribute_tensor(attribute).is_none()
    };
    let mut is_complete = true;
    for op in module.walk(module.top()) {
        if module.attributes(op).iter().map(|(_, attribute)| attribute).any(|attribute| is_absent(&attribute)) {
            let message = "the elements of this constant are not in the file";
            let help = "compile the model file itself; text holds only the names of large constants";
            sink.report(
                Diagnostic::error(module.location(op).place(module.name(op).as_str()), message).with_help(help),
            );
            is_complete = false;
        }
    }
    is_complete
}
