//! `Slice` and `Pad` where data says how much.

use crate::conversion::content::Item;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, maximum, normalize_axis, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::{ElementType, Tensor};

/// Vectors with one element for each of some axes.
struct Lists {
    /// The axes: those that the node names, or all where data names them.
    axes: Vec<usize>,
    /// Where data names axes: which of what is listed is of which axis, a matrix of truth values.
    hits: Option<Tracked>,
    /// Whether those that are named are axes.
    are_valid: Tracked,
}

impl Lists {
    /// What is listed in `count` elements is of these axes of a tensor of `rank`.
    fn read(node: &mut Node, axes: Option<Tracked>, count: usize, rank: usize) -> Result<Lists, String> {
        let are_valid = node.scalar(ElementType::I1, 1.0)?;
        let known = match axes {
            Some(axes) => node.constant_ints(axes, "axes").ok(),
            None => Some((0..count as i64).collect()),
        };
        let (Some(axes), None) = (axes, &known) else {
            let normalized = known.unwrap_or_default().into_iter().map(|axis| normalize_axis(axis, rank));
            let axes = normalized.collect::<Result<Vec<usize>, _>>()?;
            return if axes.len() == count { Ok(Lists { axes, hits: None, are_valid }) } else { Err(differ()) };
        };
        if node.static_count(axes, "axes")? != count {
            return Err(differ());
        }
        let named = node.named_axes(axes, rank)?;
        let (axes, extent) = (node.integer_vector(axes)?, node.extent(constant(rank as i64)));
        let axes = node.from_start(axes, extent)?;
        let (axes, places) = (node.column(axes)?, node.numbers(rank));
        let hits = node.binary("graph.equal", axes, places)?;
        Ok(Lists { axes: (0..rank).collect(), hits: Some(hits), are_valid: named.are_valid })
    }

    /// What is listed, in the order of the axes; 0 for one that nothing is listed of.
    fn spread(&self, node: &mut Node, listed: Tracked) -> Result<Tracked, String> {
        let Some(hits) = self.hits else { return Ok(listed) };
        let (listed, zero) = (node.column(listed)?, node.tensor(Tensor::scalar(0i64))?);
        let there = node.select(hits, listed, zero)?;
        node.fold_rows("graph.reduce_sum", there)
    }

    /// As [`Lists::spread`], with `otherwise` for one that nothing is listed of.
    fn spread_or(&self, node: &mut Node, listed: Tracked, otherwise: Tracked) -> Result<Tracked, String> {
        let spread = self.spread(node, listed)?;
        let Some(hits) = self.hits else { return Ok(spread) };
        let hits = node.cast(hits, ElementType::I64)?;
        let is_listed = node.fold_rows("graph.reduce_sum", hits)?;
        let is_listed = node.cast(is_listed, ElementType::I1)?;
        node.select(is_listed, spread, otherwise)
    }
}

fn differ() -> String {
    "starts, ends, axes and steps differ in length".into()
}

/// `x` from starts to ends, which are vectors, by steps.
pub(crate) fn slice(node: &mut Node) -> Results {
    let (mut x, starts, ends) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = node.static_count(starts, "starts")?;
    let lists = Lists::read(node, node.optional(3), count, node.rank(x))?;
    let ones = node.vector(vec![constant(1); count]);
    let steps = node.optional(4).unwrap_or(ones);
    if [ends, steps].into_iter().any(|list| node.static_count(list, "ends") != Ok(count)) {
        return Err(differ());
    }
    let shape: Vec<Dim> = lists.axes.iter().map(|&axis| node.shape(x)[axis]).collect();
    let (extents, one) = (node.shape_vector(&shape)?, node.tensor(Tensor::scalar(1i64))?);
    let zero = node.tensor(Tensor::scalar(0i64))?;
    let mut spread = |list: Tracked, otherwise: Tracked| {
        let list = node.integer_vector(list)?;
        lists.spread_or(node, list, otherwise)
    };
    let (from, to, by) = (spread(starts, zero)?, spread(ends, extents)?, spread(steps, one)?);
    let by = node.clamp(by, Some(-STEEP), Some(STEEP))?;
    let (first, lengths) = bounds(node, extents, (from, to, by))?;
    let are_steps = node.cast(by, ElementType::I1)?;
    let are_steps = node.cast(are_steps, ElementType::I64)?;
    let are_steps = node.reduce("graph.reduce_product", are_steps, &[0])?;
    let are_steps = node.cast(are_steps, ElementType::I1)?;
    let are_valid = node.binary("graph.and", lists.are_valid, are_steps)?;
    let lengths = node.bind_valid(are_valid, lengths, &shape)?;
    let fixed = node.constant_ints(steps, "steps").ok().filter(|_| lists.hits.is_none());
    let Some(fixed) = fixed else {
        for (place, &axis) in lists.axes.iter().enumerate() {
            let places =
                node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &lengths[place..=place], Type::i64())?;
            let [first, step] = [element(node, first, place)?, element(node, by, place)?];
            let places = node.binary("graph.multiply", places, step)?;
            let places = node.binary("graph.add", places, first)?;
            x = node.emit("graph.gather", &[x, places], &[("axis", attribute(axis as i64))])?;
        }
        return Ok(vec![x]);
    };
    let first = node.clamp(first, Some(0.0), None)?;
    let first = node.bind_shape(first, &shape)?;
    let mut result = node.shape(x).to_vec();
    let (mut from, mut by) = (vec![Dim::Static(0); result.len()], vec![1i64; result.len()]);
    for (place, &axis) in lists.axes.iter().enumerate() {
        by[axis] = fixed[place];
        (from[axis], result[axis]) = match known(node, starts, place).zip(known(node, ends, place)) {
            Some((start, end)) => {
                let (start, length) = super::slice::bounds(expr(shape[place])?, start, end, fixed[place])?;
                (dim(start)?, dim(length)?)
            }
            None => (first[place], lengths[place]),
        };
    }
    let given = [("starts", dims_attribute(&from)), ("steps", attribute(by))];
    Ok(vec![node.emit_as("graph.slice", &[x], &given, &result, node.element_type(x))?])
}

/// Steps are taken to be no steeper: a longer one leaves any axis.
const STEEP: f64 = (1u64 << 40) as f64;

/// One element of a vector, as a scalar.
fn element(node: &mut Node, vector: Tracked, place: usize) -> Result<Tracked, String> {
    let element = node.slice_axis(vector, 0, Dim::Static(place as u64), Dim::Static(1))?;
    node.reshape(element, &[])
}

/// What is known of an element though others are data.
fn known(node: &Node, list: Tracked, place: usize) -> Option<DimExpr> {
    node.content(list)?.items.get(place).copied().and_then(Item::to_integer)
}

/// First indices and numbers of elements of slices of axes of these extents.
fn bounds(
    node: &mut Node,
    extents: Tracked,
    (from, to, by): (Tracked, Tracked, Tracked),
) -> Result<(Tracked, Tracked), String> {
    let is_upward = node.binary_scalar("graph.greater", by, 0.0)?;
    let (zero, before) = (node.tensor(Tensor::scalar(0i64))?, node.tensor(Tensor::scalar(-1i64))?);
    let last = node.binary("graph.add", extents, before)?;
    // Downwards, an index may be one before the first.
    let low = node.select(is_upward, zero, before)?;
    let high = node.select(is_upward, extents, last)?;
    let mut resolve = |index: Tracked, low: Tracked| {
        let index = node.from_start(index, extents)?;
        let raised = node.binary("graph.maximum", index, low)?;
        node.binary("graph.minimum", raised, high)
    };
    let (first, end) = (resolve(from, zero)?, resolve(to, low)?);
    let (up, down) = (node.binary("graph.subtract", end, first)?, node.binary("graph.subtract", first, end)?);
    let span = node.select(is_upward, up, down)?;
    let step = node.unary("graph.abs", by)?;
    let raised = node.binary("graph.add", span, step)?;
    let raised = node.binary("graph.add", raised, before)?;
    let length = node.binary("graph.divide", raised, step)?;
    Ok((first, node.clamp(length, Some(0.0), None)?))
}

/// How much to add before and after each axis of `x`, what is negative being cut off already.
pub(crate) fn paddings(
    node: &mut Node,
    mut x: Tracked,
    pads: Tracked,
    axes: Option<Tracked>,
) -> Result<(Tracked, Vec<DimExpr>, Vec<DimExpr>), String> {
    let (rank, count) = (node.rank(x), node.static_count(pads, "pads")?);
    let listed = match axes {
        Some(axes) => node.static_count(axes, "axes")?,
        None => rank,
    };
    if count != 2 * listed {
        return Err(format!("{listed} axes take {} pads, found {count}", 2 * listed));
    }
    let lists = Lists::read(node, axes, listed, rank)?;
    let vector = node.integer_vector(pads)?;
    let amounts = match lists.hits {
        None => node.integers_of(vector)?,
        Some(_) => {
            let mut sides = Vec::new();
            for side in [0, listed as u64] {
                let part = node.slice_axis(vector, 0, Dim::Static(side), Dim::Static(listed as u64))?;
                sides.push(lists.spread(node, part)?);
            }
            // More is cut off than there is of any axis if the axes are none.
            let (sides, refused) = (node.join(&sides)?, node.scalar(ElementType::I64, -STEEP)?);
            let sides = node.select(lists.are_valid, sides, refused)?;
            node.integers_of(sides)?
        }
    };
    let mut sides = [vec![constant(0); rank], vec![constant(0); rank]];
    let mut cuts = sides.clone();
    for (side, amounts) in amounts.chunks(lists.axes.len().max(1)).enumerate() {
        for (place, (&axis, &amount)) in lists.axes.iter().zip(amounts).enumerate() {
            let known = known(node, pads, side * listed + place).filter(|_| lists.hits.is_none());
            let amount = known.unwrap_or(amount);
            sides[side][axis] = maximum(amount, constant(0));
            cuts[side][axis] = maximum(subtract(constant(0), amount)?, constant(0));
        }
    }
    let ([low, high], [before, after]) = (sides, cuts);
    for axis in 0..rank {
        let length = subtract(expr(node.shape(x)[axis])?, add(before[axis], after[axis])?)?;
        x = node.slice_axis(x, axis, dim(before[axis])?, dim(length)?)?;
    }
    Ok((x, low, high))
}
