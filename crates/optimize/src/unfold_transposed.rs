//! Transposed convolutions whose filters do not overlap, as products whose results are put in place. Part of
//! `narrow-products`, whose kernels for products of short numbers are worth the movement.
//!
//! ```mlir
//! %y = graph.conv_transpose %x, %w {strides = [2, 2], ...}   // %w : 64x32x2x2
//! // becomes
//! %p = graph.conv %x, %v                                     // %v : 128x64x1x1, filters of a place follow each other
//! %b = graph.reshape %p                                      // 1x8x8x128 -> 1x8x8x2x2x32
//! %t = graph.transpose %b {permutation = [0, 1, 3, 2, 4, 5]}
//! %y = graph.reshape %t                                      // 1x16x16x32
//! ```

use crate::matching::{concat, reshape, shape_of, transpose};
use kiln_ir::{Builder, Dim, Module, Op, Type, Value};
use kiln_tensor::ElementType;

/// The fewest elements that are moved together: two lines of a cache. Shorter runs take longer to move than is gained.
const LEAST_RUN: u64 = 32;

/// Turns the transposed convolutions inside `root` for which that is possible; returns how many.
pub fn unfold_transposed(module: &mut Module, root: Op) -> usize {
    let transposed: Vec<Op> =
        module.walk(root).into_iter().filter(|&op| module.is(op, "graph.conv_transpose")).collect();
    transposed.into_iter().filter(|&op| unfold(module, op).is_some()).count()
}

/// Turns one; `None` if its filters overlap, or it is not a channels-last one of images.
fn unfold(module: &mut Module, op: Op) -> Option<()> {
    let attributes = module.attributes(op);
    let lists = |name: &str| attributes.i64s(name);
    let are_all = |name: &str, number: i64| lists(name).is_some_and(|list| list.iter().all(|&item| item == number));
    let is_plain = attributes.i64("groups") == Some(1)
        && attributes.str("layout") == Some("channels_last")
        && are_all("dilations", 1)
        && ["pad_low", "pad_high", "output_padding"].into_iter().all(|name| are_all(name, 0));
    let (x, filter) = (module.operand(op, 0), module.operand(op, 1));
    let bias = module.operands(op).get(2).copied();
    let &[images, rows, columns, channels] = shape_of(module, x) else { return None };
    let &[_, filters, down, across] = shape_of(module, filter) else { return None };
    let (down, across) = (down.as_static()?, across.as_static()?);
    let is_disjoint = lists("strides")? == [down as i64, across as i64];
    let run = filters.as_static()?.checked_mul(across)?;
    let count = run.checked_mul(down)?;
    let is_f32 = module.ty(x).element() == Some(ElementType::F32);
    if !is_plain || !is_disjoint || !is_f32 || run < LEAST_RUN {
        return None;
    }
    let (down, across) = (Dim::Static(down), Dim::Static(across));
    let result = module.result(op, 0);
    let (whole, scalar) = (shape_of(module, result), module.ty(result).scalar());

    let mut builder = Builder::before(module, op);
    let filter = transpose(&mut builder, filter, &[2, 3, 1, 0]);
    let filter = reshape(&mut builder, filter, &[Dim::Static(count), channels, Dim::Static(1), Dim::Static(1)]);
    let places = count / filters.as_static()?;
    let bias = bias.map(|bias| concat(&mut builder, &vec![bias; places as usize], 0));
    let operands: Vec<Value> = [x, filter].into_iter().chain(bias).collect();
    let ty = Type::tensor(&[images, rows, columns, Dim::Static(count)], scalar);
    let ones = vec![1i64; 2];
    let product = (builder.op("graph.conv").operands(&operands))
        .attribute("strides", ones.clone())
        .attribute("dilations", ones)
        .attribute("pad_low", vec![0i64; 2])
        .attribute("pad_high", vec![0i64; 2])
        .attribute("groups", 1i64)
        .attribute("layout", "channels_last")
        .result(ty)
        .value();
    let blocks = reshape(&mut builder, product, &[images, rows, columns, down, across, filters]);
    let placed = transpose(&mut builder, blocks, &[0, 1, 3, 2, 4, 5]);
    let placed = reshape(&mut builder, placed, whole);
    module.replace(op, &[placed]);
    Some(())
}
