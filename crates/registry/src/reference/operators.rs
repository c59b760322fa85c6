//! The page of operators of frameworks: which the conversions know.

use super::cell;
use kiln_diag::Sink;
use kiln_ir::{Builder, Dialect, Module, Traits};
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// The dialects that have no page of their own about support.
const DIALECTS: [(&str, &str); 3] = [
    ("tflite", "TensorFlow Lite: operators"),
    ("tf", "TensorFlow: operators"),
    ("keras", "Keras: layers and operations"),
];

/// Writes the page.
pub(super) fn write(text: &mut String) -> fmt::Result {
    writeln!(text, "# Operators of TensorFlow, TensorFlow Lite and Keras\n")?;
    writeln!(
        text,
        "What the importers know has an op in the framework's dialect; what the conversions know, too, becomes ops of"
    )?;
    writeln!(
        text,
        "the graph dialect. What is not converted is reported at its node, all of it in one run. How an operator is"
    )?;
    writeln!(text, "tested, the fixtures under `test/fixtures` say.\n")?;
    for (name, title) in DIALECTS {
        let Some(dialect) = crate::dialects().find_dialect(name) else { continue };
        let (known, mut missing) = split(dialect);
        let handled: Vec<&str> = missing.extract_if(.., |name| is_of_import(dialect, name)).collect();
        writeln!(text, "## {title}\n")?;
        writeln!(text, "{} are converted, {} are not.\n", known.len(), missing.len())?;
        writeln!(text, "Converted: {}.\n", list(&known))?;
        if !handled.is_empty() {
            writeln!(text, "Handled by the importer, so that nothing is left to convert: {}.\n", list(&handled))?;
        }
        writeln!(text, "Not converted: {}.\n", list(&missing))?;
    }
    text.truncate(text.trim_end().len());
    writeln!(text)
}

/// Whether an operator is gone once a file is imported.
fn is_of_import(dialect: &Dialect, name: &str) -> bool {
    dialect.name == "tf" && kiln_tf::is_of_import(name)
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".into() } else { names.iter().map(|name| cell(name)).collect::<Vec<_>>().join(", ") }
}

/// The operators of a dialect that are converted, and those that are not.
fn split(dialect: &'static Dialect) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut module = Module::new(crate::dialects().clone());
    let body = module.body();
    let prefix = format!("{}.", dialect.name);
    let mut names = BTreeSet::new();
    for op in dialect.ops.iter().copied().flatten() {
        let is_structure = op.traits.contains(Traits::TERMINATOR) || op.traits.contains(Traits::CONSTANT_LIKE);
        let Some(name) = op.name.strip_prefix(&prefix).filter(|name| !is_structure && *name != "none") else {
            continue;
        };
        names.insert(name);
        Builder::at_end(&mut module, body).op(op.name).regions(op.regions.unwrap_or(0)).build();
    }
    let sink = Sink::new();
    kiln_convert::report_unsupported(&module, &sink);
    let reported = sink.take();
    let missing: BTreeSet<&str> = reported.iter().filter_map(|error| error.message.split(": ").next()).collect();
    names.into_iter().partition(|name| !missing.contains(name))
}
