//! `com.microsoft.GatherBlockQuantized`: rows of a table that is quantized in blocks, as an embedding of a language model
//! is. What is picked is widened, not the table.

use super::matmul_nbits::unpacked;
use crate::conversion::emit::attribute;
use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::quantize::spread_blocks;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("com.microsoft.GatherBlockQuantized", gather_blocks)];

/// A table, and what its codes mean.
struct Table {
    codes: Tracked,
    scales: Tracked,
    zeros: Option<Tracked>,
    /// The axis along which blocks lie.
    axis: usize,
    /// How many elements share a scale.
    block: u64,
    /// The bits of a code, of which several lie in a byte of the last axis; those of the type if each has its own.
    bits: u64,
}

fn gather_blocks(node: &mut Node) -> Results {
    let (codes, indices, scales) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (bits, block) = (node.int_or("bits", 4), node.int_or("block_size", 128));
    let rank = node.rank(codes);
    let gathered = normalize_axis(node.int_or("gather_axis", 0), rank)?;
    let axis = normalize_axis(node.int_or("quantize_axis", 1), rank)?;
    let is_packed = node.element(codes) == ElementType::U8;
    if is_packed && ![2, 4, 8].contains(&bits) {
        return Err(format!("bits must be 2, 4 or 8, not {bits}"));
    }
    if is_packed && (axis + 1 != rank || gathered == axis) {
        return Err(
            "codes in bytes must have their blocks along the last axis, and be gathered along another one".into()
        );
    }
    if block < 16 || block & (block - 1) != 0 {
        return Err(format!("block_size must be a power of two of at least 16, not {block}"));
    }
    if node.rank(scales) != rank {
        return Err(format!("the scales must have {rank} axes, as what they scale, not {}", node.rank(scales)));
    }
    let bits = if is_packed { bits as u64 } else { 8 };
    let pick =
        |node: &mut Node, table| node.emit("graph.gather", &[table, indices], &[("axis", attribute(gathered as i64))]);
    let mut table = Table { codes, scales, zeros: node.optional(3), axis, block: block as u64, bits };
    if gathered == axis {
        let whole = widened(node, &table)?;
        return Ok(vec![pick(node, whole)?]);
    }
    table.codes = pick(node, table.codes)?;
    table.scales = pick(node, table.scales)?;
    table.zeros = table.zeros.map(|zeros| pick(node, zeros)).transpose()?;
    if gathered < axis {
        table.axis = axis + node.rank(indices) - 1;
    }
    Ok(vec![widened(node, &table)?])
}

/// The numbers that a table stands for, of the scales' type.
fn widened(node: &mut Node, table: &Table) -> Result<Tracked, String> {
    let Table { codes, scales, axis, block, bits, .. } = *table;
    let is_packed = node.element(codes) == ElementType::U8;
    let mut zeros = table.zeros;
    if let Some(packed) = zeros.filter(|_| is_packed) {
        let apart = unpacked(node, packed, bits)?;
        zeros = Some(node.slice_axis(apart, axis, Dim::Static(0), node.shape(scales)[axis])?);
    }
    let codes = if is_packed { unpacked(node, codes, bits)? } else { codes };
    let wide = node.cast(codes, ElementType::F32)?;
    let centred = match zeros {
        Some(zeros) => {
            let zeros = node.cast(zeros, ElementType::F32)?;
            let zeros = spread_blocks(node, wide, zeros, axis, block)?;
            node.binary("graph.subtract", wide, zeros)?
        }
        None if is_packed => node.binary_scalar("graph.subtract", wide, f64::from(1u32 << (bits - 1)))?,
        None => wide,
    };
    let factors = node.cast(scales, ElementType::F32)?;
    let factors = spread_blocks(node, wide, factors, axis, block)?;
    let product = node.binary("graph.multiply", centred, factors)?;
    node.cast(product, node.element(scales))
}
