//! `Transpose`.

use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("Transpose", transpose)];

fn transpose(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rank = node.rank(x);
    let permutation = match node.ints("perm") {
        Some(axes) => axes.iter().map(|&axis| normalize_axis(axis, rank)).collect::<Result<Vec<usize>, _>>()?,
        None => (0..rank).rev().collect(),
    };
    let mut sorted = permutation.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..rank) {
        return Err(format!("{permutation:?} is not a permutation of the axes of rank {rank}"));
    }
    Ok(vec![node.transpose(x, &permutation)?])
}
