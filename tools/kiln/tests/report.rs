//! What `kiln compile --report` says of models whose costs are known by hand.

mod command;
mod onnx;

use command::kiln;
use onnx::{FLOAT, INT64};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// `y = relu(relu(x * w + b) * w + b)`: two layers alike, and a node that does nothing.
fn twins(rows: &str) -> onnx::Model {
    let weights: Vec<f32> = (0..64).map(|i| (i % 7) as f32 - 3.0).collect();
    onnx::Model::default()
        .input("x", FLOAT, &[rows, "8"])
        .weight("w", &[8, 8], &weights)
        .weight("b", &[8], &[0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.5, -3.5])
        .node("MatMul", &["x", "w"], "product")
        .node("Add", &["product", "b"], "sum")
        .node("Relu", &["sum"], "hidden")
        .node("Identity", &["hidden"], "same")
        .node("MatMul", &["same", "w"], "product2")
        .node("Add", &["product2", "b"], "sum2")
        .node("Relu", &["sum2"], "y")
        .output("y", FLOAT, &[rows, "8"])
}

fn prepare(model: &onnx::Model) -> TempDir {
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.onnx"), model.to_bytes()).expect("writable");
    directory
}

/// The JSON report of compiling `model.onnx` with these options.
fn report(directory: &Path, options: &[&str]) -> Value {
    let arguments = [&["compile", "model.onnx", "--report", "report.json"], options].concat();
    let (status, _, error) = kiln(directory, &arguments);
    assert_eq!(status, 0, "{error}");
    let text = std::fs::read_to_string(directory.join("report.json")).expect("written");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn stage<'r>(report: &'r Value, name: &str) -> &'r Value {
    let stages = report["stages"].as_array().expect("an array");
    stages.iter().find(|stage| stage["name"] == name).unwrap_or_else(|| panic!("no stage {name}"))
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("an array").iter().map(|each| each["name"].as_str().expect("a name")).collect()
}

#[test]
fn a_report_counts_what_is_known_by_hand() {
    let directory = prepare(&twins("4"));
    let report = report(directory.path(), &[]);
    assert_eq!((&report["format"], &report["version"]), (&"kiln-report".into(), &1.into()));
    assert_eq!(report["model"], serde_json::json!({ "name": "model", "nodes": 7, "symbols": {} }));
    assert_eq!(report["target"]["level"], 3);
    let stages = [
        "import",
        "convert-onnx-to-graph",
        "pre",
        "core",
        "post",
        "schedule",
        "memory",
        "kernels",
        "calls",
        "generate code",
        "link",
    ];
    assert_eq!(names(&report["stages"]), stages);
    // A product and a sum for each of 4 * 8 elements and 8 terms, twice.
    let flops = 2 * (2 * 4 * 8 * 8);
    let totals = &report["totals"];
    // x, the hidden layer and y have 128 bytes each; how many the weights have once they are packed, the target decides.
    let weights = totals["weight_bytes"].as_i64().expect("a number");
    assert!(weights >= 256 + 32, "{totals}");
    let moved = 2 * (128 + weights + 128);
    assert_eq!((&totals["flops"], &totals["bytes_moved"]), (&flops.into(), &moved.into()), "{totals}");
    assert_eq!((&totals["kernels_launched"], &totals["kernels_distinct"]), (&2.into(), &1.into()), "{totals}");
    assert_eq!(totals["arena_bytes"], 128, "the hidden layer: {totals}");
    let file = std::fs::metadata(directory.path().join("model.so")).expect("written");
    assert_eq!(totals["file_bytes"], file.len());
    let [kernel] = report["kernels"].as_array().expect("an array").as_slice() else { panic!("one kernel") };
    assert_eq!((&kernel["calls"], &kernel["flops"], &kernel["bytes_moved"]), (&2.into(), &flops.into(), &moved.into()));
    assert_eq!((&kernel["family"], &kernel["ops"]), (&"matmul".into(), &serde_json::json!(["matmul", "add", "relu"])));
    assert_eq!(stage(&report, "import")["after"]["ops"], 7);
    assert_eq!(stage(&report, "import")["after"]["flops"], Value::Null, "costs are counted of graphs");
    // Before kernels are formed, each op reads and writes memory.
    let convert = &stage(&report, "pre")["before"];
    assert_eq!((&convert["ops"], &convert["flops"]), (&6.into(), &flops.into()), "{convert}");
    let alone = 2 * ((128 + 256 + 128) + (128 + 32 + 128) + (128 + 128));
    assert_eq!((&convert["bytes_moved"], &convert["peak_bytes"]), (&alone.into(), &256.into()), "{convert}");
}

/// What one entry says is after it, the next says is before it; what passes do adds up to what stages do.
#[test]
fn counts_add_up() {
    let directory = prepare(&twins("N"));
    let report = report(directory.path(), &[]);
    let mut last = &stage(&report, "import")["after"];
    let mut passes = 0;
    for stage in report["stages"].as_array().expect("an array").iter().filter(|stage| !stage["before"].is_null()) {
        assert_eq!(&stage["before"], last, "{stage}");
        for pass in stage["passes"].as_array().expect("an array") {
            assert_eq!(&pass["before"], last, "{pass}");
            last = &pass["after"];
            passes += 1;
        }
        assert_eq!(&stage["after"], last, "{stage}");
    }
    assert!(passes > 20, "{passes}");
    let kernels = report["kernels"].as_array().expect("an array");
    let sum = |field: &str| kernels.iter().map(|kernel| kernel[field].as_i64().expect("a number")).sum::<i64>();
    let totals = &report["totals"];
    for (field, total) in [("calls", "kernels_launched"), ("flops", "flops"), ("bytes_moved", "bytes_moved")] {
        assert_eq!(totals[total], sum(field), "{field}");
    }
    let removed = stage(&report, "convert-onnx-to-graph");
    assert_eq!((&removed["before"]["ops"], &removed["after"]["ops"]), (&7.into(), &6.into()));
}

#[test]
fn symbols_are_looked_at_where_the_user_says() {
    let directory = prepare(&twins("N"));
    let one = report(directory.path(), &[]);
    assert_eq!(one["model"]["symbols"], serde_json::json!({ "N": 1 }));
    let at = |report: &Value| {
        let totals = &report["totals"];
        (
            totals["flops"].as_i64(),
            totals["flops_expression"].as_str().map(str::to_owned),
            totals["arena_bytes"].clone(),
        )
    };
    let expression = Some("256 * N".to_owned());
    assert_eq!(at(&one), (Some(256), expression.clone(), 64.into()));
    let seven = report(directory.path(), &["--report-shape", "x=7x?"]);
    assert_eq!(at(&seven), (Some(7 * 256), expression, 256.into()));
    let fixed = report(directory.path(), &["--shape", "x=7x8"]);
    assert_eq!(at(&fixed), (Some(7 * 256), None, 256.into()));
    let (status, _, said) =
        kiln(directory.path(), &["compile", "model.onnx", "--report", "r.txt", "--report-shape", "z=1x8"]);
    assert!(status == 1 && said.contains("there is no input 'z', only x"), "{said}");
}

#[test]
fn the_text_has_every_stage_and_kernel() {
    let directory = prepare(&twins("4"));
    let (status, text, error) = kiln(directory.path(), &["compile", "model.onnx", "--report", "-"]);
    assert_eq!(status, 0, "{error}");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let has = |expected: &[&str]| rows.iter().any(|row| row.starts_with(expected));
    assert!(has(&["kernels", "2", "launched,", "1", "distinct"]) && has(&["nodes", "7"]), "{text}");
    assert!(has(&["pre"]) && has(&["plan-memory"]) && has(&["link"]), "{text}");
    assert!(has(&["kernel_0_matmul", "2", "1.0", "k"]) && text.contains("  matmul add relu  "), "{text}");
}

#[test]
fn what_ends_early_reports_what_there_was() {
    let directory = prepare(&twins("4"));
    let graph = report(directory.path(), &["--emit", "graph", "-o", "graph.mlir"]);
    assert_eq!(names(&graph["stages"]).last(), Some(&"post"));
    assert_eq!(graph["totals"]["kernels_launched"], Value::Null);
    assert_eq!(graph["totals"]["flops"], 2 * (2 * 4 * 8 * 8));
    let (status, _, said) = kiln(directory.path(), &["compile", "model.onnx", "--emit", "graph", "--report", "-"]);
    assert!(status == 2 && said.contains("would both go to standard output"), "{said}");
    let json = ["compile", "model.onnx", "--report", "-", "--report-format", "json"];
    let (status, text, error) = kiln(directory.path(), &json);
    assert!(status == 0 && serde_json::from_str::<Value>(&text).is_ok(), "{error}{text}");
}

/// Both branches of a condition count, and what is in them.
#[test]
fn regions_count() {
    let text = "func.func {function_type = (tensor<16xf32>, tensor<i1>) -> tensor<16xf32>, sym_name = \"main\"} ({\n\
                ^bb0(%x: tensor<16xf32>, %c: tensor<i1>):\n\
                %y = graph.if %c ({\n\
                %a = graph.exp %x : (tensor<16xf32>) -> tensor<16xf32>\n\
                graph.yield %a : (tensor<16xf32>) -> ()\n}, {\n\
                %b = graph.negate %x : (tensor<16xf32>) -> tensor<16xf32>\n\
                graph.yield %b : (tensor<16xf32>) -> ()\n}) : (tensor<i1>) -> tensor<16xf32>\n\
                func.return %y : (tensor<16xf32>) -> ()\n})\n";
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.mlir"), text).expect("writable");
    let arguments = ["compile", "model.mlir", "-O0", "--report", "report.json"];
    let (status, _, error) = kiln(directory.path(), &arguments);
    assert_eq!(status, 0, "{error}");
    let written = std::fs::read_to_string(directory.path().join("report.json")).expect("written");
    let report: Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!((&report["model"]["nodes"], &report["totals"]["kernels_launched"]), (&3.into(), &2.into()));
    assert_eq!(report["totals"]["bytes_moved"], 2 * (64 + 64));
}

/// Integers of 64 bits.
#[test]
fn other_types_count_their_own_bytes() {
    let model = onnx::Model::default().input("i", INT64, &["4"]).node("Neg", &["i"], "j").output("j", INT64, &["4"]);
    let directory = prepare(&model);
    let report = report(directory.path(), &[]);
    assert_eq!((&report["totals"]["bytes_moved"], &report["totals"]["flops"]), (&64.into(), &0.into()));
}

/// Convolutions that are computed in different ways: 3x3 of stride 1, of stride 2, and depthwise.
fn convolutions() -> onnx::Model {
    let values = |count: i64| (0..count).map(|i| (i % 7) as f32 - 3.0).collect::<Vec<f32>>();
    let conv = |inputs: &[&str], output: &str| onnx::Node::new("Conv", inputs, &[output]).ints("pads", &[1; 4]);
    onnx::Model::default()
        .input("x", FLOAT, &["1", "32", "28", "28"])
        .weight("w", &[32, 32, 3, 3], &values(32 * 32 * 9))
        .weight("d", &[32, 1, 3, 3], &values(32 * 9))
        .add(conv(&["x", "w"], "a").named("plain"))
        .add(conv(&["a", "w"], "b").ints("strides", &[2, 2]).named("strided"))
        .add(conv(&["b", "d"], "y").int("group", 32).named("depthwise"))
        .output("y", FLOAT, &["1", "32", "14", "14"])
}

#[test]
fn explanations_say_which_candidate_was_chosen() {
    let directory = prepare(&convolutions());
    let arguments = ["compile", "model.onnx", "--cpu", "x86-64-v3", "--target", "x86_64", "--explain"];
    let (status, text, error) = kiln(directory.path(), &arguments);
    assert_eq!(status, 0, "{error}");
    // The candidates of the kernel that computes a node: name, and whether it was chosen.
    let candidates = |node: &str| -> Vec<(String, bool)> {
        let mut kernels = text.split("\n\n");
        let kernel = kernels
            .find(|kernel| kernel.lines().next().is_some_and(|line| line.contains("conv ") && line.ends_with(node)));
        let kernel = kernel.unwrap_or_else(|| panic!("no kernel for {node} in {text}"));
        let rows = kernel.lines().skip_while(|line| !line.starts_with("  candidate")).skip(1);
        rows.map(|row| (row.split_whitespace().next().expect("a name").to_owned(), row.contains(" chosen  "))).collect()
    };
    let expected = |rows: &[(&str, bool)]| -> Vec<(String, bool)> {
        rows.iter().map(|&(name, is_chosen)| (name.to_owned(), is_chosen)).collect()
    };
    let order = [("depthwise", false), ("winograd", true), ("conv", false), ("contract", false)];
    assert_eq!(candidates(", for plain"), expected(&order), "{text}");
    let order = [("depthwise", false), ("winograd", false), ("conv", true), ("contract", false)];
    assert_eq!(candidates(", for strided"), expected(&order), "{text}");
    let order = [("depthwise", true), ("winograd", false), ("conv", false), ("contract", false)];
    assert_eq!(candidates(", for depthwise"), expected(&order), "{text}");
    assert!(text.contains("not 3x3 of stride 1") && text.contains("winograd is asked first"), "{text}");

    let (status, ..) = kiln(directory.path(), &["compile", "model.onnx", "--emit", "graph", "--explain"]);
    assert_eq!(status, 2, "both would go to standard output");
}

#[test]
fn precision_decides_how_products_are_computed() {
    let directory = prepare(&convolutions());
    let explain = |precision: &str, cpu: &str| {
        let arguments =
            ["compile", "model.onnx", "--target", "x86_64", "--precision", precision, "--explain", "--cpu", cpu];
        let (status, text, error) = kiln(directory.path(), &arguments);
        assert_eq!(status, 0, "{error}");
        text
    };
    let strict = explain("strict", "x86-64-v3");
    assert!(strict.contains("it multiplies sums of elements, and precision is strict"), "{strict}");
    let (status, graph, _) = kiln(
        directory.path(),
        &["compile", "model.onnx", "--precision", "bf16", "--emit", "graph", "--cpu", "x86-64-v3"],
    );
    assert_eq!((status, graph.matches("widening = true").count()), (0, 2), "all but the depthwise one: {graph}");
    for (cpu, dot) in [("sapphirerapids", "matrix_unit = true"), ("cooperlake", "dot = \"halves\"")] {
        let arguments =
            ["compile", "model.onnx", "--precision", "bf16", "--emit", "loop", "--target", "x86_64", "--cpu", cpu];
        let (_, text, _) = kiln(directory.path(), &arguments);
        assert_eq!(text.matches(dot).count(), 2, "{cpu}: {text}");
    }
    let (status, _, error) = kiln(directory.path(), &["compile", "model.onnx", "--precision", "int4"]);
    assert!(status == 2 && error.contains("[possible values: strict, default, fast, bf16]"), "{error}");
}

#[test]
fn assembly_names_the_nodes_of_kernels() {
    let directory = prepare(&convolutions());
    let arguments = ["compile", "model.onnx", "--cpu", "x86-64-v3", "--target", "x86_64", "--emit", "asm"];
    let (status, text, error) = kiln(directory.path(), &arguments);
    assert_eq!(status, 0, "{error}");
    for (node, family) in [("plain", "winograd"), ("strided", "conv"), ("depthwise", "depthwise")] {
        let comment = format!("# computes {node}");
        let marked: Vec<&str> =
            text.split(&format!("{comment}\n")).skip(1).filter_map(|it| it.lines().next()).collect();
        let is_task = |line: &&str| line.starts_with("kernel_") && line.contains(&format!("_{family}_task:"));
        assert!(marked.iter().any(is_task), "{node}: {marked:?}");
    }
}
