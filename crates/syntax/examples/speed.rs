//! Measures reading and printing: `cargo run --release -p kiln-syntax --example speed [OPS]`.

use kiln_diag::Sink;
use kiln_ir::Registry;
use kiln_syntax::{PrintOptions, parse, print};
use std::time::Instant;

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let registry = Registry::new(&[]);
    let mut text = String::from("%0 = \"test.first\"() : () -> tensor<1x64x56x56xf32>\n");
    for index in 1..count {
        text += &format!(
            "%{index} = \"test.conv\"(%{}, %0) {{strides = [1, 1], index = {index}, layout = \"channels_last\"}} : \
             (tensor<1x64x56x56xf32>, tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32>\n",
            index - 1
        );
    }
    println!("{count} ops, {} MB", text.len() >> 20);
    let start = Instant::now();
    let module = parse(&text, "speed.mlir", &registry, &Sink::new()).expect("valid text");
    println!("read    {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let length = print(&module, module.top(), &PrintOptions::default()).len();
    println!("printed {:.2} s, {} MB", start.elapsed().as_secs_f64(), length >> 20);
}
