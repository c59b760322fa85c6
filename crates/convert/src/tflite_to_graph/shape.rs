//! Shapes, and what only gives a tensor another one.

use crate::conversion::content::Content;
use crate::conversion::extent::{constant, dim, element_count, expr, floor_divide, multiply, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("RESHAPE", reshape),
    row("SQUEEZE", squeeze),
    row("EXPAND_DIMS", expand_dims),
    row("SHAPE", shape),
    row("RANK", |node| {
        let x = node.input(0)?;
        let rank = node.rank(x) as i64;
        Ok(vec![node.known_integers(vec![constant(rank)], true, ElementType::I32)])
    }),
    row("BROADCAST_TO", broadcast_to),
    row("BROADCAST_ARGS", broadcast_args),
    row("FILL", |node| {
        let (shape, value) = (node.input(0)?, node.input(1)?);
        let shape = node.extents_of(shape)?;
        let value = node.reshape(value, &[])?;
        Ok(vec![node.broadcast(value, &shape)?])
    }),
];

impl Node<'_, '_> {
    /// The elements of a shape.
    pub fn extents_of(&mut self, shape: Tracked) -> Result<Vec<Dim>, String> {
        self.counts_of(shape)?.into_iter().map(dim).collect()
    }

    /// A vector, or a scalar, of integers that are expressions of extents.
    pub fn known_integers(&mut self, items: Vec<DimExpr>, is_scalar: bool, element: ElementType) -> Tracked {
        let content = Content { element, ..Content::vector(items) };
        let shape = if is_scalar { Vec::new() } else { content.shape.clone() };
        self.conversion.track_content(Content { shape, ..content })
    }
}

fn reshape(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let target = match node.optional(1) {
        Some(shape) => node.integers_of(shape)?,
        None => {
            let shape = node.ints("new_shape").ok_or("there is no shape")?;
            // Old writers put the shape of a scalar so.
            let shape = if shape == [0] { Vec::new() } else { shape };
            shape.into_iter().map(constant).collect()
        }
    };
    let shape = completed(target, element_count(node.shape(x))?)?;
    Ok(vec![node.reshape(x, &shape)?])
}

/// A shape in which -1 stands for what is left of `count` elements.
fn completed(target: Vec<DimExpr>, count: DimExpr) -> Result<Vec<Dim>, String> {
    let is_open = |extent: &DimExpr| extent.as_constant() == Some(-1);
    let known =
        target.iter().filter(|extent| !is_open(extent)).try_fold(constant(1), |left, &right| multiply(left, right));
    let known = known?;
    let extent = |extent: DimExpr| match is_open(&extent) {
        true if known.as_constant() == Some(0) => Ok(Dim::Static(0)),
        true => dim(floor_divide(count, known)?),
        false => dim(extent),
    };
    target.into_iter().map(extent).collect()
}

fn squeeze(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rank = node.rank(x);
    let axes = node.ints("squeeze_dims").unwrap_or_default();
    let axes: Vec<usize> = match axes.is_empty() {
        true => (0..rank).filter(|&axis| node.shape(x)[axis].is(1)).collect(),
        false => axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<_, _>>()?,
    };
    Ok(vec![node.drop_axes(x, &axes)?])
}

fn expand_dims(node: &mut Node) -> Results {
    let (x, axis) = (node.input(0)?, node.input(1)?);
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is missing")?;
    let axis = normalize_axis(axis, node.rank(x) + 1)?;
    let mut shape = node.shape(x).to_vec();
    shape.insert(axis, Dim::Static(1));
    Ok(vec![node.reshape(x, &shape)?])
}

fn shape(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let extents = node.shape(x).iter().map(|&extent| expr(extent)).collect::<Result<Vec<_>, _>>()?;
    let element = node.result_element(0)?;
    Ok(vec![node.known_integers(extents, false, element)])
}

fn broadcast_to(node: &mut Node) -> Results {
    let (x, shape) = (node.input(0)?, node.input(1)?);
    let shape = node.extents_of(shape)?;
    Ok(vec![node.broadcast(x, &shape)?])
}

/// The common shape of two shapes.
fn broadcast_args(node: &mut Node) -> Results {
    let (left, right) = (node.input(0)?, node.input(1)?);
    let element = node.element(left);
    let (left, right) = (node.extents_of(left)?, node.extents_of(right)?);
    let common = crate::conversion::emit::broadcast_shape(&[&left, &right])?;
    let items = common.into_iter().map(expr).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![node.known_integers(items, false, element)])
}
