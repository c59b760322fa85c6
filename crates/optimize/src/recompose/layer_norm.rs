//! Layer normalization (Ba, Kiros and Hinton, "Layer Normalization") from its arithmetic.

use crate::matching::{axes_attribute, find_producer, find_splat, is_constant, reshape, shape_of};
use kiln_ir::{Builder, Dim, Mismatch, Module, Op, PatternSet, Rewrite, Value};

pub(super) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("recompose-layer-norm", "graph.divide", recompose)
        .add_fn("scale-into-layer-norm", "graph.multiply", absorb_scale)
        .add_fn("offset-into-layer-norm", "graph.add", absorb_offset);
}

/// `(x - mean(x)) / sqrt(mean((x - mean(x))^2) + e) = layer_norm(x, e)`
fn recompose(module: &mut Module, op: Op) -> Rewrite {
    let centered = module.operand(op, 0);
    let subtract = find_producer(module, centered, "graph.subtract").ok_or("the dividend is no difference")?;
    let value = module.operand(subtract, 0);
    let mean =
        find_producer(module, module.operand(subtract, 1), "graph.reduce_mean").ok_or("no mean is subtracted")?;
    if module.operand(mean, 0) != value {
        return Err("the mean is of something else".into());
    }
    let root = find_producer(module, module.operand(op, 1), "graph.sqrt").ok_or("the divisor is no square root")?;
    let sum = find_producer(module, module.operand(root, 0), "graph.add").ok_or("nothing is added under the root")?;
    let epsilon = find_splat(module, module.operand(sum, 1)).ok_or("what is added under the root is not constant")?;
    let variance = find_producer(module, module.operand(sum, 0), "graph.reduce_mean").ok_or("no variance")?;
    let square = find_producer(module, module.operand(variance, 0), "graph.multiply").ok_or("no square")?;
    if module.operands(square) != [centered, centered] {
        return Err("the square is of something else".into());
    }
    let axes = axes_attribute(module, mean, "axes").ok_or("no axes")?;
    let rank = shape_of(module, value).len();
    let axis = *axes.first().ok_or("no axes")?;
    let trailing = axes.iter().copied().eq(axis..rank);
    if !trailing || axes_attribute(module, variance, "axes").as_ref() != Some(&axes) {
        return Err("mean and variance are not over the same trailing axes".into());
    }
    let ty = module.ty(module.result(op, 0));
    if module.ty(value) != ty {
        return Err("broadcasting changes the type".into());
    }
    let mut builder = Builder::before(module, op);
    let normalized = builder
        .op("graph.layer_norm")
        .operand(value)
        .attribute("axis", axis as i64)
        .attribute("epsilon", epsilon.to_f64())
        .result(ty)
        .value();
    module.replace(op, &[normalized]);
    Ok(())
}

/// The layer normalization that is one operand of `op` and used by nothing else, and the other operand.
fn find_norm(module: &Module, op: Op) -> Result<(Op, Value), Mismatch> {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    for (value, other) in [(left, right), (right, left)] {
        if let Some(norm) = find_producer(module, value, "graph.layer_norm")
            && module.has_one_use(value)
            && module.ty(value) == module.ty(module.result(op, 0))
        {
            return Ok((norm, other));
        }
    }
    Err("no operand is a layer normalization of its own".into())
}

/// The shape of the normalized axes, if the constant `value` varies along them alone.
fn normalized_shape(module: &Module, norm: Op, value: Value) -> Result<Vec<Dim>, Mismatch> {
    let shape = shape_of(module, module.result(norm, 0));
    let axis = module.attributes(norm).i64("axis").and_then(|axis| usize::try_from(axis).ok()).ok_or("no axis")?;
    let own = shape_of(module, value);
    let leading = own.len().saturating_sub(shape.len() - axis);
    let fits = own.len() >= shape.len() - axis
        && own[leading..] == shape[axis..]
        && own[..leading].iter().all(|dim| dim.is(1));
    if fits && is_constant(module, value) {
        Ok(shape[axis..].to_vec())
    } else {
        Err("not constant along the normalized axes".into())
    }
}

/// `layer_norm(x) * s = layer_norm(x, s)`
fn absorb_scale(module: &mut Module, op: Op) -> Rewrite {
    let (norm, scale) = find_norm(module, op)?;
    if module.operands(norm).len() != 1 {
        return Err("it has a scale".into());
    }
    absorb(module, op, norm, scale)
}

/// `layer_norm(x, s) + b = layer_norm(x, s, b)`
fn absorb_offset(module: &mut Module, op: Op) -> Rewrite {
    let (norm, offset) = find_norm(module, op)?;
    if module.operands(norm).len() != 2 {
        return Err("it has no scale, or an offset already".into());
    }
    absorb(module, op, norm, offset)
}

fn absorb(module: &mut Module, op: Op, norm: Op, value: Value) -> Rewrite {
    let shape = normalized_shape(module, norm, value)?;
    // The constant may stand after the normalization, whose only user is `op`.
    module.move_before(op, norm);
    let mut builder = Builder::before(module, norm);
    let value = reshape(&mut builder, value, &shape);
    let mut operands = module.operands(norm).to_vec();
    operands.push(value);
    module.set_operands(norm, &operands);
    let result = module.result(norm, 0);
    module.replace(op, &[result]);
    Ok(())
}
