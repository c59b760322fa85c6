//! Through ops that name axes: the names change with the order.

use super::{Transposed, find_transpose};
use crate::matching::{axes_attribute, invert, permute, shape_of, transpose};
use kiln_ir::{Attribute, Builder, Mismatch, Module, Op, Rewrite, Type};

/// Ops that name axes, and how their attributes do.
const OPS: &[(&str, Axes)] = &[
    ("graph.reduce_sum", Axes::Set("axes")),
    ("graph.reduce_mean", Axes::Set("axes")),
    ("graph.reduce_max", Axes::Set("axes")),
    ("graph.reduce_min", Axes::Set("axes")),
    ("graph.reduce_product", Axes::Set("axes")),
    ("graph.softmax", Axes::One("axis")),
    ("graph.log_softmax", Axes::One("axis")),
    ("graph.concat", Axes::One("axis")),
    ("graph.pad", Axes::PerAxis(&["low", "high"])),
    ("graph.slice", Axes::PerAxis(&["starts", "steps"])),
    ("graph.resize", Axes::PerAxis(&["scales"])),
];

/// How `op` names axes, if it is one that does.
pub(super) fn axes_of(module: &Module, op: Op) -> Option<Axes> {
    let name = module.name(op);
    OPS.iter().find(|(op, _)| *op == name.as_str()).map(|(_, axes)| *axes)
}

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
#[derive(Clone, Copy, Debug)]
pub(super) enum Axes {
    /// One axis.
    One(&'static str),
    /// A sorted list of axes.
    Set(&'static str),
    /// Lists with an entry for every axis.
    PerAxis(&'static [&'static str]),
}

/// The attributes that name axes, in the order from before the transpose: its axis `i` was axis `permutation[i]`.
pub(super) fn edit_axes(
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
