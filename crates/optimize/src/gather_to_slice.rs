//! Gathering at constant indices that are evenly spaced is taking a slice.
//!
//! ```mlir
//! %i = graph.constant {value = dense<1> : tensor<i64>}
//! %r = graph.gather %x, %i {axis = 1}       // %x : tensor<2x3x4xf32>
//! // becomes
//! %s = graph.slice %x {starts = #kiln.dims<[0, 1, 0]>, steps = [1, 1, 1]}
//! %r = graph.reshape %s : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
//! ```

use crate::matching::{reshape, shape_of};
use kiln_ir::{Attribute, Builder, Dim, DimExpr, Module, Op, Rewrite, Type};
use kiln_tensor::scalar::scalars;

/// The most indices that are looked at for a step they have in common.
const MOST_INDICES: usize = 1 << 16;

/// `gather(x, [s, s + p, s + 2p, ...]) = reshape(slice(x, s, p))`
pub(crate) fn gather_to_slice(module: &mut Module, op: Op) -> Rewrite {
    let (source, indices) = (module.operand(op, 0), module.operand(op, 1));
    let indices = module.constant_tensor(indices).ok_or("the indices are not constant")?;
    if indices.len() > MOST_INDICES {
        return Err("there are too many indices".into());
    }
    let axis = module.attributes(op).i64("axis").and_then(|axis| usize::try_from(axis).ok()).ok_or("no axis")?;
    let shape = shape_of(module, source);
    let extent = shape[axis].expr().ok_or("the extent is unknown")?;
    let indices = scalars(&indices).ok_or("the indices are no numbers")?;
    // From the end, where it is known where that is.
    let from_start = |index: i64| if index < 0 { index + extent.as_constant().unwrap_or(0) } else { index };
    let numbers: Vec<i64> = indices.iter().map(|index| from_start(index.to_f64() as i64)).collect();
    let (&first, rest) = numbers.split_first().ok_or("there are no indices")?;
    let step = rest.first().map_or(1, |second| second - first);
    let is_even = numbers.windows(2).all(|pair| pair[1] - pair[0] == step) && step != 0;
    let same_sign = numbers.iter().all(|&index| (index < 0) == (first < 0));
    if !is_even || !same_sign {
        return Err("the indices are not evenly spaced".into());
    }
    let in_range = |index: &i64| extent.as_constant().is_none_or(|extent| (0..extent).contains(index));
    if !numbers.iter().all(in_range) {
        return Err("an index is out of range: that is reported at run time".into());
    }
    let base = if first < 0 { extent } else { DimExpr::constant(0) };
    let start = base.checked_add(DimExpr::constant(first)).ok_or("the index overflows")?;
    let mut starts = vec![Dim::Static(0); shape.len()];
    let (mut steps, mut taken) = (vec![1i64; shape.len()], shape.to_vec());
    (starts[axis], steps[axis], taken[axis]) = (Dim::from_expr(start), step, Dim::Static(numbers.len() as u64));

    let result = shape_of(module, module.result(op, 0));
    let ty = Type::tensor(&taken, module.ty(source).scalar());
    let mut builder = Builder::before(module, op);
    let slice = builder.op("graph.slice").operand(source).attribute("starts", Attribute::dims(&starts));
    let slice = slice.attribute("steps", steps).result(ty).value();
    let value = reshape(&mut builder, slice, result);
    module.replace(op, &[value]);
    Ok(())
}
