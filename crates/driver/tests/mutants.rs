//! Damaged models through the whole compiler, up to what is handed to LLVM: each compiles, or is refused with an error.
//! None panics, and none is blamed on us.
//!
//! The models are the ONNX project's own cases from the cache; what is done to a model follows from a number alone, so
//! that a mutant that fails can be made again: `KILN_MUTANTS=FIRST..LAST` says which to try, `KILN_MUTANT_FOLDER` where the
//! one at hand is written and stays, with its number, for those that end the process.

mod mutation;

use kiln_diag::{Diagnostic, Severity, Sink};
use kiln_driver::{Emit, Request, Silent, compile, resolve_target};
use mutation::{Random, damage};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The mutants that are tried when nothing else is asked for.
const DEFAULT: std::ops::Range<u64> = 0..1500;

/// The largest model that is damaged, in bytes: the more of it is structure, the more damage tells.
const LARGEST: u64 = 16 << 10;

#[test]
fn damaged_models_are_refused_or_compiled() {
    let models = models();
    let range = std::env::var("KILN_MUTANTS").ok().map_or(DEFAULT, |text| parse_range(&text));
    let scratch = tempfile::tempdir().expect("writable");
    let folder = std::env::var_os("KILN_MUTANT_FOLDER").map_or(scratch.path().to_path_buf(), PathBuf::from);
    let path = folder.join("model.onnx");
    let (mut problems, mut compiled, mut slowest) = (Vec::new(), 0, (0.0, 0));
    for number in range.clone() {
        let mut random = Random::new(number);
        let source = &models[random.below(models.len())];
        let bytes = damage(fs::read(source).expect("readable"), &mut random);
        // Small constants are kept, and with them the mapping of the file they stand in: the next one is a new file.
        let _ = fs::remove_file(&path);
        fs::write(&path, &bytes).expect("writable");
        fs::write(folder.join("number"), number.to_string()).expect("writable");
        let start = Instant::now();
        match try_compile(&path) {
            Ok(true) => compiled += 1,
            Ok(false) => {}
            Err(problem) => problems.push(format!("mutant {number} of {}: {problem}", source.display())),
        }
        let seconds = start.elapsed().as_secs_f64();
        if seconds > slowest.0 {
            slowest = (seconds, number);
        }
    }
    println!("{compiled} of {} mutants compile; number {} took longest, {:.2} s", range.count(), slowest.1, slowest.0);
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

/// The small models of the cache, in order; of those called light, small files stand for large weights.
fn models() -> Vec<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
    let cache = from("KILN_CACHE").or_else(|| home().map(|folder| folder.join("kiln"))).expect("HOME is set");
    let mut pending = vec![cache.join("onnx-cases")];
    let mut models = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("light") {
                pending.push(path);
            } else if path.ends_with("model.onnx") && entry.metadata().is_ok_and(|data| data.len() <= LARGEST) {
                models.push(path);
            }
        }
    }
    models.sort();
    assert!(!models.is_empty(), "the cache has no ONNX cases; scripts/onnx_cases.py exports them");
    models
}

fn parse_range(text: &str) -> std::ops::Range<u64> {
    let (first, last) = text.split_once("..").expect("KILN_MUTANTS is FIRST..LAST");
    first.parse().expect("a number")..last.parse().expect("a number")
}

/// Whether the model compiles up to the exit set; a problem if it fails as no model should make it.
fn try_compile(path: &Path) -> Result<bool, String> {
    let request = Request {
        output: Some("/dev/null".into()),
        emit: Emit::Mlir,
        ..Request::new(path.to_path_buf(), vec![resolve_target(None, Some("x86-64-v3")).expect("a known processor")])
    };
    let sink = Sink::new();
    let summary = catch_unwind(AssertUnwindSafe(|| compile(&request, &sink, &Silent)));
    let summary = summary.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        format!("panic: {}", text.unwrap_or("no message"))
    })?;
    let diagnostics = sink.take();
    let is_ours = |diagnostic: &&Diagnostic| diagnostic.notes.iter().any(|note| note.contains("bug"));
    if let Some(bug) = diagnostics.iter().find(is_ours) {
        let first = diagnostics.first().unwrap_or(bug);
        return Err(format!("{}; {}", first.message, bug.message));
    }
    match summary {
        None if diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error) => {
            Err("no output and no error".into())
        }
        summary => Ok(summary.is_some()),
    }
}
