//! From an ONNX file to a program that runs it, on every processor; and what happens to files that are none.

mod onnx;
#[path = "../../../crates/runtime/tests/support/mod.rs"]
mod support;

use kiln_npy::{read_npy_file, read_npz, write_npz};
use kiln_runtime::{Model, Status, architectures};
use kiln_tensor::Tensor;
use onnx::{FLOAT, INT64};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{VLEN, build_program, run, runner, tool};
use tempfile::TempDir;

/// `y = relu(x[i] * w + b)`: rows picked by index, a matrix product, an epilogue.
fn layer() -> onnx::Model {
    let weights: Vec<f32> = (0..40).map(|i| (i % 7) as f32 - 3.0).collect();
    onnx::Model::default()
        .input("x", FLOAT, &["N", "8"])
        .input("i", INT64, &["K"])
        .weight("w", &[8, 5], &weights)
        .weight("b", &[5], &[0.5, -0.5, 1.5, -1.5, 2.5])
        .node("Gather", &["x", "i"], "picked")
        .node("MatMul", &["picked", "w"], "product")
        .node("Add", &["product", "b"], "sum")
        .node("Relu", &["sum"], "y")
        .output("y", FLOAT, &["K", "5"])
}

/// What [`layer`] computes.
fn expected(x: &[f32], indices: &[i64]) -> Vec<f32> {
    let bias = [0.5f32, -0.5, 1.5, -1.5, 2.5];
    let rows = x.len() as i64 / 8;
    let element = |&i: &i64, column: usize| {
        let row = &x[(i.rem_euclid(rows) * 8) as usize..][..8];
        let product: f32 =
            row.iter().enumerate().map(|(k, value)| value * ((k * 5 + column) % 7) as f32 - value * 3.0).sum();
        (product + bias[column]).max(0.0)
    };
    indices.iter().flat_map(|i| (0..5).map(move |column| element(i, column))).collect()
}

/// A directory with the file of `model`, `model.onnx`.
fn prepare(model: &onnx::Model) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("writable");
    let path = directory.path().join("model.onnx");
    std::fs::write(&path, model.to_bytes()).expect("writable");
    (directory, path)
}

/// Exit status, standard output and standard error of `kiln ARGUMENTS` in `directory`.
fn kiln(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiln"));
    let output = command.current_dir(directory).args(arguments).output().expect("starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code().expect("no crash"), text(output.stdout), text(output.stderr))
}

/// Compiles `model.onnx` with these options; panics if that fails.
fn compile(directory: &Path, options: &[&str]) {
    let (status, _, error) = kiln(directory, &[&["compile", "model.onnx"], options].concat());
    assert_eq!(status, 0, "{error}");
}

/// Inputs of [`layer`], in `inputs.npz`.
fn write_inputs(directory: &Path, rows: usize, indices: &[i64]) -> Vec<f32> {
    let x: Vec<f32> = (0..rows * 8).map(|i| (i % 11) as f32 / 4.0 - 1.0).collect();
    let tensors = [Tensor::from_values(&[rows, 8], &x), Tensor::from_values(&[indices.len()], indices)];
    write_npz(&directory.join("inputs.npz"), ["x", "i"].into_iter().zip(&tensors)).expect("writable");
    x
}

/// What a fixture of another format holds: its model, and inputs and outputs of each of its runs.
fn unpack(fixture: &str, directory: &Path) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/fixtures").join(fixture);
    let archive = zip::ZipArchive::new(std::fs::File::open(path).expect("a fixture"));
    archive.expect("an archive").extract(directory).expect("writable");
}

/// A model that keeps state is run once for each part of its input, in one process.
#[test]
fn steps_follow_each_other() {
    let directory = tempfile::tempdir().expect("writable");
    let directory = directory.path();
    unpack("tflite/state.zip", directory);
    let steps = |folder: &str| -> Vec<Tensor> {
        let path = |step| directory.join(folder).join(format!("{step}/0.npy"));
        (0..3).map(|step| read_npy_file(&path(step), None).expect("readable")).collect()
    };
    let floats = |tensors: &[Tensor]| -> Vec<f32> { tensors.iter().flat_map(|part| part.values().to_vec()).collect() };
    let (inputs, expected) = (steps("in"), steps("out"));
    let shape = [&[3], inputs[0].shape()].concat();
    let sound = Tensor::from_values(&shape, &floats(&inputs));
    write_npz(&directory.join("in.npz"), [("t_0", &sound)]).expect("writable");
    let (status, _, error) = kiln(directory, &["compile", "model/model.tflite", "-o", "model.so"]);
    assert_eq!(status, 0, "{error}");
    let run = ["run", "model.so", "--inputs", "in.npz", "--outputs", "out.npz", "--steps"];
    let (status, _, error) = kiln(directory, &[&run[..], &["3"]].concat());
    assert_eq!(status, 0, "{error}");
    let outputs = read_npz(&directory.join("out.npz"), |_| None).expect("readable");
    assert_eq!(outputs[0].1.shape(), [&[3], expected[0].shape()].concat());
    let pairs = outputs[0].1.values::<f32>().into_owned().into_iter().zip(floats(&expected));
    pairs.for_each(|(found, expected)| assert!((found - expected).abs() <= 1e-5, "{found} is not {expected}"));
    let (status, _, error) = kiln(directory, &[&run[..], &["4"]].concat());
    assert_eq!(status, 1, "{error}");
    assert!(
        error.contains("input 't_0' has 3 elements along its first axis, one for each step; --steps says 4"),
        "{error}"
    );
}

/// Rules of a user rewrite the graph before it is optimized, and say where.
#[test]
fn rules_rewrite_the_graph() {
    let (directory, _) = prepare(&layer());
    let directory = directory.path();
    let rules = "// relu(x + b) = -max(x + b, 0): wrong, but easy to see\n\
                 rule negative { (relu $s@(add $x $b:constant)) => (negate (maximum $s 0)) }\n\
                 rule sum { (relu (add $x (relu $y))) => $x }\n";
    std::fs::write(directory.join("mine.rules"), rules).expect("writable");
    let options = ["compile", "model.onnx", "--rules", "mine.rules", "--debug-rules", "--report", "report.txt"];
    let (status, _, said) = kiln(directory, &options);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("graph.relu: rule 'negative' applied") && said.contains("node \"relu\""), "{said}");
    let report = std::fs::read_to_string(directory.join("report.txt")).expect("written");
    let counted = report.lines().any(|line| line.split_whitespace().eq(["apply-rules", "negative", "1"]));
    assert!(counted, "{report}");
    let (x, indices) = (write_inputs(directory, 3, &[2, 0]), [2, 0]);
    let (status, _, error) = kiln(directory, &["run", "model.so", "--inputs", "inputs.npz", "--outputs", "out.npz"]);
    assert_eq!(status, 0, "{error}");
    let outputs = read_npz(&directory.join("out.npz"), |_| None).expect("readable");
    let negated: Vec<f32> = expected(&x, &indices).iter().map(|value| -value).collect();
    let found = outputs[0].1.values::<f32>().to_vec();
    let near = |(found, negated): (&f32, &f32)| (found - negated).abs() < 1e-4;
    assert!(found.iter().zip(&negated).all(near), "{found:?} {negated:?}");
}

/// Wrong rules end the command before anything else happens, each mistake at its place.
#[test]
fn wrong_rules_are_located() {
    let (directory, _) = prepare(&layer());
    let directory = directory.path();
    std::fs::write(directory.join("wrong.rules"), "rule a { (rleu $x) => $y }\n").expect("writable");
    let (status, _, said) = kiln(directory, &["compile", "model.onnx", "--rules", "wrong.rules"]);
    assert_eq!(status, 1, "{said}");
    for part in ["there is no op 'graph.rleu'", "wrong.rules:1:11", "did you mean 'relu'?", "'$y' is not bound"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!directory.join("model.so").exists());
    let (status, _, said) = kiln(directory, &["compile", "model.onnx", "--rules", "none.rules"]);
    assert_eq!((status, said.contains("none.rules")), (1, true), "{said}");
}

#[test]
fn a_model_computes_what_it_says_at_every_size() {
    let (directory, _) = prepare(&layer());
    compile(directory.path(), &[]);
    for (rows, indices) in [(3, &[2i64, 0, -1][..]), (1, &[0]), (50, &[49, 7, 7, -50, 3, 4, 5, 6, 8]), (2, &[])] {
        let x = write_inputs(directory.path(), rows, indices);
        let arguments = ["run", "model.so", "--inputs", "inputs.npz", "--outputs", "outputs.npz", "--threads", "2"];
        assert_eq!(kiln(directory.path(), &arguments), (0, String::new(), String::new()));
        let outputs = read_npz(&directory.path().join("outputs.npz"), |_| None).expect("readable");
        assert_eq!((outputs[0].0.as_str(), outputs[0].1.shape()), ("y", &[indices.len(), 5][..]));
        assert_eq!(outputs[0].1.values::<f32>().as_ref(), expected(&x, indices));
    }
    write_inputs(directory.path(), 3, &[1, 3]);
    let (status, _, error) = kiln(directory.path(), &["run", "model.so", "--inputs", "inputs.npz"]);
    assert_eq!(
        (status, error.as_str()),
        (1, "error: node 'gather': index 3 is out of range for an axis of extent 3\n")
    );
}

#[test]
fn a_c_program_runs_a_model_on_every_processor() {
    for arch in architectures() {
        let Some((mut runner, includes)) = runner(arch, VLEN) else { continue };
        let (directory, _) = prepare(&layer());
        compile(directory.path(), &["--target", arch, "-o", "model.so"]);
        let text = include_str!("../../../crates/runtime/tests/c/run_model.c");
        let program = build_program(arch, "run_model", text, &includes, directory.path());
        let printed = run(runner.arg(program).arg(directory.path().join("model.so")).arg("4"));
        assert_eq!(printed, "y: 80 bytes, first 0.5\n", "{arch}");
    }
}

#[test]
fn a_static_library_links_into_a_program() {
    let (directory, _) = prepare(&layer());
    compile(directory.path(), &["--emit", "lib"]);
    let program = "#include <stdio.h>\n#include \"model.h\"\n\
        int main(void) { return printf(\"%s %d\\n\", kiln_model_name(), MODEL_INPUT_COUNT) < 0; }\n";
    std::fs::write(directory.path().join("main.c"), program).expect("writable");
    let compiler = ["cc", "clang-22", "gcc"];
    run(tool(&compiler).current_dir(directory.path()).args(["main.c", "model.a", "-lpthread", "-o", "main"]));
    assert_eq!(run(&mut Command::new(directory.path().join("main"))), "model 2\n");
}

/// Layers of growing widths, so that no two of them share a kernel.
fn layers(count: usize) -> onnx::Model {
    let width = |layer: usize| (8 + 5 * layer) as i64;
    let mut model = onnx::Model::default().input("x0", FLOAT, &["N", "8"]);
    for layer in 0..count {
        let name = |letter: &str, layer: usize| format!("{letter}{layer}");
        let (x, w, product, y) = (name("x", layer), name("w", layer), name("p", layer), name("x", layer + 1));
        let shape = [width(layer), width(layer + 1)];
        let values: Vec<f32> = (0..shape[0] * shape[1]).map(|i| (i % 7) as f32 - 3.0).collect();
        model = model.weight(&w, &shape, &values).node("MatMul", &[&x, &w], &product);
        model = model.node(["Relu", "Sigmoid", "Softmax"][layer % 3], &[&product], &y);
    }
    model.output(&format!("x{count}"), FLOAT, &["N", &width(count).to_string()])
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let (directory, model) = prepare(&layers(9));
    let model = model.to_str().expect("UTF-8");
    let cache = directory.path().join("cache");
    let cache_text = cache.to_str().expect("UTF-8");
    let results = |folder: &Path| {
        ["model.so", "model.h"].map(|name| std::fs::read(folder.join(name)).expect("compilation wrote it"))
    };
    compile(directory.path(), &["--threads", "1"]);
    let first = results(directory.path());
    // Threads; a cache that is empty, full, and in another order of work; by other paths, from other folders.
    let variations: [&[&str]; 4] = [
        &["--threads", "3"],
        &["--threads", "2", "--cache", cache_text],
        &["--threads", "1", "--cache", cache_text],
        &["--threads", "4", "--report", "report.txt"],
    ];
    for options in variations {
        // Kernels are kept, but not the models they are linked to.
        let _ = std::fs::remove_dir_all(cache.join("models"));
        let elsewhere = tempfile::tempdir().expect("writable");
        let arguments = [&["compile", model], options].concat();
        assert_eq!(kiln(elsewhere.path(), &arguments).0, 0, "{options:?}");
        assert!(results(elsewhere.path()) == first, "{options:?} changes the result");
    }
    assert!(cache.read_dir().expect("made").count() > 1, "the model is compiled in several parts");
}

#[test]
fn a_cached_model_is_the_one_that_compiling_gives() {
    let external = onnx::Tensor::new("w", FLOAT, &[8, 5]).external(&[("location", "weights")]);
    let model = onnx::Model::default().input("x", FLOAT, &["N", "8"]).tensor(external);
    let (directory, _) = prepare(&model.node("MatMul", &["x", "w"], "y").output("y", FLOAT, &["N", "5"]));
    let folder = directory.path();
    let write_weights = |value: f32| {
        let bytes: Vec<u8> = std::iter::repeat_n(value.to_le_bytes(), 40).flatten().collect();
        std::fs::write(folder.join("weights"), bytes).expect("writable");
    };
    let result = |options: &[&str]| {
        compile(folder, options);
        ["model.so", "model.h"].map(|name| std::fs::read(folder.join(name)).expect("compilation wrote it"))
    };
    let cached = |options: &[&str]| result(&[&["--cache", "cache"], options].concat());
    let entries = || folder.join("cache/models").read_dir().expect("made").count();
    write_weights(1.0);
    let ones = result(&[]);
    assert!(cached(&[]) == ones && cached(&[]) == ones);
    assert_eq!(entries(), 1, "the second result is the first one");
    // Weights in another file; options; text instead of a file.
    write_weights(2.0);
    let twos = result(&[]);
    assert!(twos != ones && cached(&[]) == twos && cached(&[]) == twos);
    write_weights(1.0);
    assert!(cached(&[]) == ones);
    assert!(cached(&["-O0"]) == result(&["-O0"]));
    assert_eq!(entries(), 2, "weights in another file make room for each other");
    let (status, text, _) = kiln(folder, &["compile", "model.onnx", "--cache", "cache", "--emit", "graph"]);
    assert!(status == 0 && text.contains("graph.matmul"), "text is made anew");
    // What is damaged is made anew.
    let entry = folder.join("cache/models").read_dir().expect("made").flatten().next().expect("an entry").path();
    std::fs::write(entry.join("record"), "weight").expect("writable");
    assert!(cached(&[]) == ones && cached(&["-O0"]) == result(&["-O0"]));
}

#[test]
fn every_stage_can_be_seen() {
    let (directory, _) = prepare(&layer());
    let stages = [
        ("import", "onnx.Gather"),
        ("graph", "graph.matmul"),
        ("loop", "graph.fusion"),
        ("mlir", "\"func.func\""),
        ("llvm", "define"),
        ("asm", "kiln_gen_run"),
    ];
    for (stage, sign) in stages {
        let (status, text, error) = kiln(directory.path(), &["compile", "model.onnx", "--emit", stage]);
        assert!(status == 0 && text.contains(sign), "{stage}: {error}");
    }
    compile(directory.path(), &["--report", "report.txt"]);
    let report = std::fs::read_to_string(directory.path().join("report.txt")).expect("written");
    assert!(report.contains("lower-kernels"), "{report}");
}

#[test]
fn check_compares_outputs_and_layers() {
    let (directory, _) = prepare(&layer());
    let arguments = ["check", "model.onnx", "--shape", "x=5x8", "--shape", "i=6", "--json"];
    let (status, json, error) = kiln(directory.path(), &arguments);
    assert_eq!(status, 0, "{error}");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["outputs"][0]["shape"], serde_json::json!([6, 5]));
    assert!(json["layers"].as_array().is_some_and(|layers| layers.len() > 2), "{json}");
}

#[test]
fn model_files_are_inspected() {
    let (directory, _) = prepare(&layer());
    let arguments = ["inspect", "model.onnx", "--shape", "i=6", "--shape", "x=4x?", "--json"];
    let (status, json, error) = kiln(directory.path(), &arguments);
    assert_eq!(status, 0, "{error}");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["operations"], &json["parameters"]), (&serde_json::json!(6 * 8 * 5 * 2), &serde_json::json!(45)));
    assert_eq!(json["operators"]["MatMul"], 1);
    let (status, text, _) = kiln(directory.path(), &["inspect", "model.onnx"]);
    assert!(status == 0 && text.contains("[N, 8]"), "{text}");
}

#[test]
fn shapes_can_be_fixed() {
    let (directory, _) = prepare(&layer());
    compile(directory.path(), &["--shape", "x=3x8", "--shape", "i=2"]);
    let model = Model::open(directory.path().join("model.so")).expect("a model");
    assert_eq!(model.inputs()[0].to_string(), "3x8xf32");
    assert!(model.description().symbols.is_empty() && model.description().workspace_bytes.is_some());
    assert_eq!(model.description().operations, Some(160));
    assert_eq!(model.output_shapes(&[&[4, 8], &[2]]).expect_err("fixed").status, Status::WrongShape);
    for shapes in [["--shape", "z=3"], ["--shape", "x=3x9"]] {
        let (status, _, error) =
            kiln(directory.path(), &[&["compile", "model.onnx", "-o", "no.so"], &shapes[..]].concat());
        assert!(status == 1 && !directory.path().join("no.so").exists(), "{error}");
    }
}

#[test]
fn extents_can_be_bounded_and_named() {
    let (directory, _) = prepare(&layer());
    compile(directory.path(), &["--shape", "x=rowsx8", "--shape", "i=1..6"]);
    let model = Model::open(directory.path().join("model.so")).expect("a model");
    assert_eq!(model.inputs()[0].to_string(), "rowsx8xf32");
    // What the bounds size is known before there is any shape, and the same for all of them.
    assert!(model.description().workspace_bytes.is_some());
    let bytes = |count| model.workspace_size(&[&[3, 8], &[count]], 1).ok();
    assert_eq!(bytes(1), bytes(6));
    assert_eq!(model.output_shapes(&[&[3, 8], &[7]]).expect_err("too many").status, Status::WrongShape);
    let indices = [2, 0, 2, 1];
    let x: Vec<f32> = (0..24).map(|i| i as f32 / 8.0 - 1.0).collect();
    let inputs = [Tensor::from_values(&[3, 8], &x), Tensor::from_values(&[4], &indices)];
    let outputs = model.run(&inputs, &kiln_runtime::RunOptions { threads: 1 }).expect("within the bounds");
    assert_eq!(*outputs[0].values::<f32>(), expected(&x, &indices));
}

#[test]
fn sizes_that_wrap_around_are_refused() {
    let model = onnx::Model::default()
        .input("a", FLOAT, &["N", "1"])
        .input("b", FLOAT, &["1", "N"])
        .node("MatMul", &["a", "b"], "square")
        .node("MatMul", &["square", "a"], "y")
        .output("y", FLOAT, &["N", "1"]);
    let (directory, _) = prepare(&model);
    compile(directory.path(), &[]);
    let model = Model::open(directory.path().join("model.so")).expect("a model");
    assert!(model.workspace_size(&[&[7, 1], &[1, 7]], 1).is_ok());
    // 4 * N * N is 2^64 and a little less.
    let huge = 0x7fff_ffff;
    let error = model.workspace_size(&[&[huge, 1], &[1, huge]], 1).expect_err("too large");
    assert_eq!(error.status, Status::SizeOverflow);
}

#[test]
fn bad_files_leave_nothing_behind() {
    let (directory, path) = prepare(&layer());
    let whole = std::fs::read(&path).expect("readable");
    let unknown = layer().node("Frobnicate", &["y"], "z").to_bytes();
    let noise: Vec<u8> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files = [(&whole[..whole.len() / 2], ""), (&noise[..], ""), (&b""[..], ""), (&unknown[..], "Frobnicate")];
    for (bytes, sign) in files {
        std::fs::write(&path, bytes).expect("writable");
        let (status, _, error) = kiln(directory.path(), &["compile", "model.onnx", "-o", "bad.so"]);
        assert!(status == 1 && error.contains("error") && error.contains(sign), "{status}: {error}");
        assert!(!directory.path().join("bad.so").exists() && !directory.path().join("bad.h").exists());
    }
    assert_eq!(kiln(directory.path(), &["compile", "absent.onnx"]).0, 1);
}

#[test]
fn text_without_the_elements_of_its_constants_is_refused() {
    let (directory, _) = prepare(&layer());
    compile(directory.path(), &["--emit", "import", "-o", "model.mlir"]);
    let (status, _, error) = kiln(directory.path(), &["compile", "model.mlir", "-o", "text.so"]);
    assert!(status == 1 && error.contains("the elements of this constant are not in the file"), "{error}");
    assert!(!directory.path().join("text.so").exists());
}

#[test]
fn text_compiles_to_what_it_says() {
    let model = onnx::Model::default().input("x", FLOAT, &["N"]).node("Relu", &["x"], "y").output("y", FLOAT, &["N"]);
    let (directory, _) = prepare(&model);
    compile(directory.path(), &["--emit", "graph", "-o", "model.mlir"]);
    let (status, text, error) = kiln(directory.path(), &["check", "model.mlir", "--shape", "x=7"]);
    assert!(status == 0 && text.contains("y"), "{error}");
}
