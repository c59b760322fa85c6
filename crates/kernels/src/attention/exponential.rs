//! The exponential of what becomes a `bf16`.

use crate::builder::KernelBuilder;
use kiln_ir::{Type, Value};
use std::f64::consts::LN_2;

/// Bits of the fraction of an `f32`.
const FRACTION: i32 = 23;
/// The exponent of 1 in an `f32`.
const BIAS: i32 = 127;

/// `2^x` of an `f32` to 2^-18 of it, for `x` up to 127: for half the work of [`KernelBuilder::exp`]. Numbers below 2^-126
/// are 0, NaN stays.
pub(super) fn exp2_in_brief(b: &mut KernelBuilder, x: Value) -> Value {
    let low = b.like(x, f64::from(-BIAS));
    let x = b.larger(low, x);
    // The exponent, with its bias, is in the low bits of a sum so large.
    let magic = b.like(x, 1.5 * 2f64.powi(FRACTION) + f64::from(BIAS));
    let shifted = b.addf(x, magic);
    let n = b.subf(shifted, magic);
    let (bits, float) = (b.retyped(x, Type::i32()), b.ty(x));
    let biased = b.op("arith.bitcast", &[shifted], bits);
    let fraction = b.integer(i64::from(FRACTION), bits);
    let power = b.binary("arith.shli", biased, fraction);
    let power = b.op("arith.bitcast", &[power], float);
    let r = b.subf(x, n);
    let mut series = vec![1.0];
    for k in 1..=5 {
        series.push(series[k - 1] * LN_2 / k as f64);
    }
    let mantissa = b.polynomial(r, &series);
    b.mulf(mantissa, power)
}
