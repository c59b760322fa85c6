//! Real models: all of them convert; those that are small enough to be interpreted give what onnxruntime gives.

mod support;

use kiln_convert::onnx_to_graph::{Customs, convert_onnx_to_graph};
use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use kiln_interp::Interpreter;
use kiln_ir::{Module, Registry};
use kiln_tensor::Tensor;
use serde_json::Value as Json;
use std::path::Path;

/// Models whose interpretation takes less than a few seconds.
const INTERPRETED: &[&str] = &["silero-vad", "lac", "minilm-l3"];

fn convert(model: &Json) -> Module {
    let (name, sink) = (model["name"].as_str().expect("a name"), Sink::new());
    let path = Path::new(model["model"].as_str().expect("a path"));
    let registry =
        Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_onnx::DIALECT, &kiln_graph::DIALECT]);
    let module = kiln_import_onnx::FORMAT.import_file(path, &registry, &ImportOptions::default(), &sink);
    let mut module = module.unwrap_or_else(|| panic!("{name}: {:#?}", sink.take()));
    assert!(convert_onnx_to_graph(&mut module, &Customs::default(), &sink), "{name}: {:#?}", sink.take());
    let wrong = kiln_ir::verify(&module, module.top());
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    module
}

#[test]
fn every_model_converts() {
    let index = support::read_json(&support::cache().join("references/index.json"));
    for model in index["models"].as_array().expect("a list") {
        let module = convert(model);
        let left: Vec<_> = module.walk(module.top()).into_iter().map(|op| module.name(op)).collect();
        assert!(left.iter().all(|name| !name.as_str().starts_with("onnx.")), "{}", model["name"]);
    }
}

#[test]
fn models_compute_what_onnxruntime_computes() {
    let index = support::read_json(&support::cache().join("references/index.json"));
    let wanted = std::env::var("KILN_MODELS").ok();
    let is_wanted = |name: &str| match &wanted {
        Some(list) => list.split(',').any(|wanted| wanted == name),
        None => INTERPRETED.contains(&name),
    };
    for model in index["models"].as_array().expect("a list") {
        if !is_wanted(model["name"].as_str().unwrap_or_default()) {
            continue;
        }
        let module = convert(model);
        for case in model["cases"].as_array().expect("a list") {
            let folder = Path::new(case["folder"].as_str().expect("a folder"));
            let start = std::time::Instant::now();
            let worst = largest_difference(&module, folder);
            println!("{} {}: {worst:.1e} in {:?}", model["name"], case["name"], start.elapsed());
            assert!(
                worst <= model["tolerance"].as_f64().unwrap_or(1e-4),
                "{} {}: {worst}",
                model["name"],
                case["name"]
            );
        }
    }
}

/// The largest difference of any output to the reference, relative to that output's largest magnitude.
fn largest_difference(module: &Module, folder: &Path) -> f64 {
    let (inputs, outputs) =
        (support::read_npz(&folder.join("inputs.npz")), support::read_npz(&folder.join("outputs.npz")));
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    let names = |key: &str| module.attribute(main, key).and_then(|names| names.as_strs()).expect("imports keep names");
    let find = |list: &[(String, Tensor)], name: &str| list.iter().find(|(n, _)| n == name).map(|(_, t)| t.clone());
    let block = module.region_block(main, 0);
    let arguments = names("arg_names").into_iter().zip(module.arguments(block)).map(|(name, &argument)| {
        let tensor = find(&inputs, name).expect("an input");
        // NumPy stores what has no axes as one element.
        let rank = module.ty(argument).as_tensor().map_or(0, |ty| ty.rank());
        if rank == 0 { tensor.reshaped(&[]).expect("one element") } else { tensor }
    });
    let arguments: Vec<Tensor> = arguments.collect();
    let results = Interpreter::new(module).and_then(|interpreter| interpreter.run(&arguments)).expect("the model runs");
    let mut worst: f64 = 0.0;
    for (name, found) in names("res_names").iter().zip(results) {
        let Some(expected) = find(&outputs, name) else { continue };
        assert_eq!(found.shape(), expected.shape(), "{name}");
        let values = |tensor: &Tensor| -> Vec<f64> {
            kiln_tensor::scalar::scalars(tensor).expect("numbers").into_iter().map(|scalar| scalar.to_f64()).collect()
        };
        let (found, expected) = (values(&found), values(&expected));
        let scale = expected.iter().fold(1e-30f64, |scale, value| scale.max(value.abs()));
        let distance = found.iter().zip(&expected).map(|(left, right)| (left - right).abs()).fold(0.0, f64::max);
        worst = worst.max(distance / scale);
    }
    worst
}
