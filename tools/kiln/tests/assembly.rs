//! The innermost loops of matrix kernels, as compiled for processors of every family: multiplications fill them, what they
//! load is used several times, and nothing is spilled.

mod command;
mod onnx;

use command::kiln;
use onnx::FLOAT;
use std::collections::HashMap;

/// The loop of a text of assembly that has the most fused multiply-adds: its instructions.
fn hottest_loop(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let label =
        |line: &'_ str| line.split_once(':').map(|(name, _)| name.to_owned()).filter(|name| name.starts_with(".L"));
    let labels: HashMap<String, usize> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((label(line)?, at))).collect();
    let loops = lines.iter().enumerate().filter_map(|(end, line)| {
        let target = line.rsplit([' ', '\t']).next().filter(|target| target.starts_with(".L"))?;
        let start = *labels.get(target).filter(|&&start| start < end)?;
        let body = &lines[start + 1..=end];
        // Only innermost ones: nothing else begins inside.
        let is_innermost = body.iter().all(|line| label(line).is_none());
        let is_instruction = |line: &&&str| !line.is_empty() && !line.starts_with(['.', '#', '/']);
        is_innermost.then(|| body.iter().filter(is_instruction).copied().collect::<Vec<_>>())
    });
    loops.max_by_key(|body| body.iter().filter(|line| is_fma(line)).count()).expect("a kernel has a loop")
}

fn is_fma(line: &str) -> bool {
    ["fmla", "vfmacc", "vfmadd"].iter().any(|name| line.starts_with(name))
}

fn is_load(line: &str) -> bool {
    ["ld", "vle", "fl", "vmovup", "vmovap", "vbroadcast"].iter().any(|name| line.starts_with(name))
}

fn matmul() -> onnx::Model {
    onnx::Model::default()
        .input("x", FLOAT, &["96", "256"])
        .weight("w", &[256, 128], &vec![0.5; 256 * 128])
        .node("MatMul", &["x", "w"], "y")
        .output("y", FLOAT, &["96", "128"])
}

/// 3x3 of stride 2, for which there is no algorithm of fewer multiplications.
fn convolution() -> onnx::Model {
    let conv = onnx::Node::new("Conv", &["x", "w"], &["y"]).ints("pads", &[1; 4]).ints("strides", &[2, 2]);
    onnx::Model::default()
        .input("x", FLOAT, &["1", "64", "56", "56"])
        .weight("w", &[128, 64, 3, 3], &vec![0.5; 128 * 64 * 9])
        .add(conv)
        .output("y", FLOAT, &["1", "128", "28", "28"])
}

/// Fused multiply-adds of a loop, and for how many of them there is one load or one instruction of any kind, at most.
fn check(target: &str, cpu: &str, fmas: usize, per_load: f64, of_all: f64) {
    for model in [matmul(), convolution()] {
        let directory = tempfile::tempdir().expect("writable");
        std::fs::write(directory.path().join("model.onnx"), model.to_bytes()).expect("writable");
        let arguments = ["compile", "model.onnx", "--emit", "asm", "--target", target, "--cpu", cpu];
        let (status, text, error) = kiln(directory.path(), &arguments);
        assert_eq!(status, 0, "{error}");
        let body = hottest_loop(&text);
        let count = |of: fn(&str) -> bool| body.iter().filter(|line| of(line)).count();
        let found = count(is_fma);
        assert_eq!(found, fmas, "{cpu}: {body:#?}");
        assert!(found as f64 >= per_load * count(is_load) as f64, "{cpu}: loads: {body:#?}");
        assert!(found as f64 >= of_all * body.len() as f64, "{cpu}: instructions: {body:#?}");
        let spills = count(|line| line.contains("[sp") || line.contains("(sp)") || line.contains("(%rsp"));
        assert_eq!(spills, 0, "{cpu}: {body:#?}");
    }
}

/// Tiles of 14 rows by 2 vectors, 4 steps at a time.
#[test]
fn x86_64_with_32_registers() {
    check("x86_64", "x86-64-v4", 4 * 14 * 2, 1.7, 0.55);
}

/// Tiles of 6 rows by 2 vectors.
#[test]
fn x86_64_with_16_registers() {
    check("x86_64", "x86-64-v3", 4 * 6 * 2, 1.4, 0.45);
}

/// Tiles of 6 rows by 4 vectors; elements of rows are multiplied lane by lane.
#[test]
fn aarch64() {
    check("aarch64", "generic", 4 * 6 * 4, 3.0, 0.7);
}

/// The same; elements of rows are scalars.
#[test]
fn riscv64() {
    check("riscv64", "rv64gcv", 4 * 6 * 4, 2.4, 0.6);
}
