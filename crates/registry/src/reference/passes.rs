//! The page of passes and named pipelines, from their lists.

use super::cell;
use crate::pipeline::{self, OptimizationLevel, Planning, Precision};
use kiln_pass::{Anchor, OptionInfo};
use kiln_target::Target;
use std::fmt::{self, Write};

/// The page.
pub(super) fn write(page: &mut String) -> fmt::Result {
    writeln!(page, "# Passes and pipelines\n")?;
    writeln!(page, "Generated from the lists of passes and pipelines: edit their docs, not this page.\n")?;
    writeln!(
        page,
        "`kiln-opt` runs each by its name: `--cse`, or `--pass-pipeline='builtin.module(cse,dce)'`. Options"
    )?;
    writeln!(page, "stand in braces: `simplify{{relaxed=true}}`.\n\n## Passes")?;
    for pass in crate::passes().passes() {
        writeln!(page, "\n### {}\n\n{}", pass.name, unwrap(pass.doc))?;
        if let Anchor::Op(anchor) = pass.anchor {
            writeln!(page, "\nRuns on `{anchor}`.")?;
        }
        write_options(page, pass.options, &pass.defaults())?;
    }
    writeln!(page, "\n## Pipelines\n\nA named pipeline stands for its passes.")?;
    for pipeline in crate::passes().pipelines() {
        writeln!(page, "\n### {}\n\n{}", pipeline.name, unwrap(pipeline.doc))?;
        write_options(page, pipeline.options, &pipeline.defaults())?;
        let steps = pipeline.expand(&[]).expect("no option is wrong where there is none");
        writeln!(page, "\n```text\n{}\n```", steps.replace(',', ",\n"))?;
    }
    write_levels(page)
}

/// What `kiln compile` runs.
fn write_levels(page: &mut String) -> fmt::Result {
    writeln!(page, "\n## What `kiln compile` runs\n\n| when | pipeline |\n| --- | --- |")?;
    writeln!(page, "| conversion | `{}` |", pipeline::conversion())?;
    let levels = [OptimizationLevel::O0, OptimizationLevel::O1, OptimizationLevel::O2, OptimizationLevel::O3];
    for (number, level) in levels.into_iter().enumerate() {
        writeln!(page, "| optimization, `-O{number}` | `{}` |", pipeline::optimization(level, Precision::Default))?;
    }
    let target = Target::from_text("x86_64").expect("a target of ours");
    let lowering =
        pipeline::lowering(&target, Precision::Default, &Planning::default()).replace(&target.to_string(), "TARGET");
    writeln!(page, "| lowering | `{lowering}` |")
}

fn write_options(page: &mut String, options: &[OptionInfo], defaults: &[(String, String)]) -> fmt::Result {
    if options.is_empty() {
        return Ok(());
    }
    writeln!(page, "\n| option | default | means |\n| --- | --- | --- |")?;
    options.iter().zip(defaults).try_for_each(|(option, (name, default))| {
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        writeln!(page, "| `{name}` | {} | {} |", cell(&default), cell(option.doc))
    })
}

/// A doc comment's lines without the blank that each begins with.
fn unwrap(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}
