//! How many rows the runs of a matrix kernel may have: what the sizes of its register tiles must add up to.
//!
//! Where the number is known only at run time, the emitter writes tiles of a few sizes and covers rows greedily. Rows that
//! no size fits would be left out silently, so emitters are told what numbers they may meet.

use kiln_ir::DimExpr;

/// The numbers of rows that runs may have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RunLengths {
    /// Any.
    Any,
    /// One of these two, or none: a block, and what is left after whole blocks.
    Blocks(usize, usize),
}

impl RunLengths {
    /// Those of `total` rows that are cut into blocks of `block` rows.
    pub fn of(total: DimExpr, block: DimExpr) -> RunLengths {
        let known = |extent: DimExpr| extent.as_constant().and_then(|extent| usize::try_from(extent).ok());
        match (known(total), known(block)) {
            (Some(total), Some(block)) if block > 0 => RunLengths::Blocks(block.min(total), total % block),
            _ => RunLengths::Any,
        }
    }

    /// Whether tiles of `sizes` rows, taken greedily, cover each run.
    pub fn are_covered(self, sizes: &[usize]) -> bool {
        match self {
            RunLengths::Any => sizes.contains(&1),
            RunLengths::Blocks(block, rest) => covers(sizes, block) && covers(sizes, rest),
        }
    }
}

/// Whether tiles of `sizes` rows, taken greedily, add up to `rows`.
pub fn covers(sizes: &[usize], rows: usize) -> bool {
    sizes.iter().fold(rows, |left, &size| left % size) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extent::constant;

    #[test]
    fn lengths_of_blocks() {
        let of = |total, block| RunLengths::of(constant(total), constant(block));
        assert_eq!(of(196, 98), RunLengths::Blocks(98, 0));
        assert_eq!(of(49, 26), RunLengths::Blocks(26, 23));
        assert_eq!(of(7, 28), RunLengths::Blocks(7, 7));
        assert_eq!(RunLengths::of(DimExpr::symbol("M"), constant(14)), RunLengths::Any);
    }

    #[test]
    fn sizes_must_add_up() {
        let blocks = RunLengths::Blocks(26, 23);
        assert!(blocks.are_covered(&[13, 10]));
        assert!(!blocks.are_covered(&[13]));
        assert!(!blocks.are_covered(&[10, 6]));
        assert!(RunLengths::Any.are_covered(&[14, 7, 4, 2, 1]));
        assert!(!RunLengths::Any.are_covered(&[14, 7]));
        assert!(RunLengths::Blocks(0, 0).are_covered(&[14]));
    }
}
