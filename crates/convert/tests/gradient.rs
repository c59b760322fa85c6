//! Gradients against differences: of what a graph gives for inputs that are a little larger and a little smaller.

use kiln_convert::onnx_to_graph::{Customs, convert_onnx_to_graph};
use kiln_diag::Sink;
use kiln_interp::Interpreter;
use kiln_ir::{Attribute, Builder, Module, Registry, Type, Value};
use kiln_tensor::Tensor;

/// How far inputs are moved, and how far a gradient may be from what the difference says.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;

type Build = fn(&mut Builder, &[Value]) -> Value;

/// An op of the onnx dialect.
fn op(builder: &mut Builder, name: &str, operands: &[Value], attributes: &[(&str, Attribute)]) -> Value {
    let mut op = builder.op(&format!("onnx.{name}")).operands(operands).result(kiln_onnx::any_type());
    for (name, value) in attributes {
        op = op.attribute(name, *value);
    }
    op.value()
}

fn constant(builder: &mut Builder, tensor: Tensor) -> Value {
    let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let value = builder.module.tensor_attribute(tensor);
    builder.op("onnx.Constant").attribute("value", value).result(ty).value()
}

fn integers(builder: &mut Builder, values: &[i64]) -> Value {
    constant(builder, Tensor::from_values(&[values.len()], values))
}

/// A function of tensors of these shapes and the gradients of all of them.
fn module(shapes: &[&[usize]], build: Build) -> Result<Module, Vec<String>> {
    let registry =
        Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_onnx::DIALECT, &kiln_graph::DIALECT]);
    let mut module = Module::new(registry);
    let body = module.body();
    let inputs: Vec<Type> = shapes.iter().map(|shape| Type::static_tensor(shape, Type::f64())).collect();
    let main = Builder::at_end(&mut module, body).op(kiln_func::FUNC).attribute("sym_name", "main").regions(1).build();
    let block = module.create_block(module.regions(main)[0], &inputs);
    let arguments = module.arguments(block).to_vec();
    let mut builder = Builder::at_end(&mut module, block);
    let y = build(&mut builder, &arguments);
    let names: Vec<Attribute> = (0..shapes.len()).map(|index| Attribute::string(&format!("x{index}"))).collect();
    let operands = [arguments.as_slice(), &arguments, &[y]].concat();
    let gradients = builder.op("onnx.ai.onnx.preview.training.Gradient").operands(&operands);
    let gradients = gradients.attribute("xs", names.clone()).attribute("y", "y");
    let gradients = gradients.results(&vec![kiln_onnx::any_type(); shapes.len()]).build();
    let results = [&[y], builder.module.results(gradients)].concat();
    builder.op(kiln_func::RETURN).operands(&results).build();
    let outputs = vec![kiln_onnx::any_type(); results.len()];
    module.set_attribute(main, "function_type", Type::function(&inputs, &outputs));
    module.set_attribute(main, "arg_names", names);
    let sink = Sink::new();
    match convert_onnx_to_graph(&mut module, &Customs::default(), &sink) {
        true => Ok(module),
        false => Err(sink.take().into_iter().map(|diagnostic| diagnostic.message).collect()),
    }
}

/// What the function and its gradients are.
fn run(module: &Module, inputs: &[(Vec<usize>, Vec<f64>)]) -> Vec<Tensor> {
    let inputs: Vec<Tensor> = inputs.iter().map(|(shape, values)| Tensor::from_values(shape, values)).collect();
    let run = Interpreter::new(module).and_then(|interpreter| interpreter.run(&inputs));
    run.unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(shapes: &[&[usize]], build: Build) {
    let module = module(shapes, build).unwrap_or_else(|messages| panic!("{messages:?}"));
    // Numbers that are neither close to each other nor to where derivatives jump.
    let number = |index: usize| 0.13 + 0.61 * (index as f64 * 0.754_877_666).fract();
    let mut next = 0;
    let mut inputs: Vec<(Vec<usize>, Vec<f64>)> = Vec::new();
    for shape in shapes {
        let count: usize = shape.iter().product();
        inputs.push((shape.to_vec(), (next..next + count).map(number).collect()));
        next += count;
    }
    let total = |inputs: &[(Vec<usize>, Vec<f64>)]| -> f64 { run(&module, inputs)[0].values::<f64>().iter().sum() };
    let found = run(&module, &inputs);
    for input in 0..inputs.len() {
        let gradient = found[1 + input].values::<f64>().into_owned();
        assert_eq!(found[1 + input].shape(), shapes[input]);
        for (place, gradient) in gradient.into_iter().enumerate() {
            let mut moved = [inputs.clone(), inputs.clone()];
            moved[0][input].1[place] -= STEP;
            moved[1][input].1[place] += STEP;
            let difference = (total(&moved[1]) - total(&moved[0])) / (2.0 * STEP);
            let bound = TOLERANCE * difference.abs().max(1.0);
            assert!(
                (gradient - difference).abs() <= bound,
                "element {place} of input {input}: the gradient is {gradient}, the difference {difference}"
            );
        }
    }
}

#[test]
fn elementwise_operators() {
    check(&[&[2, 3], &[3]], |b, x| op(b, "Add", x, &[]));
    check(&[&[2, 3], &[2, 1]], |b, x| op(b, "Sub", x, &[]));
    check(&[&[2, 3], &[1, 3]], |b, x| op(b, "Mul", x, &[]));
    check(&[&[2, 3], &[]], |b, x| op(b, "Div", x, &[]));
    check(&[&[2, 3], &[3]], |b, x| op(b, "Pow", x, &[]));
    check(&[&[2, 3], &[2, 3]], |b, x| op(b, "Min", x, &[]));
    check(&[&[2, 3], &[2, 3]], |b, x| op(b, "Max", x, &[]));
    check(&[&[2, 3], &[2, 3]], |b, x| {
        let is_less = op(b, "Less", x, &[]);
        op(b, "Where", &[is_less, x[1], x[0]], &[])
    });
}

macro_rules! check_functions {
    ($($name:literal),*) => {
        $(check(&[&[5]], |b, x| op(b, $name, x, &[]));)*
    };
}

#[test]
fn functions() {
    check_functions!(
        "Neg",
        "Abs",
        "Exp",
        "Log",
        "Sqrt",
        "Reciprocal",
        "Sin",
        "Cos",
        "Tan",
        "Asin",
        "Acos",
        "Atan",
        "Sinh",
        "Cosh",
        "Tanh",
        "Asinh",
        "Atanh",
        "Erf",
        "Sigmoid",
        "Softplus",
        "Softsign",
        "Relu",
        "LeakyRelu",
        "Elu",
        "Selu",
        "Mish",
        "Gelu",
        "HardSigmoid",
        "HardSwish",
        "Floor",
        "Ceil",
        "Round",
        "Sign"
    );
    check(&[&[5]], |b, x| {
        let one = constant(b, Tensor::scalar(1.0f64));
        let more = op(b, "Add", &[x[0], one], &[]);
        op(b, "Acosh", &[more], &[])
    });
    check(&[&[2, 3]], |b, x| {
        let y = op(b, "Softmax", x, &[]);
        op(b, "Mul", &[y, x[0]], &[])
    });
}

#[test]
fn products() {
    check(&[&[2, 3], &[3, 4]], |b, x| op(b, "MatMul", x, &[]));
    check(&[&[5, 2, 3], &[3, 4]], |b, x| op(b, "MatMul", x, &[]));
    check(&[&[3], &[5, 3, 4]], |b, x| op(b, "MatMul", x, &[]));
    check(&[&[3, 2], &[4, 3], &[4]], |b, x| {
        op(b, "Gemm", x, &[("transA", Attribute::i64(1)), ("transB", Attribute::i64(1))])
    });
}

#[test]
fn reductions() {
    check(&[&[2, 3, 2]], |b, x| reduce(b, "ReduceSum", x));
    check(&[&[2, 3, 2]], |b, x| reduce(b, "ReduceMean", x));
    check(&[&[2, 3, 2]], |b, x| reduce(b, "ReduceMax", x));
    check(&[&[2, 3, 2]], |b, x| reduce(b, "ReduceMin", x));
    check(&[&[2, 3, 2]], |b, x| reduce(b, "ReduceL2", x));
    check(&[&[2, 3, 2]], |b, x| reduce(b, "ReduceLogSumExp", x));
}

/// Along an axis that is dropped, times what is left of the operand.
fn reduce(builder: &mut Builder, name: &str, x: &[Value]) -> Value {
    let axes = integers(builder, &[1]);
    let reduced = op(builder, name, &[x[0], axes], &[("keepdims", Attribute::i64(0))]);
    op(builder, "Mul", &[reduced, reduced], &[])
}

#[test]
fn movement() {
    check(&[&[2, 3, 4]], |b, x| {
        let turned = op(b, "Transpose", x, &[("perm", Attribute::i64s(&[1, 2, 0]))]);
        op(b, "Mul", &[turned, turned], &[])
    });
    check(&[&[2, 6]], |b, x| {
        let shape = integers(b, &[3, 4]);
        let y = op(b, "Reshape", &[x[0], shape], &[]);
        op(b, "Exp", &[y], &[])
    });
    check(&[&[2, 1]], |b, x| {
        let shape = integers(b, &[4, 2, 3]);
        let y = op(b, "Expand", &[x[0], shape], &[]);
        op(b, "Mul", &[y, x[0]], &[])
    });
    check(&[&[4, 5]], |b, x| {
        let [starts, ends] = [integers(b, &[1, 2]), integers(b, &[3, 5])];
        let y = op(b, "Slice", &[x[0], starts, ends], &[]);
        op(b, "Exp", &[y], &[])
    });
    check(&[&[2, 3], &[2, 2]], |b, x| {
        let y = op(b, "Concat", x, &[("axis", Attribute::i64(1))]);
        op(b, "Mul", &[y, y], &[])
    });
    check(&[&[2, 3], &[]], |b, x| {
        let pads = integers(b, &[1, 0, 0, 2]);
        let y = op(b, "Pad", &[x[0], pads, x[1]], &[]);
        op(b, "Exp", &[y], &[])
    });
    check(&[&[3, 4]], |b, x| {
        let indices = constant(b, Tensor::from_values(&[2, 2], &[2i64, 0, 2, -1]));
        let y = op(b, "Gather", &[x[0], indices], &[("axis", Attribute::i64(1))]);
        op(b, "Mul", &[y, y], &[])
    });
}

#[test]
fn what_has_no_rule_is_named() {
    let messages = module(&[&[1, 2, 4, 4], &[1, 2, 2, 2]], |b, x| op(b, "Conv", x, &[]));
    let expected = "ai.onnx.preview.training.Gradient: graph.conv: no rule says what its derivative is";
    assert_eq!(messages.err(), Some(vec![expected.to_owned()]));
}
