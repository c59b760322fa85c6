//! The page of operators of frameworks: which the conversions know, and why not the rest.

use super::cell;
use kiln_convert::{Missing, missing};
use kiln_ir::{Dialect, OpDefinition, Traits};
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
        "the graph dialect. What is not converted is reported at its node with the reason, all of it in one run. How an"
    )?;
    writeln!(text, "operator is tested, the fixtures under `test/fixtures` say.\n")?;
    for (name, title) in DIALECTS {
        let Some(dialect) = crate::dialects().find_dialect(name) else { continue };
        let (structure, missing): (Vec<&Missing>, Vec<&Missing>) =
            missing(name).iter().partition(|row| row.is_structure);
        let is_listed = |name: &&str| !structure.iter().chain(&missing).any(|row| row.names.contains(name));
        let known: Vec<&str> = operators(dialect).map(|(name, _)| name).filter(is_listed).collect();
        let count = |rows: &[&Missing]| rows.iter().map(|row| row.names.len()).sum::<usize>();
        writeln!(text, "## {title}\n")?;
        let structural = match count(&structure) {
            0 => String::new(),
            count => format!(", {count} become structure when a model is read"),
        };
        writeln!(text, "{} are converted{structural}, {} are not.\n", known.len(), count(&missing))?;
        writeln!(text, "Converted: {}.\n", list(&known))?;
        write_reasons(text, "Made structure of, provided that", &structure)?;
        write_reasons(text, "Not converted, since", &missing)?;
    }
    text.truncate(text.trim_end().len());
    writeln!(text)
}

/// A list of reasons and the operators that they hold for.
fn write_reasons(text: &mut String, title: &str, rows: &[&Missing]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(text, "{title}\n")?;
    for row in rows {
        writeln!(text, "- {}: {}.", row.reason, list(row.names))?;
    }
    writeln!(text)
}

fn list(names: &[&str]) -> String {
    let mut names: Vec<String> = names.iter().map(|name| cell(name)).collect();
    names.sort();
    names.join(", ")
}

/// The operators of a dialect, without its name, and their rows.
fn operators(dialect: &'static Dialect) -> impl Iterator<Item = (&'static str, &'static OpDefinition)> {
    let is_operator = |traits: Traits| !traits.contains(Traits::TERMINATOR) && !traits.contains(Traits::CONSTANT_LIKE);
    let ops = dialect.ops.iter().copied().flatten().filter(move |op| is_operator(op.traits));
    ops.filter_map(|op| Some((op.name.strip_prefix(dialect.name)?.strip_prefix('.')?, op)))
        .filter(|(name, _)| *name != "none")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_diag::Sink;
    use kiln_ir::{Builder, Module};
    use std::collections::BTreeSet;

    /// The tables of reasons list what has no conversion, all of it and nothing else.
    #[test]
    fn every_operator_that_is_not_converted_has_a_reason() {
        for (name, _) in DIALECTS {
            let dialect = crate::dialects().find_dialect(name).expect("a dialect of ours");
            let mut module = Module::new(crate::dialects().clone());
            let body = module.body();
            for (_, op) in operators(dialect) {
                Builder::at_end(&mut module, body).op(op.name).regions(op.regions.unwrap_or(0)).build();
            }
            let sink = Sink::new();
            kiln_convert::report_unsupported(&module, &sink);
            let messages: Vec<String> = sink.take().into_iter().map(|error| error.message).collect();
            let reported: BTreeSet<&str> = messages.iter().filter_map(|message| message.split(": ").next()).collect();
            let listed: BTreeSet<&str> = missing(name).iter().flat_map(|row| row.names).copied().collect();
            assert_eq!(reported, listed, "{name}");
        }
    }
}
