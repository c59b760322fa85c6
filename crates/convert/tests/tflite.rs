//! The fixtures of TensorFlow Lite, interpreted: each gives what the reference kernels give.

mod support;

use kiln_convert::tflite_to_graph::convert_tflite_to_graph;
use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use kiln_interp::Interpreter;
use kiln_ir::{Builder, Module, Registry};
use kiln_tensor::{ElementType, Tensor};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    match std::env::var_os("KILN_CASES_FOLDER") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/fixtures/tflite"),
    }
}

/// A file in an archive.
fn read(archive: &mut zip::ZipArchive<File>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.by_name(name).expect("archives are complete").read_to_end(&mut bytes).expect("archives are whole");
    bytes
}

fn read_tensor(archive: &mut zip::ZipArchive<File>, name: &str) -> Tensor {
    let bytes = read(archive, name);
    kiln_npy::read_npy(bytes.as_slice(), bytes.len() as u64, None).expect("fixtures are NumPy arrays")
}

fn registry() -> Arc<Registry> {
    Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_tflite::DIALECT, &kiln_graph::DIALECT])
}

/// The reasons of what went wrong.
fn reasons(sink: &Sink) -> String {
    sink.take().into_iter().map(|report| report.message).collect::<Vec<_>>().join("; ")
}

fn import(bytes: &[u8], options: &ImportOptions) -> Result<Module, String> {
    let sink = Sink::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.tflite");
    fs::write(&path, bytes).expect("written");
    let module = kiln_import_tflite::FORMAT.import_file(&path, &registry(), options, &sink);
    module.ok_or_else(|| reasons(&sink))
}

fn convert(bytes: &[u8], options: &ImportOptions) -> Result<Module, String> {
    let sink = Sink::new();
    let mut module = import(bytes, options)?;
    if !convert_tflite_to_graph(&mut module, &sink) {
        return Err(reasons(&sink));
    }
    let wrong = kiln_ir::verify(&module, module.top());
    if wrong.is_empty() { Ok(module) } else { Err(format!("{wrong:?}")) }
}

/// An archive, what it says of itself, and its model with the options to import it with.
fn open(path: &Path) -> (zip::ZipArchive<File>, Json, Vec<u8>, ImportOptions) {
    let mut archive = zip::ZipArchive::new(File::open(path).expect("a file")).expect("an archive");
    let case: Json = serde_json::from_slice(&read(&mut archive, "case.json")).expect("JSON");
    let signature = case["options"]["signature"].as_str().map(str::to_owned);
    let options = ImportOptions { signature, ..ImportOptions::default() };
    let model = read(&mut archive, case["model"].as_str().expect("a path"));
    (archive, case, model, options)
}

fn check(path: &Path) -> Result<(), String> {
    let (mut archive, case, model, options) = open(path);
    let module = convert(&model, &options)?;
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    let mut state = kiln_func::initial_state(&module, main);
    let interpreter = Interpreter::new(&module).map_err(|error| error.to_string())?;
    let count = |key: &str| case[key].as_array().map_or(0, Vec::len);
    let tolerance = [&case["rtol"], &case["atol"]].map(|value| value.as_f64().unwrap_or(0.0));
    for step in 0..case["steps"].as_u64().unwrap_or(1) {
        let inputs = (0..count("inputs")).map(|index| read_tensor(&mut archive, &format!("in/{step}/{index}.npy")));
        let arguments: Vec<Tensor> = inputs.chain(state.iter().cloned()).collect();
        let mut results = interpreter.run(&arguments).map_err(|error| format!("step {step}: {error}"))?;
        state = results.split_off(results.len() - state.len());
        for (index, found) in results.iter().enumerate() {
            let expected = read_tensor(&mut archive, &format!("out/{step}/{index}.npy"));
            compare(found, &expected, tolerance).map_err(|error| format!("step {step}, output {index}: {error}"))?;
        }
    }
    Ok(())
}

fn compare(found: &Tensor, expected: &Tensor, [relative, absolute]: [f64; 2]) -> Result<(), String> {
    if found.shape() != expected.shape() || found.element() != expected.element() {
        let (a, b) = (found.element(), expected.element());
        return Err(format!("{:?} of {a} is not {:?} of {b}", found.shape(), expected.shape()));
    }
    if found.element() == ElementType::String {
        return if found.strings() == expected.strings() { Ok(()) } else { Err("strings differ".into()) };
    }
    let values = |tensor: &Tensor| -> Vec<f64> {
        kiln_tensor::scalar::scalars(tensor).expect("numbers").into_iter().map(|scalar| scalar.to_f64()).collect()
    };
    let (found, expected) = (values(found), values(expected));
    let differs = |(a, b): (&f64, &f64)| {
        a != b && !(a.is_nan() && b.is_nan()) && ((a - b).is_nan() || (a - b).abs() > absolute + relative * b.abs())
    };
    let wrong = found.iter().zip(&expected).filter(|pair| differs(*pair)).count();
    match found.iter().zip(&expected).position(differs) {
        None => Ok(()),
        Some(at) => {
            Err(format!("{wrong} of {} differ, first at {at}: {}, not {}", found.len(), found[at], expected[at]))
        }
    }
}

#[test]
fn fixtures_give_what_the_reference_gives() {
    let wanted = std::env::var("KILN_CASES").ok();
    let entries = fs::read_dir(folder()).expect("fixtures are there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort_unstable();
    let name = |path: &Path| path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    paths.retain(|path| wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|part| name(path).contains(part))));
    let failures = paths.iter().filter_map(|path| check(path).err().map(|error| format!("{}: {error}", name(path))));
    let failures: Vec<String> = failures.collect();
    println!("{} of {} cases", paths.len() - failures.len(), paths.len());
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Operators that no fixture has, and why.
const WITHOUT_FIXTURE: [(&str, &str); 0] = [];

#[test]
fn each_operator_that_is_converted_is_in_a_fixture() {
    let mut module = Module::new(registry());
    let body = module.body();
    for schema in kiln_tflite::schemas() {
        Builder::at_end(&mut module, body).op(schema.definition.name).build();
    }
    let sink = Sink::new();
    kiln_convert::report_unsupported(&module, &sink);
    let reports = sink.take();
    let missing: BTreeSet<&str> = reports.iter().filter_map(|report| report.message.split(": ").next()).collect();
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(folder()).expect("fixtures are there") {
        let (_, _, model, options) = open(&entry.expect("an entry").path());
        let module = import(&model, &options).expect("fixtures are imported");
        seen.extend(module.walk(module.top()).into_iter().map(|op| module.name(op).as_str().to_owned()));
    }
    let is_tested = |name: &str| {
        seen.contains(&format!("tflite.{name}")) || WITHOUT_FIXTURE.iter().any(|(known, _)| *known == name)
    };
    let names = kiln_tflite::schemas().map(|schema| schema.name);
    let untested: Vec<&str> = names.filter(|name| !missing.contains(name) && !is_tested(name)).collect();
    assert!(untested.is_empty(), "no fixture has {}", untested.join(", "));
}
