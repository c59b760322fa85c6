//! Shapes, and operators that change nothing else.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{
    constant, dim, element_count, expr, floor_divide, multiply, normalize_axes, normalize_axis, show,
};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("Shape", |node| {
        let x = node.input(0)?;
        Ok(vec![shape_of(node, x)?])
    }),
    row("VariableShape", |node| {
        let x = node.input(0)?;
        Ok(vec![shape_of(node, x)?])
    }),
    row("ShapeN", |node| {
        let inputs = node.inputs()?;
        inputs.into_iter().map(|x| shape_of(node, x)).collect()
    }),
    row("Size", |node| {
        let x = node.input(0)?;
        let count = element_count(node.shape(x))?;
        let (count, element) = (node.extent(count), node.element_attribute("out_type", ElementType::I32)?);
        Ok(vec![node.cast(count, element)?])
    }),
    row("Rank", |node| {
        let rank = node.rank(node.input(0)?) as i32;
        Ok(vec![node.tensor(Tensor::scalar(rank))?])
    }),
    row("Reshape", reshape),
    row("ExpandDims", |node| {
        let x = node.input(0)?;
        let (own, _) = node.split_parts(x);
        let axis = normalize_axis(node.one_int(1, "the axis")?, own.len() + 1)?;
        let mut shape = node.shape(x).to_vec();
        shape.insert(axis, Dim::Static(1));
        Ok(vec![node.reshape(x, &shape)?])
    }),
    row("Squeeze", squeeze),
    row("EnsureShape", |node| {
        let x = node.input(0)?;
        let wanted = node.attribute("shape").and_then(|shape| shape.as_dims());
        let Some(wanted) = wanted.filter(|wanted| wanted.len() == node.rank(x)) else { return Ok(vec![x]) };
        let pick = |(&wanted, &own): (&Dim, &Dim)| if wanted == Dim::Unknown { own } else { wanted };
        let shape: Vec<Dim> = wanted.iter().zip(node.shape(x)).map(pick).collect();
        Ok(vec![node.expect_shape(x, &shape, "the input")?])
    }),
    row("BroadcastTo", |node| {
        let (x, shape) = (node.input(0)?, node.input(1)?);
        let shape = shape_from(node, shape)?;
        Ok(vec![node.broadcast(x, &shape)?])
    }),
    row("BroadcastArgs", |node| {
        let shapes = [0, 1].map(|index| node.input(index).and_then(|shape| node.extents(shape, "a shape")));
        let [left, right] = shapes;
        let dims = |exprs: Vec<DimExpr>| exprs.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>();
        let (left, right) = (dims(left?)?, dims(right?)?);
        let common = crate::conversion::emit::broadcast_shape(&[&left, &right])?;
        let common = node.shape_vector(&common)?;
        let element = node.element(node.input(0)?);
        Ok(vec![node.cast(common, element)?])
    }),
    row("Fill", |node| {
        let (shape, value) = (node.input(0)?, node.input(1)?);
        let shape = shape_from(node, shape)?;
        let value = node.reshape(value, &[])?;
        Ok(vec![node.broadcast(value, &shape)?])
    }),
    row("Empty", |node| {
        let shape = node.input(0)?;
        let shape = shape_from(node, shape)?;
        let element = node.element_attribute("dtype", ElementType::F32)?;
        let zero = super::elementwise::constant_of(node, element, 0.0)?;
        Ok(vec![node.broadcast(zero, &shape)?])
    }),
    row("Transpose", |node| {
        let x = node.input(0)?;
        let permutation = node.constant_ints(node.input(1)?, "the permutation")?;
        let rank = node.split_parts(x).0.len();
        let mut axes: Vec<usize> =
            permutation.iter().map(|&axis| normalize_axis(axis, rank)).collect::<Result<_, _>>()?;
        if axes.len() != rank || normalize_axes(&permutation, rank)?.len() != rank {
            return Err(format!("the permutation must be of {rank} axes"));
        }
        axes.extend(rank..node.rank(x));
        Ok(vec![node.transpose(x, &axes)?])
    }),
    row("InvertPermutation", |node| {
        let x = node.input(0)?;
        let permutation = node.constant_ints(x, "the permutation")?;
        let mut inverse = vec![0; permutation.len()];
        for (place, &target) in permutation.iter().enumerate() {
            *inverse.get_mut(usize::try_from(target).unwrap_or(usize::MAX)).ok_or("it is no permutation")? =
                place as i64;
        }
        let inverse = node.vector(inverse.into_iter().map(constant).collect());
        let element = node.element(x);
        Ok(vec![node.cast(inverse, element)?])
    }),
    row("Tile", tile),
    row("Roll", roll),
];

fn shape_of(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let shape = node.shape(x).to_vec();
    let (vector, element) = (node.shape_vector(&shape)?, node.element_attribute("out_type", ElementType::I32)?);
    node.cast(vector, element)
}

/// The extents that a tensor lists.
pub(crate) fn shape_from(node: &mut Node, listed: Tracked) -> Result<Vec<Dim>, String> {
    node.counts_of(listed)?.into_iter().map(dim).collect()
}

/// One extent may be -1: it is what is left.
fn reshape(node: &mut Node) -> Results {
    let (x, wanted) = (node.input(0)?, node.input(1)?);
    let wanted = node.integers_of(wanted)?;
    let (own, parts) = node.split_parts(x);
    let shape = [resolve(own, &wanted)?.as_slice(), parts].concat();
    Ok(vec![node.reshape(x, &shape)?])
}

/// The extents of a result of which one may be -1.
pub(crate) fn resolve(from: &[Dim], wanted: &[DimExpr]) -> Result<Vec<Dim>, String> {
    let is_left = |extent: &DimExpr| extent.as_constant() == Some(-1);
    let open: Vec<usize> = (0..wanted.len()).filter(|&axis| is_left(&wanted[axis])).collect();
    let mut shape = Vec::new();
    for extent in wanted {
        shape.push(if is_left(extent) { constant(1) } else { *extent });
    }
    match open.as_slice() {
        [] => {}
        &[axis] => {
            let others = shape.iter().try_fold(constant(1), |count, &extent| multiply(count, extent))?;
            shape[axis] = quotient(from, others, &shape)?;
        }
        _ => return Err("only one extent may be -1".into()),
    }
    shape.into_iter().map(dim).collect()
}

/// The elements of a shape, divided; extents that are on both sides cancel.
fn quotient(from: &[Dim], others: DimExpr, wanted: &[DimExpr]) -> Result<DimExpr, String> {
    let total = element_count(from)?;
    if let (Some(total), Some(others)) = (total.as_constant(), others.as_constant()) {
        if others == 0 {
            return Ok(constant(0));
        }
        return match total % others {
            0 => Ok(constant(total / others)),
            _ => Err(format!("a tensor of shape {} has no shape with {others} elements to a part", show(from))),
        };
    }
    let mut left: Vec<DimExpr> = from.iter().map(|&dim| expr(dim)).collect::<Result<_, _>>()?;
    let mut rest = Vec::new();
    for &extent in wanted {
        match left.iter().position(|&own| own == extent) {
            Some(place) => _ = left.remove(place),
            None => rest.push(extent),
        }
    }
    let product = |exprs: Vec<DimExpr>| exprs.into_iter().try_fold(constant(1), multiply);
    floor_divide(product(left)?, product(rest)?)
}

fn squeeze(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let shape = node.shape(x).to_vec();
    let axes = node.ints("squeeze_dims").filter(|axes| !axes.is_empty());
    let axes = match axes {
        Some(axes) => normalize_axes(&axes, shape.len())?,
        None => (0..shape.len()).filter(|&axis| shape[axis].is(1)).collect(),
    };
    if let Some(&axis) = axes.iter().find(|&&axis| shape[axis].as_static().is_some_and(|extent| extent != 1)) {
        return Err(format!("axis {axis} has extent {}, not 1", shape[axis]));
    }
    Ok(vec![node.drop_axes(x, &axes)?])
}

/// Copies side by side along each axis.
fn tile(node: &mut Node) -> Results {
    let (x, repeats) = (node.input(0)?, node.input(1)?);
    let repeats = node.counts_of(repeats)?;
    if repeats.len() != node.rank(x) {
        return Err(format!("{} axes take as many repeats, not {}", node.rank(x), repeats.len()));
    }
    let known: Option<Vec<i64>> = repeats.iter().map(|count| count.as_constant()).collect();
    if let Some(known) = known {
        return Ok(vec![node.emit("graph.tile", &[x], &[("repeats", attribute(known))])?]);
    }
    let (mut apart, mut stretched, mut joined) = (Vec::new(), Vec::new(), Vec::new());
    for (&extent, &count) in node.shape(x).iter().zip(&repeats) {
        apart.extend([Dim::Static(1), extent]);
        stretched.extend([dim(count)?, extent]);
        joined.push(dim(multiply(expr(extent)?, count)?)?);
    }
    let x = node.reshape(x, &apart)?;
    let x = node.broadcast(x, &stretched)?;
    Ok(vec![node.reshape(x, &joined)?])
}

/// Moves elements along axes; what leaves one end comes in at the other.
fn roll(node: &mut Node) -> Results {
    let mut x = node.input(0)?;
    let shifts = node.constant_ints(node.input(1)?, "the shift")?;
    let axes = node.constant_ints(node.input(2)?, "the axis")?;
    if shifts.len() != axes.len() {
        return Err("shifts and axes differ in number".into());
    }
    for (&shift, &axis) in shifts.iter().zip(&axes) {
        let axis = normalize_axis(axis, node.rank(x))?;
        let extent = expr(node.shape(x)[axis])?;
        let length = extent.as_constant().filter(|&length| length > 0).ok_or("the extent of the axis must be known")?;
        let start = (length - shift.rem_euclid(length)) as u64;
        if start == length as u64 {
            continue;
        }
        let tail = node.slice_axis(x, axis, Dim::Static(start), Dim::Static(length as u64 - start))?;
        let head = node.slice_axis(x, axis, Dim::Static(0), Dim::Static(start))?;
        x = node.concat(&[tail, head], axis)?;
    }
    Ok(vec![x])
}
