//! Models of Keras, imported, converted and interpreted: they give what Keras gives.
//!
//! `KILN_KERAS` names one case to be run, or a file of another folder, and shows the graph.

use kiln_convert::CustomOperator;
use kiln_convert::keras_to_graph::{convert_keras_to_graph, converted};
use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use kiln_interp::Interpreter;
use kiln_ir::{Module, Registry};
use kiln_tensor::{ElementType, Tensor};
use serde_json::Value as Json;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

fn read(archive: &mut ZipArchive<File>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut entry = archive.by_name(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    entry.read_to_end(&mut bytes).expect("an entry that can be read");
    bytes
}

fn convert(path: &Path, options: &ImportOptions) -> Result<Module, String> {
    convert_with(path, options, &[], &mut Vec::new())
}

/// Converts a model; which layers and operations it has is added to `seen`.
fn convert_with(
    path: &Path,
    options: &ImportOptions,
    customs: &[CustomOperator],
    seen: &mut Vec<String>,
) -> Result<Module, String> {
    let registry =
        Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_keras::DIALECT, &kiln_graph::DIALECT]);
    let sink = Sink::new();
    let show = |sink: &Sink| -> String {
        let reports = sink.take().into_iter();
        reports.map(|report| format!("{:?}: {}", report.place, report.message)).take(4).collect::<Vec<_>>().join("; ")
    };
    let formats = [&kiln_import_keras::FORMAT, &kiln_import_keras::FORMAT_H5];
    let file = kiln_import_core::ModelFile::open(path).map_err(|error| error.message.clone())?;
    let format = formats.into_iter().find(|format| (format.recognize)(&file)).ok_or("no format")?;
    let imported = format.import_file(path, &registry, options, &sink);
    let mut module = imported.ok_or_else(|| format!("import: {}", show(&sink)))?;
    let wrong = kiln_ir::verify(&module, module.top());
    if let Some(first) = wrong.first() {
        return Err(format!("imported: {}", first.message));
    }
    let names = module.walk(module.top()).into_iter().map(|op| module.name(op).as_str());
    seen.extend(names.filter_map(|name| name.strip_prefix("keras.")).map(str::to_owned));
    if !convert_keras_to_graph(&mut module, customs, &sink) {
        return Err(format!("convert: {}", show(&sink)));
    }
    match kiln_ir::verify(&module, module.top()).first() {
        Some(first) => Err(format!("converted: {}", first.message)),
        None => Ok(module),
    }
}

fn floats(tensor: &Tensor) -> Vec<f64> {
    let scalars = kiln_tensor::scalar::scalars(tensor).expect("numbers");
    scalars.into_iter().map(|scalar| scalar.to_f64()).collect()
}

/// What is wrong with a case; nothing if all is well.
fn check(path: &Path, shows: bool, seen: &mut Vec<String>) -> Result<(), String> {
    let mut archive = ZipArchive::new(File::open(path).expect("a case")).expect("a zip");
    let case: Json = serde_json::from_slice(&read(&mut archive, "case.json")).expect("JSON");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in archive.file_names().map(|name| name.expect("a name").into_owned()).collect::<Vec<_>>() {
        if name.starts_with("model") {
            let place = folder.path().join(&name);
            std::fs::create_dir_all(place.parent().expect("a folder")).expect("created");
            std::fs::write(place, read(&mut archive, &name)).expect("written");
        }
    }
    let architecture = case["options"]["architecture"].as_str().map(|name| folder.path().join(name));
    let options = ImportOptions { architecture, ..ImportOptions::default() };
    let model: PathBuf = folder.path().join(case["model"].as_str().expect("a path"));
    let module = convert_with(&model, &options, &[], seen)?;
    if shows {
        println!("{}", kiln_syntax::print(&module, module.top(), &kiln_syntax::PrintOptions::default()));
    }
    let interpreter = Interpreter::new(&module).map_err(|error| error.to_string())?;
    let npy = |archive: &mut ZipArchive<File>, name: String| {
        let bytes = read(archive, &name);
        let length = bytes.len() as u64;
        kiln_npy::read_npy(Cursor::new(bytes), length, None).expect("an array")
    };
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    let mut state = kiln_func::initial_state(&module, main);
    let count = |key: &str| case[key].as_array().map_or(0, Vec::len);
    let tolerance = [&case["rtol"], &case["atol"]].map(|value| value.as_f64().unwrap_or(0.0));
    for step in 0..case["steps"].as_u64().unwrap_or(1) {
        let inputs = (0..count("inputs")).map(|index| npy(&mut archive, format!("in/{step}/{index}.npy")));
        let arguments: Vec<Tensor> = inputs.chain(state.iter().cloned()).collect();
        let mut found = interpreter.run(&arguments).map_err(|error| error.to_string())?;
        state = found.split_off(found.len() - state.len());
        if found.len() != count("outputs") {
            return Err(format!("{} outputs, not {}", found.len(), count("outputs")));
        }
        let expected: Vec<Tensor> =
            (0..found.len()).map(|index| npy(&mut archive, format!("out/{step}/{index}.npy"))).collect();
        compare(&found, &expected, tolerance).map_err(|error| format!("step {step}: {error}"))?;
    }
    Ok(())
}

fn compare(found: &[Tensor], expected: &[Tensor], [relative, absolute]: [f64; 2]) -> Result<(), String> {
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        if found.shape() != expected.shape() {
            return Err(format!("output {index} has shape {:?}, not {:?}", found.shape(), expected.shape()));
        }
        if found.element() != expected.element() && found.element() != ElementType::BF16 {
            return Err(format!("output {index} is of {}, not {}", found.element(), expected.element()));
        }
        for (place, (&a, &b)) in floats(found).iter().zip(&floats(expected)).enumerate() {
            let is_near = a == b || (a - b).abs() <= absolute + relative * b.abs();
            if !is_near && !(a.is_nan() && b.is_nan()) {
                return Err(format!("output {index} is {a} at {place}, not {b}"));
            }
        }
    }
    Ok(())
}

#[test]
fn cases_compute_what_keras_computes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/fixtures/keras");
    let wanted = std::env::var("KILN_KERAS").ok();
    let mut paths: Vec<PathBuf> = match &wanted {
        Some(name) if name.contains('/') => vec![PathBuf::from(name)],
        _ => folder.read_dir().expect("the fixtures").map(|entry| entry.expect("an entry").path()).collect(),
    };
    paths.sort();
    let is_wanted = |path: &PathBuf| {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        wanted.as_deref().is_none_or(|wanted| wanted.contains('/') || wanted == name)
    };
    let (mut wrong, mut seen) = (Vec::new(), Vec::new());
    for path in paths.iter().filter(|path| is_wanted(path)) {
        if let Err(reason) = check(path, wanted.is_some(), &mut seen) {
            wrong.push(format!("{}: {reason}", path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    if wanted.is_none() {
        let absent: Vec<&str> =
            converted().filter(|name| !WITHOUT_CASE.contains(name) && !seen.iter().any(|seen| seen == name)).collect();
        assert!(absent.is_empty(), "in no case: {}", absent.join(" "));
    }
}

/// What no case can have: cases have no texts; Keras makes none of these in a functional model (numbers that are made of nothing are constants,
/// others have another class, and ranks are no tensors), but earlier versions may have; and it fails to call `ConvTranspose`.
const WITHOUT_CASE: &[&str] = &["StringLookup", "ops.Abs", "ops.Arange", "ops.Conj", "ops.ConvTranspose", "ops.Ndim"];

#[test]
fn layers_of_the_user_become_calls() {
    let own: CustomOperator = "ScaledSwish=scaled_swish".parse().expect("well formed");
    for file in ["tests/custom_layer.keras", "tests/custom_layer.h5"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let refused = convert(&path, &ImportOptions::default()).expect_err("a class that nobody knows");
        assert!(refused.contains("layer \\\"swish\\\" (ScaledSwish)"), "{refused}");
        assert!(refused.contains("there is no layer ScaledSwish in Keras that Kiln knows"), "{refused}");
        let options = ImportOptions { custom_operators: vec!["ScaledSwish".into()], ..ImportOptions::default() };
        let module = convert_with(&path, &options, &[own.clone()], &mut Vec::new()).expect("converted");
        let text = kiln_syntax::print(&module, module.top(), &kiln_syntax::PrintOptions::default());
        let call = text.lines().find(|line| line.contains("graph.custom")).unwrap_or_else(|| panic!("{text}"));
        for part in ["callee = \"scaled_swish\"", "operator = \"ScaledSwish\"", "beta = 2.0", "tensor<3xf32>"] {
            assert!(call.contains(part), "{part} is not in {call}");
        }
    }
}

#[test]
fn words_are_looked_up() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = std::fs::read_to_string(folder.join("words.json")).expect("a file");
    let case: Json = serde_json::from_str(&text).expect("JSON");
    let module = convert(&folder.join("words.keras"), &ImportOptions::default()).expect("converted");
    let flat = |key: &str| -> Vec<Json> {
        let rows = case[key].as_array().expect("rows");
        rows.iter().flat_map(|row| row.as_array().expect("a row").clone()).collect()
    };
    let texts = flat("texts").iter().map(|text| text.as_str().expect("text").as_bytes().to_vec()).collect();
    let numbers: Vec<i64> = flat("numbers").iter().map(|number| number.as_i64().expect("a number")).collect();
    let inputs = [Tensor::from_strings(&[2, 3], texts).expect("texts"), Tensor::from_values(&[2, 4], &numbers)];
    let found = Interpreter::new(&module).expect("a model").run(&inputs).expect("results");
    let (words, found) = found.split_last().expect("results");
    for (found, expected) in found.iter().zip(case["outputs"].as_array().expect("outputs")) {
        assert_eq!(serde_json::json!(found.shape()), expected["shape"]);
        let values: Vec<i64> = floats(found).into_iter().map(|value| value as i64).collect();
        assert_eq!(serde_json::json!(values), expected["values"]);
    }
    let words: Vec<String> = words.strings().iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    assert_eq!(serde_json::json!(words), case["words"]);
}
