//! TensorFlow models in `test/fixtures/tensorflow`: each, interpreted, gives what TensorFlow gives.
//!
//! `KILN_FIXTURES` names those that are wanted, all but those left out.

use kiln_convert::tf_to_graph::{convert_tf_to_graph, is_convertible};
use kiln_diag::Sink;
use kiln_import_core::{Extent, Format, ImportOptions, ModelFile, specialize};
use kiln_interp::Interpreter;
use kiln_ir::{Module, Registry};
use kiln_tensor::scalar::scalars;
use kiln_tensor::{ElementType, Tensor};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const FORMATS: [Format; 3] =
    [kiln_import_tensorflow::SAVED_MODEL, kiln_import_tensorflow::CHECKPOINT, kiln_import_tensorflow::GRAPH_DEF];

fn fixtures() -> PathBuf {
    if let Some(folder) = std::env::var_os("KILN_FIXTURE_FOLDER") {
        return folder.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/fixtures/tensorflow")
}

/// The model's file at `path`, in a folder the one that holds it.
fn model_file(path: &Path) -> Result<(ModelFile, Format), String> {
    let path = if path.is_dir() { path.join("saved_model.pb") } else { path.to_path_buf() };
    let file = ModelFile::open(&path).map_err(|error| error.message.clone())?;
    let format = FORMATS.into_iter().find(|format| (format.recognize)(&file));
    format.map(|format| (file, format)).ok_or_else(|| "it is of no format".into())
}

fn words(json: &Json) -> Vec<String> {
    let items = json.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn reports(sink: &Sink) -> String {
    let lines = sink.take().into_iter().take(12).map(|report| format!("{:?}: {}", report.place, report.message));
    lines.collect::<Vec<String>>().join("\n    ")
}

/// The model in ops of the tf dialect.
fn import(path: &Path, case: &Json) -> Result<Module, String> {
    let registry =
        Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_tf::DIALECT, &kiln_graph::DIALECT]);
    let sink = Sink::new();
    let (file, format) = model_file(path)?;
    let given = &case["options"];
    let options = ImportOptions {
        inputs: words(&given["inputs"]),
        outputs: words(&given["outputs"]),
        signature: given["signature"].as_str().map(str::to_owned),
        ..ImportOptions::default()
    };
    let import = format.import_partly(&file, &registry, &options, &sink).ok_or_else(|| reports(&sink))?;
    if import.is_complete { Ok(import.module) } else { Err(reports(&sink)) }
}

fn convert(path: &Path, case: &Json) -> Result<Module, String> {
    let (mut module, sink) = (import(path, case)?, Sink::new());
    let given = &case["options"];
    let shapes = given["shapes"].as_object().into_iter().flatten().map(|(name, shape)| {
        let extents = shape.as_array().map(Vec::as_slice).unwrap_or_default().iter();
        (name.clone(), extents.map(|extent| extent.as_u64().map_or(Extent::Kept, Extent::Fixed)).collect())
    });
    if !specialize(&mut module, &shapes.collect::<Vec<_>>(), &sink) {
        return Err(reports(&sink));
    }
    if std::env::var_os("KILN_PRINT").is_some() {
        println!("{}", kiln_syntax::print(&module, module.top(), &kiln_syntax::PrintOptions::default()));
    }
    if !convert_tf_to_graph(&mut module, &sink) {
        return Err(reports(&sink));
    }
    let wrong = kiln_ir::verify(&module, module.top());
    match wrong.is_empty() {
        true => Ok(module),
        false => Err(format!("{wrong:#?}")),
    }
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    scalars(tensor).map(|all| all.into_iter().map(|scalar| scalar.to_f64()).collect()).unwrap_or_default()
}

fn strings_differ(found: &Tensor, expected: &Tensor) -> String {
    let text =
        |tensor: &Tensor| tensor.strings().iter().map(|text| text.escape_ascii().to_string()).collect::<Vec<_>>();
    format!("is {:?}, not {:?}", text(found), text(expected))
}

fn compare(found: &Tensor, expected: &Tensor, relative: f64, absolute: f64) -> Result<(), String> {
    if found.element() != expected.element() || found.shape() != expected.shape() {
        let side = |tensor: &Tensor| format!("{:?} of {}", tensor.shape(), tensor.element());
        return Err(format!("is {}, not {}", side(found), side(expected)));
    }
    if found.element() == ElementType::String {
        return if found.strings() == expected.strings() { Ok(()) } else { Err(strings_differ(found, expected)) };
    }
    let (found, expected) = (numbers(found), numbers(expected));
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let is_near = found == expected
            || found.is_nan() && expected.is_nan()
            || (found - expected).abs() <= absolute + relative * expected.abs();
        if !is_near {
            return Err(format!("element {index} is {found}, not {expected}"));
        }
    }
    Ok(())
}

fn run(folder: &Path) -> Result<(), String> {
    let case = fs::read_to_string(folder.join("case.json")).map_err(|error| error.to_string())?;
    let case: Json = serde_json::from_str(&case).map_err(|error| error.to_string())?;
    let module = convert(&folder.join(case["model"].as_str().unwrap_or_default()), &case)?;
    let main = module.find_symbol(module.top(), "main").ok_or("there is no main")?;
    let names = |key: &str| module.attribute(main, key).and_then(|names| names.as_strs()).unwrap_or_default();
    let (inputs, outputs) = (words(&case["inputs"]), words(&case["outputs"]));
    let mut state = kiln_func::initial_state(&module, main);
    let interpreter = Interpreter::new(&module).map_err(|error| format!("{error:?}"))?;
    for step in 0..case["steps"].as_u64().unwrap_or(1) {
        let read = |side: &str, index: usize| {
            let path = folder.join(format!("{side}/{step}/{index}.npy"));
            kiln_npy::read_npy_file(&path, None).map_err(|error| error.to_string())
        };
        let mut arguments = Vec::new();
        let arg_names = names("arg_names");
        for name in &arg_names[..arg_names.len() - state.len()] {
            let index = inputs.iter().position(|input| input == name).ok_or_else(|| format!("no input \"{name}\""))?;
            arguments.push(read("in", index)?);
        }
        arguments.extend(state.iter().cloned());
        let mut results = interpreter.run(&arguments).map_err(|error| format!("{error:?}"))?;
        state = results.split_off(results.len() - state.len());
        for (name, found) in names("res_names").iter().zip(results) {
            let index =
                outputs.iter().position(|output| output == name).ok_or_else(|| format!("no output \"{name}\""))?;
            let (relative, absolute) = (case["rtol"].as_f64().unwrap_or(0.0), case["atol"].as_f64().unwrap_or(0.0));
            compare(&found, &read("out", index)?, relative, absolute)
                .map_err(|reason| format!("output \"{name}\" {reason}"))?;
        }
    }
    Ok(())
}

fn extract(path: &Path, folder: &Path) -> Result<(), String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| error.to_string())?;
    archive.extract(folder).map_err(|error| error.to_string())
}

#[test]
fn models_give_what_tensorflow_gives() {
    let Ok(entries) = fixtures().read_dir() else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "zip"));
    paths.sort();
    let wanted = std::env::var("KILN_FIXTURES").ok();
    let (mut failed, mut passed) = (Vec::new(), 0);
    for path in paths {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if wanted.as_ref().is_some_and(|wanted| !wanted.split(',').any(|wanted| wanted == name)) {
            continue;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        match extract(&path, folder.path()).and_then(|()| run(folder.path())) {
            Ok(()) => passed += 1,
            Err(reason) => failed.push(format!("{name}: {reason}")),
        }
    }
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{}", failed.len(), failed.join("\n"));
}

/// Operators that no fixture has, and why.
const WITHOUT_FIXTURE: [(&str, &str); 9] = [
    ("BatchNormWithGlobalNormalization", "TensorFlow runs it in graphs of its first versions only"),
    ("QuantizeAndDequantize", "TensorFlow runs it in graphs of its first versions only"),
    ("StatelessCase", "the importer makes it a Case"),
    ("StatelessIf", "the importer makes it an If"),
    ("StatelessWhile", "the importer makes it a While"),
    ("TensorArrayCloseV3", "it gives nothing, so that no output needs it"),
    ("TopK", "TensorFlow runs it in graphs of its first versions only"),
    ("_FusedBatchNormEx", "TensorFlow runs it on other devices only"),
    ("_FusedDepthwiseConv2dNative", "TensorFlow runs it on other devices only"),
];

#[test]
fn every_operator_has_a_fixture() {
    let Ok(entries) = fixtures().read_dir() else { return };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut found: BTreeSet<String> = BTreeSet::new();
    for path in paths.filter(|path| path.extension().is_some_and(|end| end == "zip")) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        extract(&path, folder.path()).expect("an archive");
        let case = fs::read_to_string(folder.path().join("case.json")).expect("case.json");
        let case: Json = serde_json::from_str(&case).expect("JSON");
        let Ok(module) = import(&folder.path().join(case["model"].as_str().unwrap_or_default()), &case) else {
            continue;
        };
        let names = module.walk(module.top()).into_iter().map(|op| module.name(op).as_str());
        found.extend(names.filter_map(|name| name.strip_prefix("tf.")).map(str::to_owned));
    }
    let converted = kiln_tf::schemas().map(|schema| schema.name).filter(|name| is_convertible(name));
    let missing: BTreeSet<&str> = converted.filter(|name| !found.contains(*name)).collect();
    let expected: BTreeSet<&str> = WITHOUT_FIXTURE.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing, expected);
}

#[test]
fn a_model_on_disk_converts() {
    let Some(path) = std::env::var_os("KILN_MODEL") else { return };
    let module = convert(Path::new(&path), &Json::Null).unwrap_or_else(|reason| panic!("{reason}"));
    println!("{} ops", module.walk(module.top()).len());
}
