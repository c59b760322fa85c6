//! One step of the depth: how a row's elements meet a vector of columns.

use crate::builder::{Buffer, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use kiln_ir::{Type, Value};
use kiln_schedule::dot::{Dot, sum_type};
use kiln_target::Architecture;
use kiln_tensor::ElementType;

/// Accumulators that are zero, of products of `element`.
pub(super) fn zero(b: &mut KernelBuilder, element: ElementType, lanes: usize) -> Value {
    b.zero(lanes_of(computed_type(sum_type(element)), lanes))
}

/// A row's elements of a step, in every lane.
pub(super) fn load_row(b: &mut KernelBuilder, dot: Dot, from: Buffer, at: Index, lanes: usize) -> Value {
    match dot {
        Dot::Fused => b.load_splat(from, at, lanes),
        Dot::Widened => {
            let scalar = b.load_scalar(from, at);
            let wide = b.cast(scalar, from.element, ElementType::I32);
            b.splat(wide, lanes)
        }
        Dot::Pairs => {
            let pair = b.load(from, at, Lanes::full(2));
            let wide = b.cast(pair, from.element, ElementType::I16);
            spread(b, wide, lanes)
        }
        Dot::Quads => {
            let quad = b.load(from, at, Lanes::full(4));
            spread(b, quad, lanes)
        }
        Dot::Halves => {
            let pair = b.load(from.as_bits(), at, Lanes::full(2));
            spread(b, pair, lanes)
        }
    }
}

/// The 32 bits of a short vector in every lane, as a long vector of its elements.
fn spread(b: &mut KernelBuilder, short: Value, lanes: usize) -> Value {
    let element = b.ty(short).scalar();
    let count = b.lane_count(short);
    let word = b.op("vector.bitcast", &[short], Type::vector(&[1], Type::i32()));
    let word = b.extract_lane(word, 0);
    let words = b.splat(word, lanes);
    b.op("vector.bitcast", &[words], lanes_of(element, lanes * count))
}

/// A vector of columns, with the elements of a step of each.
pub(super) fn load_columns(b: &mut KernelBuilder, dot: Dot, from: Buffer, at: Index, lanes: Lanes) -> Value {
    match dot {
        Dot::Fused => b.load(from, at, lanes),
        Dot::Widened => {
            let bytes = b.load(from, at, lanes);
            b.cast(bytes, from.element, ElementType::I32)
        }
        Dot::Pairs => {
            let bytes = b.load(from, at, Lanes::full(2 * lanes.count));
            b.cast(bytes, from.element, ElementType::I16)
        }
        Dot::Quads => b.load(from, at, Lanes::full(4 * lanes.count)),
        Dot::Halves => b.load(from.as_bits(), at, Lanes::full(2 * lanes.count)),
    }
}

/// The accumulator with the products of a step, of operands of these types.
pub(super) fn multiply_add(
    b: &mut KernelBuilder,
    dot: Dot,
    (row, column): (Value, Value),
    elements: (ElementType, ElementType),
    sum: Value,
) -> Value {
    match dot {
        Dot::Fused => b.fma(row, column, sum),
        Dot::Widened => {
            let product = b.muli(row, column);
            b.addi(product, sum)
        }
        Dot::Pairs => {
            let name = match b.lane_count(sum) {
                16 => "llvm.x86.avx512.pmaddw.d.512",
                8 => "llvm.x86.avx2.pmadd.wd",
                _ => "llvm.x86.sse2.pmadd.wd",
            };
            let products = intrinsic(b, name, &[row, column], sum);
            b.addi(products, sum)
        }
        Dot::Quads => quads(b, (row, column), elements, sum),
        Dot::Halves => {
            let halves = lanes_of(Type::from_element(ElementType::BF16), 2 * b.lane_count(sum));
            let [row, column] = [row, column].map(|bits| b.op("vector.bitcast", &[bits], halves));
            intrinsic(b, "llvm.x86.avx512bf16.dpbf16ps.512", &[sum, row, column], sum)
        }
    }
}

/// Four products of bytes in each lane, by the instruction for their signs.
fn quads(
    b: &mut KernelBuilder,
    (row, column): (Value, Value),
    elements: (ElementType, ElementType),
    sum: Value,
) -> Value {
    let (row_is_signed, column_is_signed) = (elements.0.is_signed_integer(), elements.1.is_signed_integer());
    // Where signs differ, instructions want what is unsigned first.
    let (first, second) = if row_is_signed && !column_is_signed { (column, row) } else { (row, column) };
    let name = match (b.target.architecture, row_is_signed, column_is_signed) {
        (Architecture::X86_64, ..) => match b.lane_count(sum) {
            16 => "llvm.x86.avx512.vpdpbusd.512",
            8 => "llvm.x86.avx512.vpdpbusd.256",
            _ => "llvm.x86.avx512.vpdpbusd.128",
        },
        (_, true, true) => "llvm.aarch64.neon.sdot.v4i32.v16i8",
        (_, false, false) => "llvm.aarch64.neon.udot.v4i32.v16i8",
        _ => "llvm.aarch64.neon.usdot.v4i32.v16i8",
    };
    intrinsic(b, name, &[sum, first, second], sum)
}

/// A call of an LLVM intrinsic whose result has the type of `like`.
fn intrinsic(b: &mut KernelBuilder, name: &str, operands: &[Value], like: Value) -> Value {
    let ty = b.ty(like);
    b.intrinsic(name, operands, &[ty])[0]
}
