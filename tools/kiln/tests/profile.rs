//! What `kiln bench --profile` says of models whose costs are known by hand, compiled by `kiln compile`.

mod command;
mod onnx;

use command::kiln;
use onnx::{FLOAT, Node};
use serde_json::{Value, json};
use tempfile::TempDir;

/// `y = softmax(relu(x * w + b))`, of 16 columns.
fn layer(rows: &str) -> onnx::Model {
    let weights: Vec<f32> = (0..128).map(|i| (i % 7) as f32 - 3.0).collect();
    onnx::Model::default()
        .input("x", FLOAT, &[rows, "8"])
        .weight("w", &[8, 16], &weights)
        .weight("b", &[16], &[0.5; 16])
        .add(Node::new("MatMul", &["x", "w"], &["product"]).named("/layer/product"))
        .add(Node::new("Add", &["product", "b"], &["sum"]).named("/layer/sum"))
        .add(Node::new("Relu", &["sum"], &["hidden"]).named("/layer/hidden"))
        .add(Node::new("Softmax", &["hidden"], &["y"]).named("/softmax"))
        .output("y", FLOAT, &[rows, "16"])
}

/// Compiles the model, and profiles it with these options.
fn profile(model: &onnx::Model, options: &[&str]) -> (TempDir, Value) {
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.onnx"), model.to_bytes()).expect("writable");
    let (status, _, error) = kiln(directory.path(), &["compile", "model.onnx"]);
    assert_eq!(status, 0, "{error}");
    let always = ["bench", "model.so", "--profile", "--seconds", "0.01", "--json"];
    let (status, text, error) = kiln(directory.path(), &[&always, options].concat());
    assert_eq!(status, 0, "{error}");
    let result: Value = serde_json::from_str(&text).expect("JSON");
    (directory, result["measurements"][0]["profile"].clone())
}

/// Of each launch: its nodes, operations and bytes.
fn facts(profile: &Value) -> Vec<Value> {
    let launches = profile["launches"].as_array().expect("an array");
    launches.iter().map(|it| json!([it["nodes"], it["flops"], it["bytes_moved"]])).collect()
}

/// What [`layer`] costs with so many rows.
fn expected(rows: f64) -> [Value; 2] {
    let (input, hidden, constants) = (32.0 * rows, 64.0 * rows, 4.0 * (128.0 + 16.0));
    let names = ["/layer/product", "/layer/sum", "/layer/hidden"];
    [json!([names, 2.0 * 8.0 * 16.0 * rows, input + constants + hidden]), json!([["/softmax"], 0.0, hidden + hidden])]
}

#[test]
fn launches_have_the_work_of_their_nodes() {
    let (_directory, profile) = profile(&layer("4"), &["--threads", "1"]);
    assert_eq!(facts(&profile), expected(4.0));
    assert_eq!(profile["families"].as_array().map(Vec::len), Some(2));
    assert_eq!(profile["total"]["flops"], 1024.0);
}

#[test]
fn work_over_symbols_is_that_of_the_run() {
    let (directory, profile) = profile(&layer("N"), &["--shape", "x=6x8", "--threads", "2"]);
    assert_eq!(facts(&profile), expected(6.0));
    let arguments = ["bench", "model.so", "--shape", "x=3x8", "--seconds", "0.01", "--trace", "t.json"];
    assert_eq!(kiln(directory.path(), &arguments).0, 2, "a trace is of a profile");
    let arguments = [&arguments[..], &["--profile"]].concat();
    let (status, table, error) = kiln(directory.path(), &arguments);
    assert_eq!(status, 0, "{error}");
    assert!(table.contains("/layer/product, /layer/sum, /layer/hidden\n"), "{table}");
    let trace = std::fs::read_to_string(directory.path().join("t.json")).expect("written");
    let trace: Value = serde_json::from_str(&trace).expect("JSON");
    let flops: Vec<&Value> =
        trace["traceEvents"].as_array().expect("an array").iter().map(|it| &it["args"]["flops"]).collect();
    assert!(flops.contains(&&json!(768.0)), "{flops:?}");
}

#[test]
fn launches_in_loops_count_every_round() {
    // Many rounds of state = tanh(state * w).
    let weights: Vec<f32> = (0..64).map(|i| (i % 5) as f32 / 8.0).collect();
    let body = onnx::Model::default()
        .input("i", onnx::INT64, &[])
        .input("go", onnx::BOOL, &[])
        .input("state", FLOAT, &["4", "8"])
        .node("Identity", &["go"], "goes_on")
        .node("MatMul", &["state", "w"], "product")
        .node("Tanh", &["product"], "next")
        .output("goes_on", onnx::BOOL, &[])
        .output("next", FLOAT, &["4", "8"]);
    let model = onnx::Model::default()
        .input("x", FLOAT, &["4", "8"])
        .weight("w", &[8, 8], &weights)
        .integers("rounds", &[300])
        .add(Node::new("Loop", &["rounds", "", "x"], &["y"]).graph("body", &body))
        .output("y", FLOAT, &["4", "8"]);
    let (_directory, profile) = profile(&model, &["--threads", "1"]);
    let launches = profile["launches"].as_array().expect("an array");
    let product = launches.iter().find(|it| it["flops"] != 0.0).expect("a product");
    assert_eq!((&product["calls"], &product["flops"]), (&json!(300), &json!(300.0 * 2.0 * 4.0 * 64.0)));
}
