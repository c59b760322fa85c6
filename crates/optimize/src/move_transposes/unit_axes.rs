//! Reshapes move from operands to results of elementwise ops, as transposes do: what a transpose of an image of one pixel
//! is by then. They cost nothing themselves, but part an op from its epilogue.

use super::{align, rebuild};
use crate::matching::{find_producer, is_constant, is_elementwise, reshape, shape_of};
use kiln_ir::{Builder, Dim, Module, Op, Pattern, Rewrite, Type, Value};

/// `f(reshape(x), c) = reshape(f(x, c'))`
pub(super) struct SinkReshape;

impl Pattern for SinkReshape {
    fn name(&self) -> &str {
        "sink-reshape-through-elementwise"
    }

    fn root(&self) -> Option<&str> {
        None
    }

    fn rewrite(&self, module: &mut Module, op: Op) -> Rewrite {
        if !is_elementwise(module, op) || module.results(op).len() != 1 {
            return Err("not an elementwise op".into());
        }
        let result = module.result(op, 0);
        let shape = shape_of(module, result);
        let operands = module.operands(op).to_vec();
        let source = |&operand: &Value| {
            let reshaped = find_producer(module, operand, "graph.reshape")?;
            (shape_of(module, operand) == shape).then(|| module.operand(reshaped, 0))
        };
        let computed = |&value: &Value| !is_constant(module, value) && module.defining_op(value).is_some();
        let found = operands.iter().filter_map(source).find(computed).ok_or("no operand is a reshape of full size")?;
        let inner = shape_of(module, found);
        let shapes: Option<Vec<Vec<Dim>>> =
            operands.iter().map(|&operand| shape_before(module, operand, inner, shape)).collect();
        let shapes = shapes.ok_or("another operand does not broadcast to the shape before the reshape")?;

        let mut builder = Builder::before(module, op);
        let pairs = operands.into_iter().zip(shapes);
        let operands: Vec<Value> = pairs.map(|(value, shape)| reshape(&mut builder, value, &shape)).collect();
        let ty = Type::tensor(inner, builder.module.ty(result).scalar());
        let made = rebuild(&mut builder, op, &operands, &[ty], &[]);
        let value = builder.module.result(made, 0);
        let value = reshape(&mut builder, value, shape);
        module.replace(op, &[value]);
        Ok(())
    }
}

/// The shape in which an operand broadcasts to `inner` as it did to `outer`, of which `inner` is a reshape. Another
/// computed operand of full size would be parted from what computes it, and the reshape might come back.
fn shape_before(module: &Module, operand: Value, inner: &[Dim], outer: &[Dim]) -> Option<Vec<Dim>> {
    let own = shape_of(module, operand);
    if own == outer {
        let undone = find_producer(module, operand, "graph.reshape")
            .is_some_and(|reshaped| shape_of(module, module.operand(reshaped, 0)) == inner);
        return (undone || is_constant(module, operand)).then(|| inner.to_vec());
    }
    if own.iter().all(|dim| dim.is(1)) {
        return Some(Vec::new());
    }
    let long = |shape: &[Dim]| -> Vec<usize> { (0..shape.len()).filter(|&axis| !shape[axis].is(1)).collect() };
    let (inner_axes, outer_axes) = (long(inner), long(outer));
    let same = inner_axes.iter().map(|&axis| inner[axis]).eq(outer_axes.iter().map(|&axis| outer[axis]));
    let own = align(own, outer.len());
    let fits = same && own.iter().zip(outer).all(|(own, outer)| own == outer || own.is(1));
    let mut shape = vec![Dim::Static(1); inner.len()];
    for (&axis, &place) in inner_axes.iter().zip(&outer_axes) {
        shape[axis] = own[place];
    }
    fits.then_some(shape)
}
