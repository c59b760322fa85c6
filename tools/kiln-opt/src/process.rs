//! From input text to output text.

use crate::expectations;
use crate::options::{Options, PipelineSource};
use crate::split::{SEPARATOR, split};
use kiln_diag::{Diagnostic, Place, Sink, Sources, render};
use kiln_optimize::RuleCheck;
use kiln_pass::{OptionInfo, PassManager, Pipeline, Step};
use std::fmt::Write;
use std::io::IsTerminal;

/// Runs the pipeline on each part of `text`. Gives what to print, and whether all went well; diagnostics go to standard
/// error.
pub(crate) fn process(options: &Options, text: &str) -> (Option<String>, bool) {
    let parts = if options.split { split(text) } else { vec![text.to_owned()] };
    let mut printed = Vec::new();
    let mut succeeded = true;
    for part in &parts {
        let sink = Sink::new();
        let output = process_part(options, part, &sink);
        let found = sink.take();
        if options.verify_diagnostics {
            let problems = expectations::check(part, &options.input, &found);
            succeeded &= problems.is_empty();
            show(&problems, &options.input, part);
        } else {
            show(&found, &options.input, part);
            succeeded &= output.is_some();
            printed.extend(output);
        }
    }
    let text = (!options.verify_diagnostics && succeeded).then(|| printed.join(&format!("{SEPARATOR}\n")));
    (text, succeeded)
}

/// The text of the IR that the pipeline leaves; `None` if an error was reported.
fn process_part(options: &Options, text: &str, sink: &Sink) -> Option<String> {
    let pipeline = match &options.pipeline {
        PipelineSource::Text(text) => text.as_str(),
        PipelineSource::Reproducer => match Pipeline::of_reproducer(text) {
            Some(pipeline) => pipeline,
            None => {
                let place = Place::File(options.input.clone());
                sink.report(Diagnostic::error(place, "this is no reproducer: its first line names no pipeline"));
                return None;
            }
        },
    };
    let pipeline = Pipeline::parse(pipeline, kiln_registry::passes());
    let mut pipeline = pipeline.map_err(|error| sink.report(*error)).ok()?;
    if !options.rules.is_empty() {
        // The user's rules come first: what passes make of the result is seen, too.
        kiln_rules::load_files(&options.rules, &kiln_registry::dialects(), sink)?;
        let rules = kiln_optimize::ApplyRules { files: options.rules.clone(), ..Default::default() };
        pipeline.steps.insert(0, Step::Pass(Box::new(rules)));
    }
    let mut module = kiln_syntax::parse(text, &options.input, &kiln_registry::dialects(), sink)?;
    let problems = kiln_ir::verify(&module, module.top());
    if !problems.is_empty() {
        problems.into_iter().for_each(|problem| sink.report(problem));
        return None;
    }
    let manager = PassManager { pipeline, instrumentation: options.instrumentation.clone() };
    let outcome = manager.run(&mut module, sink, &mut std::io::stderr());
    if options.timing {
        eprint!("{}", outcome.timing);
    }
    if options.statistics {
        outcome.statistics.iter().for_each(|((pass, counter), count)| eprintln!("{count:>8} {pass}: {counter}"));
    }
    outcome.succeeded.then(|| kiln_syntax::print(&module, module.top(), &options.print))
}

/// Tests the rules of files, or shows what they match. Gives what to print, and whether all went well; diagnostics go to
/// standard error.
pub(crate) fn rules(files: &[String], shows: bool) -> (String, bool) {
    let (sink, registry) = (Sink::new(), kiln_registry::dialects());
    let rules = kiln_rules::load_files(files, &registry, &sink).unwrap_or_default();
    let text = if shows {
        kiln_optimize::show_rules(&rules, &registry, &sink)
    } else {
        let checks = kiln_optimize::check_rules(&rules, &registry, &sink);
        let line = |check: &RuleCheck| match check.graphs {
            Some(graphs) => format!("{}: the same on {graphs} graphs\n", check.name),
            None => format!("{}: about an operator of a model, `kiln check` compares it there\n", check.name),
        };
        checks.iter().map(line).collect()
    };
    let found = sink.take();
    show(&found, "", "");
    (text, found.is_empty())
}

fn show(diagnostics: &[Diagnostic], file: &str, text: &str) {
    let mut sources = Sources::new();
    sources.add(file, text);
    sources.add_files_of(diagnostics);
    eprint!("{}", render(diagnostics, &sources, std::io::stderr().is_terminal()));
}

/// Names, documentation and options of all passes, then those of the named pipelines with what they stand for.
pub(crate) fn list_passes() -> String {
    let registry = kiln_registry::passes();
    let mut text = String::new();
    for pass in registry.passes() {
        list(pass.name, pass.doc, pass.options, &mut text);
    }
    for pipeline in registry.pipelines() {
        list(pipeline.name, pipeline.doc, pipeline.options, &mut text);
        let steps = pipeline.expand(&[]).expect("a pipeline without options is valid");
        let rounds = match pipeline.most_rounds {
            1 => String::new(),
            most => format!(" until nothing changes, at most {most} times"),
        };
        let _ = writeln!(text, "    = {steps}{rounds}");
    }
    text
}

fn list(name: &str, doc: &str, options: &[OptionInfo], text: &mut String) {
    let _ = writeln!(text, "{name}");
    doc.lines().for_each(|line| _ = writeln!(text, "    {}", line.trim()));
    for option in options {
        let _ = writeln!(text, "    {}: {}", option.name(), option.doc.trim().replace("\n ", " "));
    }
}

/// The ops of all dialects, with the first line of their documentation.
pub(crate) fn list_ops() -> String {
    let mut text = String::new();
    for dialect in kiln_registry::dialects().dialects() {
        let _ = writeln!(text, "{}: {}", dialect.name, dialect.doc.lines().next().unwrap_or_default());
        for op in dialect.ops.iter().copied().flatten() {
            let _ = writeln!(text, "    {}: {}", op.name, op.doc.trim().lines().next().unwrap_or_default());
        }
    }
    text
}
