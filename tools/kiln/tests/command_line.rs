//! The commands as a user calls them, on a model built without the compiler.

#[path = "../../../crates/runtime/tests/support/mod.rs"]
mod support;

use kiln_npy::{read_npz, write_npy_file, write_npz};
use kiln_tensor::Tensor;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::build_fake_model;
use tempfile::TempDir;

/// A directory with a model in it.
fn prepare() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("writable");
    let model = build_fake_model(std::env::consts::ARCH, directory.path());
    (directory, model)
}

/// Exit status, standard output and standard error of `kiln ARGUMENTS`.
fn kiln(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kiln")).args(arguments).output().expect("starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no crash"), text(output.stdout), text(output.stderr))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// What the model takes.
const INPUTS: &str = "  x: Nx4xMxf32\n  scale: Nxf32\n  index: Kxi64\n  window: (2 * M + 1)xf32\n";
/// Shapes that fit it.
const SHAPES: [&str; 6] = ["--shape", "x=2x4x3", "--shape", "index=5", "--shape", "window=7"];

fn write_inputs(path: &Path, window: usize) {
    let tensors = [
        ("x", Tensor::from_values(&[1, 4, 2], &[1.0f32; 8])),
        ("scale", Tensor::from_values(&[1], &[0.5f32])),
        ("index", Tensor::from_values(&[2], &[0i64, -1])),
        ("window", Tensor::from_values(&[window], &vec![1f32; window])),
    ];
    write_npz(path, tensors.iter().map(|(name, tensor)| (*name, tensor))).expect("writable");
}

#[test]
fn run_writes_the_outputs_by_name() {
    let (directory, model) = prepare();
    let (inputs, outputs) = (directory.path().join("in.npz"), directory.path().join("out.npz"));
    write_inputs(&inputs, 5);
    let arguments = ["run", text(&model), "--inputs", text(&inputs), "--outputs", text(&outputs), "--threads", "2"];
    assert_eq!(kiln(&arguments), (0, String::new(), String::new()));
    let arrays = read_npz(&outputs, |_| None).expect("readable");
    let names: Vec<&str> = arrays.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["y", "picked", "tail", "found"]);
    assert_eq!(arrays[0].1, Tensor::from_values(&[1, 2], &[4f32, 4.0]));
}

#[test]
fn bench_profiles_kernels() {
    let (directory, model) = prepare();
    let trace = directory.path().join("trace.json");
    let mut arguments = vec!["bench", text(&model), "--seconds", "0.01", "--threads", "1,2"];
    arguments.extend(SHAPES);
    arguments.extend(["--profile=run", "--trace", text(&trace)]);
    let (status, table, error) = kiln(&arguments);
    assert_eq!(status, 0, "{error}");
    for expected in ["on 1 thread; the machine does ", "on 2 threads; the machine does ", "\n0  rows ", "\nreduce  "] {
        assert!(table.contains(expected), "{expected} in {table}");
    }
    let (status, json, error) = kiln(&[&arguments[..], &["--json"]].concat());
    assert_eq!(status, 0, "{error}");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    for (measurement, threads) in json["measurements"].as_array().expect("an array").iter().zip([1, 2]) {
        let profile = &measurement["profile"];
        assert_eq!(measurement["threads"], threads);
        check_profile(profile);
    }
    let trace: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&trace).expect("written")).expect("JSON");
    check_trace(&trace);
}

/// The profile of a run of the fake model on [`SHAPES`].
fn check_profile(profile: &serde_json::Value) {
    let launches = profile["launches"].as_array().expect("an array");
    let facts: Vec<_> = launches.iter().map(|it| (&it["launch"], &it["kernel"], &it["family"], &it["calls"])).collect();
    let fact = |number: i32, kernel: &str, family: &str| {
        [serde_json::json!(number), kernel.into(), family.into(), serde_json::json!(1)]
    };
    let expected = [fact(0, "rows", "reduce"), fact(1, "pick", "map")];
    let expected: Vec<_> = expected.iter().map(|[number, kernel, family, one]| (number, kernel, family, one)).collect();
    assert_eq!(facts, expected);
    assert_eq!(launches[1]["nodes"], serde_json::json!(["pick", "rows"]));
    // N = 2, M = 3, K = 5.
    assert_eq!((&launches[0]["flops"], &launches[0]["bytes_moved"]), (&24.0.into(), &96.0.into()));
    assert_eq!((&launches[1]["flops"], &launches[1]["bytes_moved"]), (&().into(), &80.0.into()));
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let sum: f64 = launches.iter().map(|launch| number(&launch["ms"])).sum();
    let shares: f64 = launches.iter().map(|launch| number(&launch["share"])).sum();
    let total = &profile["total"];
    assert!((number(&profile["kernels_ms"]) - sum).abs() < 1e-9 && (number(&total["share"]) - shares).abs() < 1e-9);
    assert!((number(&profile["run_ms"]) - sum - number(&profile["between_ms"])).abs() < 1e-9);
    assert!(number(&profile["peak_gflops"]) > 0.0 && number(&profile["runs"]) >= 1.0);
    assert_eq!(profile["families"].as_array().map(Vec::len), Some(2));
}

/// A trace of runs on one and on two threads: complete events, each inside of its launch.
fn check_trace(trace: &serde_json::Value) {
    let events = trace["traceEvents"].as_array().expect("an array");
    let complete = |threads: i64, lane: i64| {
        let events = events.iter().filter(move |it| it["ph"] == "X" && it["pid"] == threads && it["tid"] == lane);
        let span = |event: &serde_json::Value| {
            let number = |name: &str| event[name].as_f64().expect("a number");
            (event["args"]["launch"].as_i64().expect("a number"), number("ts"), number("ts") + number("dur"))
        };
        events.map(span).collect::<Vec<_>>()
    };
    for threads in [1, 2] {
        let launches = complete(threads, 0);
        assert_eq!(launches.iter().map(|(launch, ..)| *launch).collect::<Vec<_>>(), [0, 1]);
        let parts: Vec<_> = (1..=threads).flat_map(|lane| complete(threads, lane)).collect();
        assert!(parts.len() >= 2);
        for (launch, begin, end) in parts {
            let (_, from, to) = launches[usize::try_from(launch).expect("a launch")];
            assert!(from <= begin && begin <= end && end <= to + 1e-6);
        }
    }
    assert!(events.iter().all(|event| event["ph"] == "X" || event["ph"] == "M"));
}

#[test]
fn run_prints_a_table() {
    let (directory, model) = prepare();
    let inputs = directory.path().join("in.npz");
    write_inputs(&inputs, 5);
    let expected = "\
output  type  shape  min  max  mean
y       f32   1x2      4    4     4
picked  f32   2      0.5  0.5   0.5
tail    f32   0        -    -     -
found   i64   0        -    -     -
";
    let (status, table, _) = kiln(&["run", text(&model), "--inputs", text(&inputs)]);
    assert_eq!(
        (status, table.replace("0.50000", "0.5").replace("   min      max     mean", "min")),
        (0, expected.into())
    );
    let (status, json, _) = kiln(&["run", text(&model), "--inputs", text(&inputs), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((status, &json["outputs"][0]["shape"]), (0, &serde_json::json!([1, 2])));
}

#[test]
fn run_says_what_is_missing() {
    let (directory, model) = prepare();
    let (status, _, error) = kiln(&["run", text(&model)]);
    let first = "error: these inputs are missing: give --input NAME=FILE.npy, --inputs FILE.npz or --random\n";
    assert_eq!((status, error), (2, format!("{first}{INPUTS}")));

    let file = directory.path().join("scale.npy");
    write_npy_file(&file, &Tensor::from_values(&[1], &[0.5f32])).expect("writable");
    let argument = |name: &str| format!("{name}={}", text(&file));
    let (status, _, error) = kiln(&["run", text(&model), "--input", &argument("scale")]);
    assert!(status == 2 && error.contains("of those the model wants") && !error.contains("  scale"), "{error}");
    let (status, _, error) = kiln(&["run", text(&model), "--input", &argument("scalé")]);
    assert_eq!((status, error.trim()), (2, "error: --input: the model has no input 'scalé'; did you mean 'scale'?"));
    let (status, _, error) = kiln(&["run", text(&model), "--random"]);
    assert!(status == 2 && error.contains("the shapes of these inputs are not fixed"), "{error}");
}

#[test]
fn run_says_which_input_is_wrong() {
    let (directory, model) = prepare();
    let inputs = directory.path().join("in.npz");
    write_inputs(&inputs, 6);
    let (status, _, error) = kiln(&["run", text(&model), "--inputs", text(&inputs)]);
    let expected = "error: input 'window' has extent 6 on axis 0, expected 2 * M + 1, which is 5\n";
    assert_eq!((status, error.as_str()), (1, expected));
    std::fs::write(&inputs, b"PK").expect("writable");
    assert_eq!(kiln(&["run", text(&model), "--inputs", text(&inputs)]).0, 1);
    assert_eq!(kiln(&["run", text(&inputs), "--random"]).0, 1);
    assert_eq!(kiln(&["run", text(&model), "--threads", "0"]).0, 2);
}

#[test]
fn random_inputs_repeat() {
    let (_directory, model) = prepare();
    let run = |seed: &str| kiln(&[&["run", text(&model), seed], &SHAPES[..]].concat());
    let (status, table, notes) = run("--random=3");
    assert_eq!((status, notes.as_str()), (0, "note: random inputs have seed 3\n"));
    assert_eq!(run("--random=3").1, table);
    assert_ne!(run("--random").1, table);
}

#[test]
fn bench_measures_each_thread_count() {
    let (_directory, model) = prepare();
    let arguments = [&["bench", text(&model), "--threads", "1,2", "--seconds", "0.05", "--json"], &SHAPES[..]].concat();
    let (status, json, _) = kiln(&arguments);
    assert_eq!(status, 0);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["inputs"][0]["shape"], serde_json::json!([2, 4, 3]));
    for (index, threads) in [1, 2].into_iter().enumerate() {
        let measurement = &json["measurements"][index];
        assert_eq!(measurement["threads"], threads);
        let number = |name: &str| measurement[name].as_f64().expect("a number");
        assert!(number("min_ms") > 0.0 && number("min_ms") <= number("median_ms"), "{measurement}");
        assert!(number("median_ms") <= number("p90_ms") && number("gflops") > 0.0, "{measurement}");
    }
    let (status, table, _) = kiln(&[&["bench", text(&model), "--seconds", "0.02"], &SHAPES[..]].concat());
    assert!(status == 0 && table.starts_with("threads  runs"), "{table}");
    assert_eq!(kiln(&["bench", text(&model), "--seconds", "0"]).0, 2);
}

#[test]
fn inspect_describes_models_of_any_processor() {
    for arch in kiln_runtime::architectures() {
        let directory = tempfile::tempdir().expect("writable");
        let model = build_fake_model(arch, directory.path());
        let (status, printed, _) = kiln(&["inspect", text(&model)]);
        assert_eq!(status, 0);
        for line in ["window  f32   [2 * M + 1]", "K       0 to 1000  an input's shape", "workspace    depends on"] {
            assert!(printed.contains(line), "{line} is in\n{printed}");
        }
        let (status, json, _) = kiln(&["inspect", text(&model), "--json"]);
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((status, json["architecture"].as_str()), (0, Some(arch)));
        assert_eq!(json["inputs"][0]["shape"], serde_json::json!(["N", 4, "M"]));
    }
    let (status, printed, error) = kiln(&["inspect", "/dev/null"]);
    assert_eq!((status, printed.as_str()), (1, ""));
    assert_eq!(error, "error: /dev/null is not a compiled Kiln model: it is not a regular file\n");
}

#[test]
fn completion_and_help_are_there() {
    for shell in ["bash", "zsh", "fish"] {
        let (status, script, _) = kiln(&["completion", shell]);
        assert!(status == 0 && script.contains("kiln"), "{shell}");
    }
    assert_eq!(kiln(&["completion", "tcsh"]).0, 2);
    for command in ["run", "bench", "inspect"] {
        let (status, help, _) = kiln(&[command, "--help"]);
        assert!(status == 0 && help.contains("Example"), "{command}");
    }
    assert_eq!(kiln(&[]).0, 2);
    assert_eq!(kiln(&["fly"]).0, 2);
}

const CHAIN: &str = r#"
func.func {sym_name = "main", function_type = (tensor<4xf32>) -> tensor<4xf32>} ({
^bb0(%x: tensor<4xf32>):
  %0 = graph.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.tanh %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.sigmoid %1 : (tensor<4xf32>) -> tensor<4xf32>
  func.return %2 : (tensor<4xf32>) -> ()
}) : () -> ()
"#;

#[test]
fn reduce_keeps_what_a_command_finds_interesting() {
    let directory = tempfile::tempdir().expect("writable");
    let (file, small) = (directory.path().join("big.mlir"), directory.path().join("big.reduced.mlir"));
    std::fs::write(&file, CHAIN).expect("writable");
    let (status, output, _) = kiln(&["reduce", text(&file), "--test", "grep -q tanh"]);
    assert_eq!(status, 0);
    assert!(output.contains("3 of 5 operations"), "{output}");
    let reduced = std::fs::read_to_string(small).expect("written");
    assert!(reduced.contains("tanh") && !reduced.contains("exp") && !reduced.contains("sigmoid"), "{reduced}");
    let (status, _, error) = kiln(&["reduce", text(&file), "--test", "grep -q nothing_like_it"]);
    assert!(status == 1 && error.contains("does not find it interesting"), "{error}");
}

#[test]
fn reduce_keeps_the_error_of_a_pipeline() {
    let directory = tempfile::tempdir().expect("writable");
    let (file, small) = (directory.path().join("big.mlir"), directory.path().join("small.mlir"));
    // A plan is asked for before there are kernels to lower.
    std::fs::write(&file, format!("// configuration: --pass-pipeline='builtin.module(lower-main)'\n{CHAIN}"))
        .expect("writable");
    let (status, output, error) = kiln(&["reduce", text(&file), "-o", text(&small)]);
    assert_eq!(status, 0, "{output}{error}");
    let reduced = std::fs::read_to_string(small).expect("written");
    assert!(reduced.starts_with("// configuration: --pass-pipeline="), "{reduced}");
    assert!(reduced.len() < CHAIN.len(), "{reduced}");
    std::fs::write(&file, CHAIN).expect("writable");
    assert_eq!(kiln(&["reduce", text(&file)]).0, 2);
}
