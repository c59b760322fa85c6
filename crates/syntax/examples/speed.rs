//! Measures reading, verifying and printing IR text: `cargo run --release -p kiln-syntax --example speed [OPS]...`.
//!
//! Two shapes of the same number of ops: one long function, and many short ones that call each other. What is measured
//! must grow with the number of ops alone. Peak memory is that of the process so far, so ask for small counts first.

use kiln_diag::Sink;
use kiln_ir::{Registry, verify};
use kiln_syntax::{PrintOptions, parse, print};
use std::fmt::Write;
use std::time::{Duration, Instant};

const TYPE: &str = "tensor<1x64x56x56xf32>";

/// Ops in each of the short functions: two that compute, a call, a return, the function.
const OPS_OF_FUNCTION: usize = 5;

fn main() {
    let counts: Vec<usize> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let counts = if counts.is_empty() { vec![10_000, 100_000, 1_000_000] } else { counts };
    println!("shape          ops     text     read   verify    print   ops/s read     peak");
    for count in counts {
        measure("one function", count, &one_function(count));
        measure("functions", count, &functions(count / OPS_OF_FUNCTION));
    }
}

fn one_function(count: usize) -> String {
    let mut text = format!("\"func.func\"() ({{\n^bb0(%0: {TYPE}):\n");
    for index in 1..count {
        let previous = index - 1;
        writeln!(
            text,
            "  %{index} = \"test.conv\"(%{previous}, %0) {{strides = [1, 1], index = {index}, layout = \"channels_last\"}} \
             : ({TYPE}, {TYPE}) -> {TYPE}"
        )
        .expect("writing to a string does not fail");
    }
    text + &format!(
        "  \"func.return\"() : () -> ()\n}}) {{function_type = ({TYPE}) -> (), sym_name = \"f\"}} : () -> ()\n"
    )
}

fn functions(count: usize) -> String {
    let mut text = String::new();
    for index in 0..count {
        let callee = (index * 7 + 1) % count;
        writeln!(
            text,
            "\"func.func\"() <{{function_type = ({TYPE}) -> {TYPE}, sym_name = \"f{index}\"}}> ({{\n^bb0(%x: {TYPE}):\n  \
             %y = \"test.relu\"(%x) : ({TYPE}) -> {TYPE}\n  \
             %z = \"func.call\"(%y) <{{callee = @f{callee}}}> : ({TYPE}) -> {TYPE}\n  \
             %w = \"test.add\"(%z, %x) : ({TYPE}, {TYPE}) -> {TYPE}\n  \
             \"func.return\"(%w) : ({TYPE}) -> ()\n}}) : () -> ()"
        )
        .expect("writing to a string does not fail");
    }
    text
}

fn measure(shape: &str, count: usize, text: &str) {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT]);
    let (module, read) = timed(|| parse(text, "speed.mlir", &registry, &Sink::new()).expect("the text is valid"));
    let (problems, verified) = timed(|| verify(&module, module.top()).len());
    assert_eq!(problems, 0, "the IR is valid");
    let options = PrintOptions { generic: true, ..PrintOptions::default() };
    let (_, printed) = timed(|| print(&module, module.top(), &options).len());
    println!(
        "{shape:<12} {count:>7} {:>5} MB {:>6.2} s {:>6.2} s {:>6.2} s {:>12.0} {:>5} MB",
        text.len() >> 20,
        read.as_secs_f64(),
        verified.as_secs_f64(),
        printed.as_secs_f64(),
        count as f64 / read.as_secs_f64(),
        peak_megabytes()
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// The most memory that this process has had so far, where the system says it.
fn peak_megabytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or_default() >> 10
}
