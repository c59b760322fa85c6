//! The division by the scale of a quantization, moved into what comes before it.

use super::dequantized::{Dequantized, floats, numbers};
use crate::matching::{find_producer, find_splat, is_constant};
use kiln_ir::{Builder, Module, Op, PatternSet, Rewrite, Value};
use kiln_tensor::ElementType;

/// How many ops between a scale and the division are looked through.
const DEPTH: usize = 6;

/// The patterns.
pub(super) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("scale-into-scale", "graph.divide", divide);
    patterns.add_fn("quantize-of-dequantize", "graph.cast", quantize_again);
}

/// `relu(x * a + y * b) / s = relu(x * (a / s) + y * (b / s))`, of constants
fn divide(module: &mut Module, op: Op) -> Rewrite {
    let (value, divisor) = (module.operand(op, 0), module.operand(op, 1));
    let scale = find_splat(module, divisor).ok_or("the divisor is no one number")?.to_f64();
    let is_usual = module.ty(value).element() == Some(ElementType::F32) && scale.is_normal() && scale > 0.0;
    if !is_usual || !feeds_rounding(module, op) {
        return Err("no quantization".into());
    }
    let is_taken_back = Dequantized::of(module, value)
        .and_then(|bytes| find_splat(module, bytes.scale?))
        .is_some_and(|own| own.to_f64() == scale);
    if is_taken_back {
        return Err("bytes are quantized again as they were".into());
    }
    if is_constant(module, value) || !takes_factor(module, value, DEPTH) {
        return Err("what is divided has no scale".into());
    }
    let divided = scaled(module, value, scale);
    module.replace_all_uses(module.result(op, 0), divided);
    module.erase(op);
    Ok(())
}

fn feeds_rounding(module: &Module, op: Op) -> bool {
    module.users(module.result(op, 0)).into_iter().all(|user| module.is(user, "graph.round"))
}

/// Whether a value is made, for this use alone, of constants and of products with such.
fn takes_factor(module: &Module, value: Value, depth: usize) -> bool {
    if is_constant(module, value) {
        return numbers(module, value).is_some();
    }
    let Some(op) = module.defining_op(value).filter(|_| depth > 0 && module.has_one_use(value)) else { return false };
    match module.name(op).as_str() {
        "graph.multiply" => numbers(module, module.operand(op, 1)).is_some(),
        "graph.relu" => takes_factor(module, module.operand(op, 0), depth - 1),
        "graph.add" | "graph.subtract" => {
            module.operands(op).iter().all(|&operand| takes_factor(module, operand, depth - 1))
        }
        _ => false,
    }
}

/// The value divided by `scale`.
fn scaled(module: &mut Module, value: Value, scale: f64) -> Value {
    let op = module.defining_op(value).expect("checked: a constant or an op that takes a factor");
    if is_constant(module, value) {
        let values: Vec<f64> = numbers(module, value).expect("checked").into_iter().map(|old| old / scale).collect();
        let tensor = module.constant_tensor(value).expect("checked: a constant");
        return floats(&mut Builder::before(module, op), tensor.shape(), &values);
    }
    let first = usize::from(module.is(op, "graph.multiply"));
    for index in first..module.operands(op).len() {
        let operand = scaled(module, module.operand(op, index), scale);
        module.set_operand(op, index, operand);
    }
    value
}

/// `quantize(dequantize(q)) = q`, of the same scale and zero
fn quantize_again(module: &mut Module, op: Op) -> Rewrite {
    let element = module.ty(module.result(op, 0)).element();
    let (low, high) = match element {
        Some(ElementType::I8) => (-128.0, 127.0),
        Some(ElementType::U8) => (0.0, 255.0),
        _ => return Err("the cast is not to bytes".into()),
    };
    let quantized = Quantized::of(module, module.operand(op, 0), (low, high)).ok_or("no quantization")?;
    let bytes = Dequantized::of(module, quantized.value).ok_or("of no bytes")?;
    let number = |value: Option<Value>, none: f64| match value {
        Some(value) => find_splat(module, value).map(|number| number.to_f64()),
        None => Some(none),
    };
    let is_same = number(bytes.zero, 0.0) == Some(quantized.zero) && number(bytes.scale, 1.0) == Some(quantized.scale);
    if !is_same || module.ty(bytes.bytes) != module.ty(module.result(op, 0)) {
        return Err("of another scale or zero".into());
    }
    module.replace_all_uses(module.result(op, 0), bytes.bytes);
    module.erase(op);
    Ok(())
}

/// `min(max(round(value / scale) + zero, low), high)`.
struct Quantized {
    value: Value,
    scale: f64,
    zero: f64,
}

impl Quantized {
    fn of(module: &Module, clamped: Value, (low, high): (f64, f64)) -> Option<Quantized> {
        let operand_and_number = |value: Value, name: &str| {
            let op = find_producer(module, value, name)?;
            Some((module.operand(op, 0), find_splat(module, module.operand(op, 1))?.to_f64()))
        };
        let (value, most) = operand_and_number(clamped, "graph.minimum")?;
        let relu = |value: Value| Some((module.operand(find_producer(module, value, "graph.relu")?, 0), 0.0));
        let (value, least) = operand_and_number(value, "graph.maximum").or_else(|| relu(value))?;
        if (least, most) != (low, high) {
            return None;
        }
        let (value, zero) = operand_and_number(value, "graph.add").unwrap_or((value, 0.0));
        let round = find_producer(module, value, "graph.round")?;
        let (value, scale) = operand_and_number(module.operand(round, 0), "graph.divide")?;
        Some(Quantized { value, scale, zero })
    }
}
