//! Measures the optimizer on graphs of growing size: `cargo run --release -p kiln-registry --example optimizer_speed
//! [OPS|MODEL.onnx]... [--passes]`.
//!
//! Graphs are what models are made of, over and over: residual blocks of convolutions with batch normalization as it is
//! exported, attention, a gated network, chains of shape ops, values computed twice. Time must grow with the number of ops
//! alone. `--passes` prints the time of each pass, too.

use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use kiln_ir::{Attribute, Builder, Module, Type, Value};
use kiln_pass::{PassManager, Pipeline};
use kiln_registry::pipeline::conversion;
use kiln_registry::{dialects, passes};
use kiln_tensor::Tensor;
use std::path::Path;

const STAGES: [&str; 3] = ["pre", "core{relaxed=true}", "post"];

/// Channels of the convolutions, and features of a token.
const WIDTH: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let shows_passes = arguments.iter().any(|argument| argument == "--passes");
    let mut inputs: Vec<String> = arguments.into_iter().filter(|argument| argument != "--passes").collect();
    if inputs.is_empty() {
        inputs = ["1000", "10000", "100000"].map(str::to_owned).into();
    }
    println!("    ops       pre      core      post     total    ops/s   ops after");
    for input in inputs {
        let module = match input.parse() {
            Ok(count) => graph(count),
            Err(_) => model(Path::new(&input)),
        };
        measure(module, shows_passes);
    }
}

/// A model's graph, as converted.
fn model(path: &Path) -> Module {
    let sink = Sink::new();
    let mut module = kiln_import_onnx::FORMAT
        .import_file(path, &dialects(), &ImportOptions::default(), &sink)
        .expect("the model imports");
    let pipeline = Pipeline::parse(conversion(), passes()).expect("conversion is a pipeline");
    let outcome = PassManager::new(pipeline).run(&mut module, &sink, &mut std::io::sink());
    assert!(outcome.succeeded, "the model converts");
    module
}

fn measure(mut module: Module, shows_passes: bool) {
    let before = module.walk(module.top()).len();
    let mut seconds = Vec::new();
    for stage in STAGES {
        let pipeline = Pipeline::parse(stage, passes()).expect("the stage is a pipeline");
        let mut manager = PassManager::new(pipeline);
        manager.instrumentation.verify_each = false;
        let outcome = manager.run(&mut module, &Sink::new(), &mut std::io::sink());
        assert!(outcome.succeeded, "{stage} runs");
        if shows_passes {
            print!("{}", outcome.timing);
        }
        seconds.push(outcome.timing.duration.as_secs_f64());
    }
    let total: f64 = seconds.iter().sum();
    print!("{before:>7}");
    seconds.iter().for_each(|seconds| print!(" {seconds:>7.3} s"));
    println!(" {total:>7.3} s {:>8.0} {:>11}", before as f64 / total, module.walk(module.top()).len());
}

/// A graph of about `count` ops.
fn graph(count: usize) -> Module {
    let mut module = Module::new(dialects());
    let body = module.body();
    let main = Builder::at_end(&mut module, body).op("func.func").attribute("sym_name", "main").regions(1).build();
    let image = Type::static_tensor(&[1, WIDTH, 8, 8], Type::f32());
    let tokens = Type::static_tensor(&[1, 4, WIDTH], Type::f32());
    let block = module.create_block(module.regions(main)[0], &[image, tokens]);
    let [mut image, mut tokens] = [module.arguments(block)[0], module.arguments(block)[1]];
    let types = [module.ty(image), module.ty(tokens)];
    module.set_attribute(main, "function_type", Type::function(&types, &types));
    let mut net = Net { builder: Builder::at_end(&mut module, block), weights: 0 };
    // Every op but the function itself and its return.
    while net.builder.module.op_capacity() < count {
        image = net.residual_block(image);
        tokens = net.attention(tokens);
        tokens = net.gated(tokens);
        image = net.shape_chain(image);
    }
    net.builder.op("func.return").operands(&[image, tokens]).build();
    module
}

struct Net<'m> {
    builder: Builder<'m>,
    weights: u32,
}

impl Net<'_> {
    fn op(&mut self, name: &str, operands: &[Value]) -> Value {
        self.builder.op(&format!("graph.{name}")).operands(operands).value()
    }

    fn constant(&mut self, tensor: Tensor) -> Value {
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        let value = self.builder.module.tensor_attribute(tensor);
        self.builder.op("graph.constant").attribute("value", value).result(ty).value()
    }

    fn number(&mut self, number: f32) -> Value {
        self.constant(Tensor::scalar(number))
    }

    /// Weights like no other.
    fn weights(&mut self, shape: &[usize]) -> Value {
        self.weights += 1;
        let count = shape.iter().product::<usize>() as u32;
        let number =
            |index: u32| 0.5 + ((index * 31 + self.weights * 17) % 997) as f32 / 1000.0 + self.weights as f32 * 1e-5;
        self.constant(Tensor::from_values(shape, &(0..count).map(number).collect::<Vec<f32>>()))
    }

    fn reshape(&mut self, value: Value, shape: &[usize]) -> Value {
        let ty = Type::static_tensor(shape, Type::f32());
        self.builder.op("graph.reshape").operand(value).result(ty).value()
    }

    fn transpose(&mut self, value: Value, permutation: &[i64]) -> Value {
        self.builder.op("graph.transpose").operand(value).attribute("permutation", permutation.to_vec()).value()
    }

    fn conv(&mut self, x: Value) -> Value {
        let filter = self.weights(&[WIDTH, WIDTH, 3, 3]);
        let ones = || vec![1i64, 1];
        let conv = self.builder.op("graph.conv").operands(&[x, filter]).attribute("layout", "channels_first");
        let conv = conv.attribute("strides", ones()).attribute("dilations", ones()).attribute("groups", 1i64);
        conv.attribute("pad_low", ones()).attribute("pad_high", ones()).value()
    }

    /// Convolution, batch normalization spelled out, activation, twice, around a skip connection.
    fn residual_block(&mut self, x: Value) -> Value {
        let mut y = x;
        for _ in 0..2 {
            let convolved = self.conv(y);
            let (scale, offset) = (self.weights(&[1, WIDTH, 1, 1]), self.weights(&[1, WIDTH, 1, 1]));
            let scaled = self.op("multiply", &[convolved, scale]);
            let normalized = self.op("add", &[scaled, offset]);
            y = self.op("relu", &[normalized]);
        }
        let sum = self.op("add", &[x, y]);
        // Keeps numbers in range however deep the graph.
        self.op("tanh", &[sum])
    }

    /// Self-attention with one head per half of the features, as exporters spell it.
    fn attention(&mut self, x: Value) -> Value {
        let half = WIDTH / 2;
        let project = |net: &mut Self, permutation: &[i64]| {
            let weights = net.weights(&[WIDTH, WIDTH]);
            let projected = net.op("matmul", &[x, weights]);
            let split = net.reshape(projected, &[1, 4, 2, half]);
            net.transpose(split, permutation)
        };
        let (query, key) = (project(self, &[0, 2, 1, 3]), project(self, &[0, 2, 3, 1]));
        let value = project(self, &[0, 2, 1, 3]);
        let scores = self.op("matmul", &[query, key]);
        let root = self.number(2.0);
        let scores = self.op("divide", &[scores, root]);
        let weights = self.builder.op("graph.softmax").operand(scores).attribute("axis", 3i64).value();
        let mixed = self.op("matmul", &[weights, value]);
        let back = self.transpose(mixed, &[0, 2, 1, 3]);
        let joined = self.reshape(back, &[1, 4, WIDTH]);
        self.op("add", &[x, joined])
    }

    /// Layer normalization and gelu spelled out; the gate is computed twice.
    fn gated(&mut self, x: Value) -> Value {
        let mean = self.builder.op("graph.reduce_mean").operand(x).attribute("axes", vec![2i64]).value();
        let centered = self.op("subtract", &[x, mean]);
        let squared = self.op("multiply", &[centered, centered]);
        let variance = self.builder.op("graph.reduce_mean").operand(squared).attribute("axes", vec![2i64]).value();
        let epsilon = self.number(1e-5);
        let variance = self.op("add", &[variance, epsilon]);
        let deviation = self.op("sqrt", &[variance]);
        let normal = self.op("divide", &[centered, deviation]);
        let weights = self.weights(&[WIDTH, WIDTH]);
        let wide = self.op("matmul", &[normal, weights]);
        let (root, one, half) = (self.number(std::f32::consts::SQRT_2), self.number(1.0), self.number(0.5));
        let divided = self.op("divide", &[wide, root]);
        let erf = self.op("erf", &[divided]);
        let shifted = self.op("add", &[erf, one]);
        let product = self.op("multiply", &[wide, shifted]);
        let gelu = self.op("multiply", &[product, half]);
        let (gate, again) = (self.op("sigmoid", &[x]), self.op("sigmoid", &[x]));
        let (left, right) = (self.op("multiply", &[gelu, gate]), self.op("multiply", &[gelu, again]));
        self.op("add", &[left, right])
    }

    /// Reshapes and transposes that mean nothing together, a concatenation taken apart again, a sum of constants.
    fn shape_chain(&mut self, x: Value) -> Value {
        let last = self.transpose(x, &[0, 2, 3, 1]);
        let flat = self.reshape(last, &[1, 64, WIDTH]);
        let back = self.reshape(flat, &[1, 8, 8, WIDTH]);
        let first = self.transpose(back, &[0, 3, 1, 2]);
        let joined = self.builder.op("graph.concat").operands(&[first, x]).attribute("axis", 1i64).value();
        let starts = Attribute::dims(&[0i64, 0, 0, 0].map(|start| kiln_ir::Dim::from(start as u64)));
        let ty = self.builder.module.ty(x);
        let part = self.builder.op("graph.slice").operand(joined).attribute("starts", starts);
        let part = part.attribute("steps", vec![1i64; 4]).result(ty).value();
        let (one, two) = (self.number(0.25), self.number(0.75));
        let sum = self.op("add", &[one, two]);
        self.op("multiply", &[part, sum])
    }
}
