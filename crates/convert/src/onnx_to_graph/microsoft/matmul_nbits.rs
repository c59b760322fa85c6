//! `com.microsoft.MatMulNBits`: a product with weights of a few bits, which stay as they are: `graph.dequantize_blocks`
//! says what they mean, and the product's kernel reads them.
//!
//! ```mlir
//! %w = graph.dequantize_blocks %codes, %scales {bits = 4, length = 4096} : (tensor<11008x2048xui8>, ...)
//! %y = graph.matmul %x, %w {transpose_b = true}
//! ```
//!
//! Sums are of `f32` whatever `accuracy_level` would allow.

use crate::conversion::emit::attribute;
use crate::conversion::extent::show;
use crate::conversion::node::Node;
use crate::conversion::product::matmul;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("com.microsoft.MatMulNBits", matmul_nbits)];

/// Block sizes that the operator has.
const BLOCK_SIZES: [i64; 5] = [16, 32, 64, 128, 256];

/// The extents of the weights.
#[derive(Clone, Copy)]
struct Extents {
    columns: u64,
    depth: u64,
    blocks: u64,
    bits: u64,
    block: u64,
}

impl Extents {
    fn read(node: &Node) -> Result<Extents, String> {
        let (bits, block) = (node.int_or("bits", 4), node.int_or("block_size", 0));
        if ![2, 4, 8].contains(&bits) {
            return Err(format!("bits must be 2, 4 or 8, not {bits}"));
        }
        if !BLOCK_SIZES.contains(&block) {
            return Err(format!("block_size must be a power of two from 16 to 256, not {block}"));
        }
        let extent = |name: &str| {
            let given = node.int(name).ok_or_else(|| format!("attribute {name} is missing"))?;
            let extent = u64::try_from(given).ok().filter(|extent| (1..1 << 31).contains(extent));
            extent.ok_or_else(|| format!("attribute {name} must be a positive number of elements, not {given}"))
        };
        let (columns, depth, block) = (extent("N")?, extent("K")?, block as u64);
        Ok(Extents { columns, depth, blocks: depth.div_ceil(block), bits: bits as u64, block })
    }

    fn row_bytes(&self) -> u64 {
        self.blocks * self.block * self.bits / 8
    }
}

fn matmul_nbits(node: &mut Node) -> Results {
    let extents = Extents::read(node)?;
    let (a, codes, scales) = (node.input(0)?, node.input(1)?, node.input(2)?);
    if node.element(codes) != ElementType::U8 {
        return Err(format!("the weights must be packed in bytes, not be of {}", node.element(codes)));
    }
    let Extents { columns, depth, blocks, .. } = extents;
    let depth_of_a = node.shape(a).last().ok_or("the left input must have at least one axis")?;
    if depth_of_a.as_static().is_some_and(|extent| extent != depth) {
        return Err(format!("the rows of the left input have {depth_of_a} elements, K is {depth}"));
    }
    let codes = table(node, codes, [columns, extents.row_bytes()], "the weights")?;
    let scales = table(node, scales, [columns, blocks], "the scales")?;
    let zeros = node.optional(3).map(|zeros| zero_points(node, zeros, scales, &extents)).transpose()?;
    let weights = match node.optional(4) {
        Some(groups) if !is_in_order(node, groups, &extents)? => {
            scattered(node, codes, (scales, zeros), groups, &extents)?
        }
        _ => {
            let given = [
                ("bits", attribute(extents.bits as i64)),
                ("length", attribute(depth as i64)),
                ("widening", attribute(true)),
            ];
            let operands: Vec<Tracked> = [codes, scales].into_iter().chain(zeros).collect();
            let is_short = node.element(scales) != ElementType::F32;
            node.emit("graph.dequantize_blocks", &operands, &given[..2 + usize::from(is_short)])?
        }
    };
    let wide = node.cast(a, ElementType::F32)?;
    let mut result = product(node, wide, weights)?;
    if let Some(bias) = node.optional(5) {
        let bias = node.expect_shape(bias, &[Dim::Static(columns)], "the bias")?;
        let bias = node.cast(bias, ElementType::F32)?;
        result = node.binary("graph.add", result, bias)?;
    }
    Ok(vec![node.cast(result, node.element(a))?])
}

/// The product with weights of `columns x depth`.
fn product(node: &mut Node, a: Tracked, weights: Tracked) -> Result<Tracked, String> {
    if node.rank(a) < 2 {
        let turned = node.transpose(weights, &[1, 0])?;
        return matmul(node, a, turned);
    }
    let mut shape = node.shape(a).to_vec();
    *shape.last_mut().expect("at least two axes") = node.shape(weights)[1];
    let a = node.expect_shape(a, &shape, "the left input")?;
    node.emit("graph.matmul", &[a, weights], &[("transpose_b", attribute(true))])
}

/// A tensor as a table of rows, as which it may be given or flat.
fn table(node: &mut Node, x: Tracked, [rows, columns]: [u64; 2], what: &str) -> Result<Tracked, String> {
    let shape = [Dim::Static(rows), Dim::Static(columns)];
    let own = node.shape(x);
    let count = own.iter().map(|dim| dim.as_static()).try_fold(1u64, |count, dim| count.checked_mul(dim?));
    if count.is_some_and(|count| count == rows * columns) && (own.len() == 1 || own[0].is(rows)) {
        return node.reshape(x, &shape);
    }
    Err(format!("{what} must be {rows} rows of {columns} elements, not have shape {}", show(own)))
}

/// A zero for each scale, in the scales' type: given so, or packed like codes, each row beginning with a byte of its own.
fn zero_points(node: &mut Node, zeros: Tracked, scales: Tracked, extents: &Extents) -> Result<Tracked, String> {
    let (element, shape) = (node.element(scales), [extents.columns, extents.blocks]);
    if node.element(zeros) == element {
        return table(node, zeros, shape, "the zero points");
    }
    if node.element(zeros) != ElementType::U8 {
        return Err(format!("the zero points must be packed in bytes or of {element}, not of {}", node.element(zeros)));
    }
    let bytes = (extents.blocks * extents.bits).div_ceil(8);
    let packed = table(node, zeros, [extents.columns, bytes], "the zero points")?;
    let codes = unpacked(node, packed, extents.bits)?;
    let codes = node.slice_axis(codes, 1, Dim::Static(0), Dim::Static(extents.blocks))?;
    node.cast(codes, element)
}

/// The codes of rows of bytes, the last axis, a byte each.
pub(super) fn unpacked(node: &mut Node, packed: Tracked, bits: u64) -> Result<Tracked, String> {
    let mut shape = node.shape(packed).to_vec();
    let Some(bytes) = shape.pop() else { return Err("codes are packed in rows".into()) };
    if bits == 8 {
        return Ok(packed);
    }
    let per_byte = 8 / bits;
    let apart = node.reshape(packed, &[&shape[..], &[bytes, Dim::Static(1)]].concat())?;
    let shifts: Vec<u8> = (0..per_byte).map(|place| (place * bits) as u8).collect();
    let shifts = node.tensor(Tensor::from_values(&[shifts.len()], &shifts))?;
    let shifted = node.binary("graph.shift_right", apart, shifts)?;
    let codes = node.binary_scalar("graph.and", shifted, ((1u32 << bits) - 1).into())?;
    let count = bytes.as_static().ok_or("rows of bytes have known lengths")? * per_byte;
    shape.push(Dim::Static(count));
    node.reshape(codes, &shape)
}

/// Whether each element of the depth belongs to the block that it lies in.
fn is_in_order(node: &Node, groups: Tracked, extents: &Extents) -> Result<bool, String> {
    if !node.element(groups).is_integer() || *node.shape(groups) != [Dim::Static(extents.depth)] {
        return Err(format!("g_idx must be one integer for each of {} elements of the depth", extents.depth));
    }
    let Some(tensor) = node.constant(groups) else { return Ok(false) };
    let numbers = kiln_tensor::scalar::integers(&tensor)?;
    if numbers.iter().any(|&number| !(0..i128::from(extents.blocks)).contains(&number)) {
        return Err(format!("g_idx must name blocks from 0 to {}", extents.blocks - 1));
    }
    let own = (0..extents.depth).map(|place| i128::from(place / extents.block));
    Ok(numbers.into_iter().eq(own))
}

/// Weights whose elements belong to the blocks that `groups` says.
fn scattered(
    node: &mut Node,
    codes: Tracked,
    (scales, zeros): (Tracked, Option<Tracked>),
    groups: Tracked,
    extents: &Extents,
) -> Result<Tracked, String> {
    let codes = unpacked(node, codes, extents.bits)?;
    let codes = node.slice_axis(codes, 1, Dim::Static(0), Dim::Static(extents.depth))?;
    let codes = node.cast(codes, ElementType::F32)?;
    let pick = |node: &mut Node, table: Tracked| {
        let picked = node.emit("graph.gather", &[table, groups], &[("axis", attribute(1i64))])?;
        node.cast(picked, ElementType::F32)
    };
    let centred = match zeros {
        Some(zeros) => {
            let zeros = pick(node, zeros)?;
            node.binary("graph.subtract", codes, zeros)?
        }
        None => node.binary_scalar("graph.subtract", codes, (1u32 << (extents.bits - 1)).into())?,
    };
    let scales = pick(node, scales)?;
    node.binary("graph.multiply", centred, scales)
}
