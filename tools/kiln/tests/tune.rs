//! `kiln compile --tune`, on a model of one product.

mod command;
mod onnx;

use command::kiln;
use onnx::{FLOAT, Node};
use std::path::Path;
use tempfile::TempDir;

/// A folder with `model.onnx`: `y = x * w`, of any number of rows.
fn folder() -> TempDir {
    let weights: Vec<f32> = (0..48 * 96).map(|i| (i % 7) as f32 - 3.0).collect();
    let model = onnx::Model::default()
        .input("x", FLOAT, &["rows", "48"])
        .weight("w", &[48, 96], &weights)
        .add(Node::new("MatMul", &["x", "w"], &["y"]).named("/product"))
        .output("y", FLOAT, &["rows", "96"]);
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.onnx"), model.to_bytes()).expect("writable");
    directory
}

/// What compiling says on standard error, and its status.
fn compile(folder: &Path, options: &[&str]) -> (i32, String) {
    let (status, output, error) = kiln(folder, &[&["compile", "model.onnx"], options].concat());
    assert_eq!(output, "");
    (status, error)
}

#[test]
fn what_is_measured_is_kept_and_used() {
    let folder = folder();
    let options = ["--tune", "t", "--tune-shape", "x=40x48", "--tune-seconds", "0.001", "--tune-threads", "1"];
    let (status, said) = compile(folder.path(), &options);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains(" kernels ha"), "{said}");
    let kept = std::fs::read_to_string(folder.path().join("t")).expect("written");
    assert_eq!(kept.lines().count(), 2, "a heading and a kernel: {kept}");
    let (status, said) = compile(folder.path(), &options);
    assert_eq!((status, said.as_str()), (0, "note: the tuning file knows all kernels that have several plans\n"));
    assert_eq!(compile(folder.path(), &["--tuning", "t"]), (0, String::new()));
    assert_eq!(std::fs::read_to_string(folder.path().join("t")).expect("there"), kept);
}

#[test]
fn mistakes_are_told() {
    let folder = folder();
    let fails = |options: &[&str], expected: &str| {
        let (status, said) = compile(folder.path(), options);
        assert!(status != 0 && said.contains(expected), "{options:?}: {said}");
    };
    fails(&["--tune", "t", "--tune-seconds", "0.001"], "give --tune-shape NAME=1x3x224x224");
    fails(&["--tune", "t", "--target", "riscv64"], "does not run riscv64");
    fails(&["--tune", "t", "--target", "x86_64", "--cpu", "x86-64-v2,x86-64-v3"], "name one with --cpu");
    fails(&["--tune", "none/t"], "there is no folder none");
    fails(&["--tune", "t", "--tuning", "t"], "cannot be used with");
    fails(&["--tuning", "none"], "cannot read the tuning file none");
    std::fs::write(folder.path().join("other"), "text").expect("written");
    fails(&["--tuning", "other"], "this is no tuning file");
    fails(&["--tune", "other"], "this is no tuning file");
    assert_eq!(std::fs::read_to_string(folder.path().join("other")).expect("there"), "text");
}
