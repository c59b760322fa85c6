//! `Split`.

use crate::conversion::extent::{add, constant, dim, expr, is_equal, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("Split", split)];

fn split(node: &mut Node) -> Results {
    let mut x = node.input(0)?;
    let axis = node.axis(0, node.rank(x))?;
    let lengths = match node.run_time(1) {
        Some(lengths) => {
            let lengths = node.counts_of(lengths)?;
            let mut shape = node.shape(x).to_vec();
            shape[axis] = dim(lengths.iter().try_fold(constant(0), |total, &length| add(total, length))?)?;
            x = node.expect_shape(x, &shape, "the operand")?;
            lengths.into_iter().map(dim).collect::<Result<Vec<_>, _>>()?
        }
        None => split_lengths(node, node.shape(x)[axis])?,
    };
    let mut start = constant(0);
    let mut parts = Vec::with_capacity(lengths.len());
    for length in lengths {
        parts.push(node.slice_axis(x, axis, dim(start)?, length)?);
        start = add(start, expr(length)?)?;
    }
    Ok(parts)
}

/// The extents of the parts of an axis of `extent`: as the node says, or equal but for a shorter last one.
pub(crate) fn split_lengths(node: &Node, extent: Dim) -> Result<Vec<Dim>, String> {
    let whole = expr(extent)?;
    let given = match node.optional(1) {
        Some(lengths) => Some(node.extents(lengths, "the split")?),
        None => node.ints("split").map(|lengths| lengths.into_iter().map(constant).collect()),
    };
    if let Some(lengths) = given {
        let total = lengths.iter().try_fold(constant(0), |total, &length| add(total, length))?;
        if is_equal(total, whole) == Some(false) {
            return Err(format!("the parts have {total} elements together, the axis has {whole}"));
        }
        return lengths.into_iter().map(dim).collect();
    }
    let count = node.int_or("num_outputs", node.output_count() as i64);
    if usize::try_from(count) != Ok(node.output_count()) {
        return Err(format!("num_outputs is {count}, the node has {}", node.output_count()));
    }
    let length = whole.ceil_div(constant(count)).ok_or("there are no parts")?;
    let mut lengths: Vec<DimExpr> = vec![length; usize::try_from(count - 1).map_err(|_| "there are no parts")?];
    lengths.push(subtract(whole, multiply(length, constant(count - 1))?)?);
    lengths.into_iter().map(dim).collect()
}
