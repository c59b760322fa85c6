//! The ONNX project's own tests of operators, imported, converted and interpreted.
//!
//! `onnx_cases.txt` lists every case that does not pass, with the reason; the test fails when a case leaves or joins the
//! list. `KILN_BLESS=1` writes the list anew.

mod support;

use kiln_convert::onnx_to_graph::convert_onnx_to_graph;
use kiln_diag::Sink;
use kiln_import_onnx::{ImportOptions, import_with};
use kiln_interp::Interpreter;
use kiln_ir::Registry;
use kiln_tensor::Tensor;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The largest input that may become a constant when a case needs it: a shape, axes, scales.
const MAX_CONSTANT: usize = 32;

#[test]
fn onnx_cases() {
    let folder = support::cache().join("onnx-cases");
    let index = support::read_json(&folder.join("index.json"));
    let cases: Vec<&Json> =
        index["cases"].as_array().expect("a list").iter().filter(|case| case["kind"] != "light").collect();
    let registry = support::registry();
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let failures: BTreeMap<String, String> = std::thread::scope(|scope| {
        let work = || {
            let mut failures = Vec::new();
            while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(reason) = run_case(&folder, case, &registry) {
                    let name =
                        format!("{} {}", case["kind"].as_str().unwrap_or(""), case["name"].as_str().unwrap_or(""));
                    failures.push((name, reason));
                }
            }
            failures
        };
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("panics are caught")).collect()
    });
    println!("{} of {} cases pass", cases.len() - failures.len(), cases.len());
    compare_with_list(&failures);
}

/// What does not pass must be what the committed list says.
fn compare_with_list(failures: &BTreeMap<String, String>) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx_cases.txt"));
    if std::env::var_os("KILN_BLESS").is_some() {
        let lines: String = failures.iter().map(|(name, reason)| format!("{name}: {reason}\n")).collect();
        fs::write(&path, lines).expect("the list is written");
        return;
    }
    let listed = fs::read_to_string(&path).expect("the list is there");
    let listed: Vec<&str> = listed.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    let new: Vec<String> = failures
        .iter()
        .filter(|(name, _)| !listed.contains(&name.as_str()))
        .map(|(name, reason)| format!("{name}: {reason}"))
        .collect();
    let gone: Vec<&&str> = listed.iter().filter(|name| !failures.contains_key(**name)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "newly failing: {new:#?}\nnewly passing (KILN_BLESS=1 updates the list): {gone:#?}"
    );
}

/// Runs all data sets of a case. Inputs that a shape depends on become constants if it does not go otherwise.
fn run_case(folder: &Path, case: &Json, registry: &Arc<Registry>) -> Result<(), String> {
    let sets = case["data_sets"].as_array().filter(|sets| !sets.is_empty()).ok_or("there is no data")?;
    for set in sets {
        let named = |entries: &Json| -> Result<Vec<(String, Tensor)>, String> {
            let entries = entries.as_array().into_iter().flatten();
            entries
                .map(|entry| {
                    Ok((entry["name"].as_str().unwrap_or_default().into(), support::read_value(folder, entry)?))
                })
                .collect()
        };
        let (inputs, outputs) = (named(&set["inputs"])?, named(&set["outputs"])?);
        let plain = catch(|| run(folder, case, registry, &inputs, &outputs, &[]));
        if plain.is_ok() {
            continue;
        }
        let constants: Vec<_> =
            inputs.iter().filter(|(_, tensor)| tensor.rank() < 2 && tensor.len() <= MAX_CONSTANT).cloned().collect();
        if constants.is_empty() {
            return plain;
        }
        // What is wrong once shapes are known says more.
        catch(|| run(folder, case, registry, &inputs, &outputs, &constants))?;
    }
    Ok(())
}

fn catch(work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("PANIC".into()))
}

fn run(
    folder: &Path,
    case: &Json,
    registry: &Arc<Registry>,
    inputs: &[(String, Tensor)],
    outputs: &[(String, Tensor)],
    constants: &[(String, Tensor)],
) -> Result<(), String> {
    let sink = Sink::new();
    let path = folder.join(case["model"].as_str().expect("a case has a model"));
    let options = ImportOptions { constants: constants.to_vec() };
    let first =
        |sink: &Sink| sink.take().first().map_or(String::new(), |diagnostic| diagnostic.message.replace('\n', " "));
    let mut module = import_with(&path, registry, &options, &sink).ok_or_else(|| first(&sink))?;
    if !convert_onnx_to_graph(&mut module, &sink) {
        return Err(first(&sink));
    }
    if let Some(wrong) = kiln_ir::verify(&module, module.top()).first() {
        return Err(format!("INVALID {}", wrong.message));
    }
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    let names = module.attribute(main, "arg_names").and_then(|names| names.as_strs()).unwrap_or_default();
    let arguments: Vec<Tensor> = names
        .iter()
        .map(|name| inputs.iter().find(|(input, _)| input == name).map(|(_, tensor)| tensor.clone()))
        .collect::<Option<_>>()
        .ok_or("an input has no value")?;
    let interpreter = Interpreter::new(&module).map_err(|error| error.to_string())?;
    let results = interpreter.run(&arguments).map_err(|error| error.to_string())?;
    let (rtol, atol) = (case["rtol"].as_f64().unwrap_or(1e-3), case["atol"].as_f64().unwrap_or(1e-7));
    for ((name, expected), found) in outputs.iter().zip(&results) {
        if let Some(difference) = support::difference(found, expected, rtol, atol) {
            return Err(format!("WRONG output {name} {difference}"));
        }
    }
    Ok(())
}
