//! Chains of ops that only move elements.

use crate::matching::{axes_attribute, find_producer, is_elementwise, permute, reshape, shape_of, transpose};
use kiln_ir::{Attribute, Builder, Dim, DimExpr, Module, Op, PatternSet, Rewrite};

pub(super) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("reshape-to-same-type", "graph.reshape", drop_same_type)
        .add_fn("reshape-of-reshape", "graph.reshape", reshape_of_reshape)
        .add_fn("broadcast-to-same-type", "graph.broadcast", drop_same_type)
        .add_fn("broadcast-into-elementwise", "graph.broadcast", broadcast_into_elementwise)
        .add_fn("transpose-identity", "graph.transpose", drop_identity_transpose)
        .add_fn("transpose-of-transpose", "graph.transpose", transpose_of_transpose)
        .add_fn("transpose-to-reshape", "graph.transpose", transpose_to_reshape)
        .add_fn("slice-everything", "graph.slice", slice_everything)
        .add_fn("slice-of-slice", "graph.slice", slice_of_slice)
        .add_fn("pad-nothing", "graph.pad", pad_nothing)
        .add_fn("concat-of-one", "graph.concat", concat_of_one)
        .add_fn("tile-once", "graph.tile", drop_same_type);
}

/// An op that returns its operand's type returns its operand.
fn drop_same_type(module: &mut Module, op: Op) -> Rewrite {
    let value = module.operand(op, 0);
    if module.ty(value) != module.ty(module.result(op, 0)) {
        return Err("the type changes".into());
    }
    module.replace(op, &[value]);
    Ok(())
}

/// `reshape(reshape(x)) = reshape(x)`
fn reshape_of_reshape(module: &mut Module, op: Op) -> Rewrite {
    let inner = find_producer(module, module.operand(op, 0), "graph.reshape").ok_or("the operand is no reshape")?;
    let value = module.operand(inner, 0);
    module.set_operand(op, 0, value);
    Ok(())
}

/// `f(broadcast(x), y) = f(x, y)` where f broadcasts to the same shape anyway
fn broadcast_into_elementwise(module: &mut Module, op: Op) -> Rewrite {
    let (narrow, wide) = (module.operand(op, 0), module.result(op, 0));
    let shape = shape_of(module, wide);
    let aligned = shape.iter().rev().zip(shape_of(module, narrow).iter().rev());
    if aligned.into_iter().any(|(wide, narrow)| narrow != wide && !narrow.is(1)) {
        return Err("that the extents agree is known at run time only".into());
    }
    let takes_narrow = |user: &kiln_ir::Use| {
        let others = || module.operands(user.op).iter().filter(|&&other| other != wide);
        is_elementwise(module, user.op)
            && shape_of(module, module.result(user.op, 0)) == shape
            && others().any(|&other| shape_of(module, other) == shape)
    };
    let uses: Vec<_> = module.uses(wide).iter().filter(|user| takes_narrow(user)).copied().collect();
    if uses.is_empty() {
        return Err("no user broadcasts to this shape by itself".into());
    }
    for user in uses {
        module.set_operand(user.op, user.index, narrow);
    }
    Ok(())
}

/// `transpose(x, identity) = x`
fn drop_identity_transpose(module: &mut Module, op: Op) -> Rewrite {
    let permutation = axes_attribute(module, op, "permutation").ok_or("no permutation")?;
    if permutation.iter().enumerate().any(|(axis, &source)| axis != source) {
        return Err("axes move".into());
    }
    let value = module.operand(op, 0);
    module.replace(op, &[value]);
    Ok(())
}

/// `transpose(transpose(x, p), q) = transpose(x, p[q])`
fn transpose_of_transpose(module: &mut Module, op: Op) -> Rewrite {
    let inner = find_producer(module, module.operand(op, 0), "graph.transpose").ok_or("the operand is no transpose")?;
    let outer = axes_attribute(module, op, "permutation").ok_or("no permutation")?;
    let permutation = permute(&axes_attribute(module, inner, "permutation").ok_or("no permutation")?, &outer);
    let value = module.operand(inner, 0);
    let mut builder = Builder::before(module, op);
    let value = transpose(&mut builder, value, &permutation);
    module.replace(op, &[value]);
    Ok(())
}

/// A transpose that keeps the order of all axes longer than 1 is a reshape.
fn transpose_to_reshape(module: &mut Module, op: Op) -> Rewrite {
    let permutation = axes_attribute(module, op, "permutation").ok_or("no permutation")?;
    let value = module.operand(op, 0);
    let shape = shape_of(module, value);
    let long: Vec<usize> = permutation.into_iter().filter(|&source| !shape[source].is(1)).collect();
    if !long.is_sorted() {
        return Err("axes longer than 1 change order".into());
    }
    let target = shape_of(module, module.result(op, 0));
    let mut builder = Builder::before(module, op);
    let value = reshape(&mut builder, value, target);
    module.replace(op, &[value]);
    Ok(())
}

/// A slice that takes all elements in order is its operand.
fn slice_everything(module: &mut Module, op: Op) -> Rewrite {
    let steps = module.attributes(op).i64s("steps").ok_or("no steps")?;
    if steps.iter().any(|&step| step != 1) {
        return Err("a step is not 1".into());
    }
    // With steps of 1 and the operand's own extents, every start is 0.
    drop_same_type(module, op)
}

/// `slice(slice(x, s1, p1), s2, p2) = slice(x, s1 + p1 * s2, p1 * p2)`
fn slice_of_slice(module: &mut Module, op: Op) -> Rewrite {
    let inner = find_producer(module, module.operand(op, 0), "graph.slice").ok_or("the operand is no slice")?;
    let parts = |op: Op| {
        let starts = module.attribute(op, "starts").and_then(Attribute::as_dims)?;
        Some((starts, module.attributes(op).i64s("steps")?))
    };
    let ((first_starts, first_steps), (second_starts, second_steps)) =
        (parts(inner).zip(parts(op))).ok_or("no starts")?;
    let start = |axis: usize| {
        let step = DimExpr::constant(first_steps[axis]);
        let offset = second_starts[axis].expr()?.checked_mul(step)?;
        Some(Dim::from_expr(first_starts[axis].expr()?.checked_add(offset)?))
    };
    let starts: Option<Vec<Dim>> = (0..first_steps.len()).map(start).collect();
    let starts = starts.ok_or("a start overflows")?;
    let steps: Vec<i64> = first_steps.iter().zip(&second_steps).map(|(first, second)| first * second).collect();
    let value = module.operand(inner, 0);
    module.set_attribute(op, "starts", starts);
    module.set_attribute(op, "steps", steps);
    module.set_operand(op, 0, value);
    Ok(())
}

/// A pad of nothing is its operand.
fn pad_nothing(module: &mut Module, op: Op) -> Rewrite {
    for name in ["low", "high"] {
        let amounts = module.attribute(op, name).and_then(Attribute::as_dims).ok_or("no amounts")?;
        if amounts.iter().any(|amount| !amount.is(0)) {
            return Err("it adds elements".into());
        }
    }
    drop_same_type(module, op)
}

/// `concat(x) = x`
fn concat_of_one(module: &mut Module, op: Op) -> Rewrite {
    if module.operands(op).len() != 1 {
        return Err("it has several operands".into());
    }
    drop_same_type(module, op)
}
