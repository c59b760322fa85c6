//! `Slice`.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, expr, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
pub(crate) use crate::conversion::slices::bounds;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("Slice", slice)];

fn slice(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rank = node.rank(x);
    if [1, 2].into_iter().any(|list| node.run_time(list).is_some())
        || [3, 4].into_iter().any(|list| node.run_time_axes(list).is_some())
    {
        return super::run_time_slices::slice(node);
    }
    let list = |node: &Node, index: usize, name: &str| match (node.optional(index), node.ints(name)) {
        (Some(tensor), _) => node.extents(tensor, name).map(Some),
        (None, values) => Ok(values.map(|values| values.into_iter().map(constant).collect::<Vec<DimExpr>>())),
    };
    let starts = list(node, 1, "starts")?.ok_or("starts are missing")?;
    let ends = list(node, 2, "ends")?.ok_or("ends are missing")?;
    let axes = match list(node, 3, "axes")? {
        Some(axes) => {
            axes.into_iter().map(DimExpr::as_constant).collect::<Option<Vec<i64>>>().ok_or("axes must be constant")?
        }
        None => (0..starts.len() as i64).collect(),
    };
    let steps = match node.optional(4) {
        Some(steps) => node.constant_ints(steps, "steps")?,
        None => vec![1; starts.len()],
    };
    if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
        return Err("starts, ends, axes and steps differ in length".into());
    }
    let mut shape = node.shape(x).to_vec();
    let mut from = vec![Dim::Static(0); rank];
    let mut by = vec![1i64; rank];
    for (index, &axis) in axes.iter().enumerate() {
        let axis = normalize_axis(axis, rank)?;
        let (start, length) = bounds(expr(node.shape(x)[axis])?, starts[index], ends[index], steps[index])?;
        from[axis] = dim(start)?;
        shape[axis] = dim(length)?;
        by[axis] = steps[index];
    }
    if shape == node.shape(x) && by.iter().all(|&step| step == 1) {
        return Ok(vec![x]);
    }
    let given = [("starts", dims_attribute(&from)), ("steps", attribute(by))];
    Ok(vec![node.emit_as("graph.slice", &[x], &given, &shape, node.element_type(x))?])
}

/// [`bounds`] of a static extent.
pub(crate) fn clamp(extent: i64, start: i64, end: i64, step: i64) -> Option<(i64, i64)> {
    let (start, length) = bounds(constant(extent), constant(start), constant(end), step).ok()?;
    start.as_constant().zip(length.as_constant())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_bounds_clamp() {
        let check = |start, end, step, expected| assert_eq!(clamp(10, start, end, step), Some(expected));
        check(0, i64::MAX, 1, (0, 10));
        check(-3, i64::MAX, 1, (7, 3));
        check(2, 8, 3, (2, 2));
        check(i64::MAX, i64::MIN, -1, (9, 10));
        check(-1, 4, -2, (9, 3));
        check(5, 2, 1, (0, 0));
        check(20, 30, 1, (0, 0));
        check(1000, -1000, -1, (9, 10));
    }

    #[test]
    fn symbolic_bounds() {
        let n = DimExpr::symbol("N");
        let check = |start: i64, end: i64, step: i64, expected: &str| {
            let (start, length) = bounds(n, constant(start), constant(end), step).expect("bounds");
            assert_eq!(format!("{start}, {length}"), expected);
        };
        check(0, i64::MAX, 1, "0, N");
        check(1, i64::MAX, 1, "1, N - 1");
        check(0, -1, 1, "0, N - 1");
        check(-1, i64::MAX, 1, "N - 1, 1");
        check(i64::MAX, i64::MIN, -1, "N - 1, N");
    }
}
