//! Ops that move elements, or pick the largest of a window, applied to bytes.

use super::dequantized::{Dequantized, binary, is_single, to_rank};
use crate::matching::{axes_attribute, cast, find_splat, shape_of, transpose};
use kiln_ir::{Builder, Module, Op, PatternSet, Rewrite, Type};

/// Ops of one operand that move elements as they are.
const MOVES: [&str; 4] = ["graph.reshape", "graph.transpose", "graph.slice", "graph.max_pool"];

/// The patterns.
pub(super) fn add_patterns(patterns: &mut PatternSet) {
    for name in MOVES {
        patterns.add_fn("move-bytes", name, move_bytes);
    }
}

/// `move((q - zero) * scale) = (move(q) - zero) * scale`
fn move_bytes(module: &mut Module, op: Op) -> Rewrite {
    let whole = Dequantized::of(module, module.operand(op, 0)).ok_or("the operand was no bytes")?;
    let result = module.result(op, 0);
    if module.operands(op).len() != 1 || module.results(op).len() != 1 {
        return Err("it moves more than one tensor".into());
    }
    let by_axis = whole.parameters().any(|parameter| !is_single(module, parameter));
    let permutation = axes_attribute(module, op, "permutation").filter(|_| module.is(op, "graph.transpose"));
    if by_axis && permutation.is_none() {
        return Err("zero or scale vary".into());
    }
    let is_positive = whole.scale.is_none_or(|scale| find_splat(module, scale).is_some_and(|one| one.to_f64() > 0.0));
    if module.is(op, "graph.max_pool") && !is_positive {
        return Err("the scale may be negative".into());
    }
    let element = module.ty(result).element().expect("tensors of the graph dialect have element types");
    let bytes = Type::tensor(shape_of(module, result), module.ty(whole.bytes).scalar());
    let (name, attributes) = (module.name(op), module.attributes(op).clone());
    let rank = shape_of(module, whole.bytes).len();
    let mut builder = Builder::before(module, op);
    let b = &mut builder;
    let mut made = b.op(name.as_str()).operand(whole.bytes);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let moved = made.result(bytes).value();
    let mut value = cast(b, moved, element);
    for (parameter, op) in [(whole.zero, "graph.subtract"), (whole.scale, "graph.multiply")] {
        let Some(mut parameter) = parameter else { continue };
        if by_axis && let Some(permutation) = &permutation {
            parameter = to_rank(b, parameter, rank);
            parameter = transpose(b, parameter, permutation);
        } else {
            parameter = crate::matching::reshape(b, parameter, &[]);
        }
        value = binary(b, op, value, parameter);
    }
    module.replace_all_uses(result, value);
    module.erase(op);
    Ok(())
}
