//! Through ops that name axes: the names change with the order.

use super::{Transposed, Undone, build_undone, find_transpose, rebuild, undo};
use crate::matching::{axes_attribute, invert, permute, shape_of, transpose};
use kiln_ir::{Attribute, Builder, Mismatch, Module, Op, PatternSet, Rewrite, Type};

/// Ops with one data operand and how their attributes name axes.
const OPS: &[(&str, &str, Axes)] = &[
    ("sink-transpose-through-reduce-sum", "graph.reduce_sum", Axes::Set("axes")),
    ("sink-transpose-through-reduce-mean", "graph.reduce_mean", Axes::Set("axes")),
    ("sink-transpose-through-reduce-max", "graph.reduce_max", Axes::Set("axes")),
    ("sink-transpose-through-reduce-min", "graph.reduce_min", Axes::Set("axes")),
    ("sink-transpose-through-reduce-product", "graph.reduce_product", Axes::Set("axes")),
    ("sink-transpose-through-softmax", "graph.softmax", Axes::One("axis")),
    ("sink-transpose-through-log-softmax", "graph.log_softmax", Axes::One("axis")),
    ("sink-transpose-through-concat", "graph.concat", Axes::One("axis")),
    ("sink-transpose-through-pad", "graph.pad", Axes::PerAxis(&["low", "high"])),
    ("sink-transpose-through-slice", "graph.slice", Axes::PerAxis(&["starts", "steps"])),
    ("sink-transpose-through-resize", "graph.resize", Axes::PerAxis(&["scales"])),
];

/// `broadcast(transpose(x)) = transpose(broadcast(x))` where nothing grows: such a broadcast only checks extents
pub(super) fn sink_through_broadcast(module: &mut Module, op: Op) -> Rewrite {
    let operand = module.operand(op, 0);
    let Transposed { source, permutation } = find_transpose(module, operand).ok_or("the operand is no transpose")?;
    let (before, after) = (shape_of(module, operand), shape_of(module, module.result(op, 0)));
    if before.len() != after.len() || before.iter().zip(after).any(|(before, after)| before.is(1) && !after.is(1)) {
        return Err("the transpose would move more".into());
    }
    let inner = Type::tensor(&permute(after, &invert(&permutation)), module.ty(operand).scalar());
    let mut builder = Builder::before(module, op);
    let inner = builder.op("graph.broadcast").operand(source).result(inner).value();
    let value = transpose(&mut builder, inner, &permutation);
    module.replace(op, &[value]);
    Ok(())
}

/// How attributes name axes.
#[derive(Clone, Copy)]
enum Axes {
    /// One axis.
    One(&'static str),
    /// A sorted list of axes.
    Set(&'static str),
    /// Lists with an entry for every axis.
    PerAxis(&'static [&'static str]),
}

pub(super) fn add_patterns(patterns: &mut PatternSet) {
    for &(name, op, axes) in OPS {
        patterns.add(SinkThrough { name, op, axes });
    }
}

/// `f(transpose(x), axis) = transpose(f(x, axis'))`
struct SinkThrough {
    name: &'static str,
    op: &'static str,
    axes: Axes,
}

impl kiln_ir::Pattern for SinkThrough {
    fn name(&self) -> &str {
        self.name
    }

    fn root(&self) -> Option<&str> {
        Some(self.op)
    }

    fn rewrite(&self, module: &mut Module, op: Op) -> Rewrite {
        let operands = module.operands(op).to_vec();
        let result = module.result(op, 0);
        let rank = shape_of(module, result).len();
        let found = operands.iter().find_map(|&operand| find_transpose(module, operand));
        let permutation = found.ok_or("no operand is a transpose")?.permutation;
        let refused = || Mismatch::from("another operand would have to be transposed");
        let mut undone = Vec::new();
        for &operand in &operands {
            // A rank-0 operand, such as the value to pad with, has no axes to move.
            let scalar = shape_of(module, operand).is_empty() && rank > 0;
            undone.push(if scalar {
                Undone::Source(operand)
            } else {
                undo(module, operand, &permutation).ok_or_else(refused)?
            });
        }
        let edits = edit_axes(module, op, self.axes, &permutation)?;
        let inner = Type::tensor(&permute(shape_of(module, result), &invert(&permutation)), module.ty(result).scalar());

        let mut builder = Builder::before(module, op);
        let pairs = operands.into_iter().zip(undone);
        let operands: Vec<_> =
            pairs.map(|(value, undone)| build_undone(&mut builder, value, undone, &permutation)).collect();
        let inner = rebuild(&mut builder, op, &operands, &[inner], &edits);
        let inner = builder.module.result(inner, 0);
        let value = transpose(&mut builder, inner, &permutation);
        module.replace(op, &[value]);
        Ok(())
    }
}

/// The attributes that name axes, in the order from before the transpose: its axis `i` was axis `permutation[i]`.
fn edit_axes(
    module: &Module,
    op: Op,
    axes: Axes,
    permutation: &[usize],
) -> Result<Vec<(&'static str, Attribute)>, Mismatch> {
    let missing = || Mismatch::from("an attribute is missing");
    match axes {
        Axes::One(name) => {
            let axis = module.attributes(op).i64(name).ok_or_else(missing)?;
            let axis = usize::try_from(axis).map_err(|_| missing())?;
            Ok(vec![(name, Attribute::i64(permutation[axis] as i64))])
        }
        Axes::Set(name) => {
            let axes = axes_attribute(module, op, name).ok_or_else(missing)?;
            let mut axes: Vec<i64> = axes.into_iter().map(|axis| permutation[axis] as i64).collect();
            axes.sort_unstable();
            Ok(vec![(name, Attribute::i64s(&axes))])
        }
        Axes::PerAxis(names) => {
            if module.attribute(op, "roi").is_some() {
                return Err("a region of interest names axes too".into());
            }
            let inverse = invert(permutation);
            let edit = |&name: &&'static str| {
                let value = module.attribute(op, name)?;
                if let Some(dims) = value.as_dims() {
                    return Some((name, Attribute::dims(&permute(dims, &inverse))));
                }
                Some((name, Attribute::array(&permute(value.as_array()?, &inverse))))
            };
            names.iter().map(|name| edit(name).ok_or_else(missing)).collect()
        }
    }
}
