//! `fold-scale`: multiplications and additions by a constant per channel move into the weights before them. This is
//! what folds batch normalization into convolutions.
//!
//! ```mlir
//! %c = graph.conv %x, %w {...}
//! %r = graph.multiply %c, %s           // %s : tensor<1x64x1x1xf32> constant
//! // becomes
//! %ws = graph.multiply %w, %s'         // folded to a constant
//! %r = graph.conv %x, %ws {...}
//! ```

use crate::matching::{constant, reshape, shape_of};
use kiln_ir::{Builder, Dim, Mismatch, Module, Op, PatternSet, Rewrite, Value};
use kiln_tensor::Tensor;

/// The patterns.
pub fn fold_scale_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("fold-scale-into-weights", "graph.multiply", fold_scale).add_fn(
        "fold-offset-into-bias",
        "graph.add",
        fold_offset,
    );
}

/// A linear op with weights, and where its output channels are.
struct Linear {
    op: Op,
    /// Operand index of the weights.
    weights: usize,
    /// The weights' axis of output channels.
    weights_axis: usize,
    /// The result's axis of output channels.
    result_axis: usize,
    has_bias: bool,
}

/// The linear op that computes `value`, if nobody else uses it and its weights are constant.
fn find_linear(module: &Module, value: Value) -> Option<Linear> {
    let op = module.defining_op(value)?;
    if module.attributes(op).bool("widening") == Some(true) {
        return None;
    }
    let rank = shape_of(module, value).len();
    let channels_last = module.attributes(op).str("layout") == Some("channels_last");
    let channel_axis = if channels_last { rank - 1 } else { 1 };
    let has_bias = module.operands(op).len() > 2;
    let name = module.name(op);
    let (weights_axis, result_axis) = match name.as_str() {
        "graph.conv" => (0, channel_axis),
        "graph.conv_transpose" if module.attributes(op).i64("groups").unwrap_or(1) == 1 => (1, channel_axis),
        "graph.matmul" => {
            let weights_rank = shape_of(module, module.operand(op, 1)).len();
            let transposed = module.attributes(op).bool("transpose_b").unwrap_or(false);
            (weights_rank - if transposed { 2 } else { 1 }, rank - 1)
        }
        _ => return None,
    };
    let linear = Linear { op, weights: 1, weights_axis, result_axis, has_bias };
    let foldable = module.has_one_use(value) && will_be_constant(module, module.operand(op, linear.weights));
    foldable.then_some(linear)
}

/// How many ops on constants are looked through: scales and offsets of a few normalizations after each other.
const FOLDED_DEPTH: usize = 16;

/// Whether `value` is a constant, or computed from constants by what these patterns make: `fold-constants` follows.
fn will_be_constant(module: &Module, value: Value) -> bool {
    is_computed_from_constants(module, value, FOLDED_DEPTH)
}

fn is_computed_from_constants(module: &Module, value: Value, depth: usize) -> bool {
    let Some(op) = module.defining_op(value) else { return false };
    match module.name(op).as_str() {
        "graph.constant" => true,
        "graph.multiply" | "graph.add" | "graph.reshape" if depth > 0 => {
            module.operands(op).iter().all(|&operand| is_computed_from_constants(module, operand, depth - 1))
        }
        _ => false,
    }
}

/// The operand that is a linear op and the one that is a constant along its output channels.
fn find_operands(module: &Module, op: Op) -> Result<(Linear, Value), Mismatch> {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    for (value, factor) in [(left, right), (right, left)] {
        let Some(linear) = find_linear(module, value) else { continue };
        if module.ty(value) != module.ty(module.result(op, 0)) {
            return Err("the constant widens the result".into());
        }
        if will_be_constant(module, factor) && varies_along_only(module, factor, value, linear.result_axis) {
            return Ok((linear, factor));
        }
    }
    Err("no operand is a linear op with constant weights and the other a constant per channel".into())
}

/// Whether `factor`, broadcast to `value`, varies along no axis but `axis`.
pub(crate) fn varies_along_only(module: &Module, factor: Value, value: Value, axis: usize) -> bool {
    let (factor, shape) = (shape_of(module, factor), shape_of(module, value));
    let offset = shape.len() - factor.len();
    factor.iter().enumerate().all(|(index, dim)| dim.is(1) || index + offset == axis)
}

/// `factor` (one element, or one for each channel) reshaped to vary along axis `axis` of rank `rank`.
fn along_axis(builder: &mut Builder, factor: Value, axis: usize, rank: usize) -> Value {
    let channels = shape_of(builder.module, factor).iter().copied().find(|dim| !dim.is(1)).unwrap_or(Dim::Static(1));
    let mut shape = vec![Dim::Static(1); rank];
    shape[axis] = channels;
    reshape(builder, factor, &shape)
}

/// `linear(x, w, b) * s = linear(x, w * s, b * s)`
fn fold_scale(module: &mut Module, op: Op) -> Rewrite {
    let (linear, factor) = find_operands(module, op)?;
    let operands = module.operands(linear.op).to_vec();
    let weights_rank = shape_of(module, operands[linear.weights]).len();
    if module.name(linear.op) == "graph.matmul" && weights_rank > 2 {
        return Err("batched weights".into());
    }
    if linear.has_bias && !will_be_constant(module, operands[2]) {
        return Err("the bias is not constant".into());
    }
    // The constant may stand after the linear op, whose only user is `op`: it moves down to where both are known.
    module.move_before(op, linear.op);
    let mut builder = Builder::before(module, linear.op);
    let scale = along_axis(&mut builder, factor, linear.weights_axis, weights_rank);
    let mut scaled = operands.clone();
    scaled[linear.weights] = multiply_like(&mut builder, operands[linear.weights], scale);
    if linear.has_bias {
        let scale = along_axis(&mut builder, factor, 0, 1);
        scaled[2] = multiply_like(&mut builder, operands[2], scale);
    }
    module.set_operands(linear.op, &scaled);
    let result = module.result(linear.op, 0);
    module.replace(op, &[result]);
    Ok(())
}

fn multiply_like(builder: &mut Builder, value: Value, scale: Value) -> Value {
    let ty = builder.module.ty(value);
    builder.op("graph.multiply").operands(&[value, scale]).result(ty).value()
}

/// `conv(x, w, b) + o = conv(x, w, b + o)`
fn fold_offset(module: &mut Module, op: Op) -> Rewrite {
    let (linear, offset) = find_operands(module, op)?;
    if module.name(linear.op) == "graph.matmul" {
        return Err("matmul has no bias; the addition becomes its epilogue".into());
    }
    if linear.has_bias && !will_be_constant(module, module.operand(linear.op, 2)) {
        return Err("the bias is not constant".into());
    }
    let operands = module.operands(linear.op).to_vec();
    let result = module.result(linear.op, 0);
    let channels = shape_of(module, result)[linear.result_axis];
    let Some(count) = channels.as_static() else { return Err("the number of channels is symbolic".into()) };
    let element = module.ty(result).element().ok_or("element type")?;
    let zeros = Tensor::zeros(element, &[count as usize]).map_err(|error| Mismatch::from(error.to_string()))?;
    module.move_before(op, linear.op);
    let mut builder = Builder::before(module, linear.op);
    let bias = if linear.has_bias { operands[2] } else { constant(&mut builder, zeros) };
    let offset = along_axis(&mut builder, offset, 0, 1);
    let ty = builder.module.ty(bias);
    let bias = builder.op("graph.add").operands(&[bias, offset]).result(ty).value();
    module.set_operands(linear.op, &[operands[0], operands[1], bias]);
    module.replace(op, &[result]);
    Ok(())
}
