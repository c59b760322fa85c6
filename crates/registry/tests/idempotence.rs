//! A second run of any stage, and of the whole optimization, changes nothing: on the models of the cache that have references, and on
//! random graphs.
//!
//! `KILN_RANDOM_SEEDS=0..20000` names the seeds of the random graphs; a few hundred if not given.

#[path = "../../convert/tests/support/mod.rs"]
mod support;

use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use kiln_ir::Module;
use kiln_pass::{PassManager, Pipeline};
use kiln_registry::pipeline::{OptimizationLevel, Precision, conversion, optimization};
use kiln_registry::{dialects, passes};
use kiln_syntax::{PrintOptions, print};
use std::path::PathBuf;

/// What is run twice: each stage on what stands before it, and each level.
fn pipelines() -> Vec<(&'static str, String)> {
    let level = |level| ("", optimization(level, Precision::Default));
    let mut pipelines = vec![
        ("", "pre".to_owned()),
        ("pre", "core".to_owned()),
        ("pre", "core{relaxed=true}".to_owned()),
        ("pre,core{relaxed=true}", "post".to_owned()),
    ];
    pipelines.extend([OptimizationLevel::O1, OptimizationLevel::O2, OptimizationLevel::O3].map(level));
    pipelines.dedup();
    pipelines
}

fn run(module: &mut Module, pipeline: &str) -> Result<(), String> {
    let sink = Sink::new();
    let pipeline = Pipeline::parse(pipeline, passes()).map_err(|error| error.message.clone())?;
    let outcome = PassManager::new(pipeline).run(module, &sink, &mut std::io::sink());
    match outcome.succeeded {
        true => Ok(()),
        false => Err(sink.take().into_iter().map(|diagnostic| diagnostic.message).collect::<Vec<_>>().join("; ")),
    }
}

fn text(module: &Module) -> String {
    print(module, module.top(), &PrintOptions::default())
}

/// The first line that differs, with its number.
fn difference(once: &str, twice: &str) -> Option<String> {
    if once == twice {
        return None;
    }
    let mut lines = once.lines().zip(twice.lines()).enumerate();
    let short = |line: &str| line.trim().chars().take(200).collect::<String>();
    let found = lines.find(|(_, (once, twice))| once != twice);
    Some(found.map_or("one is longer".into(), |(number, (once, twice))| {
        format!("line {}:\n    {}\n    {}", number + 1, short(once), short(twice))
    }))
}

/// What is wrong with two runs of each pipeline on a graph.
fn problems(name: &str, graph: &Module) -> Vec<String> {
    let check = |(before, pipeline): (&str, String)| {
        let mut module = graph.clone();
        run(&mut module, before)?;
        run(&mut module, &pipeline)?;
        let once = text(&module);
        run(&mut module, &pipeline)?;
        difference(&once, &text(&module)).map_or(Ok(()), Err)
    };
    let check = |(before, pipeline): (&str, String)| {
        check((before, pipeline.clone())).map_err(|reason| format!("{name}: {pipeline}: {reason}")).err()
    };
    pipelines().into_iter().filter_map(check).collect()
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

/// The models whose references the cache has.
fn models() -> Vec<PathBuf> {
    let index = support::read_json(&support::cache().join("references/index.json"));
    let models = index["models"].as_array().expect("a list").iter();
    models.map(|model| PathBuf::from(model["model"].as_str().expect("a path"))).collect()
}

#[test]
fn a_second_run_changes_no_model() {
    let mut found = Vec::new();
    for path in models() {
        let (sink, name) = (Sink::new(), path.display().to_string());
        let mut module = kiln_import_onnx::FORMAT
            .import_file(&path, &dialects(), &ImportOptions::default(), &sink)
            .unwrap_or_else(|| panic!("{name} imports: {:?}", sink.take()));
        run(&mut module, conversion()).unwrap_or_else(|reason| panic!("{name} converts: {reason}"));
        found.extend(problems(&name, &module));
    }
    assert_none(&found);
}

#[test]
fn a_second_run_changes_no_random_graph() {
    let seeds = std::env::var("KILN_RANDOM_SEEDS").unwrap_or("0..400".into());
    let (first, end) = seeds.split_once("..").expect("KILN_RANDOM_SEEDS is a range");
    let seeds = first.parse::<u64>().expect("a seed")..end.parse::<u64>().expect("a seed");
    let graphs = seeds.map(|seed| (format!("seed {seed}"), kiln_random::generate(seed, &dialects()).module));
    assert_none(&graphs.flat_map(|(name, graph)| problems(&name, &graph)).collect::<Vec<_>>());
}
