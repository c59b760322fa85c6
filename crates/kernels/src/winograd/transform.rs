//! The one-dimensional transforms of F(4, 3), on vectors.

use crate::builder::KernelBuilder;
use kiln_ir::Value;
use kiln_schedule::winograd::{PATCH, TILE};

/// Small factors in every lane.
#[derive(Debug)]
pub(super) struct Transform {
    two: Value,
    four: Value,
    eight: Value,
    minus_four: Value,
    minus_five: Value,
}

impl Transform {
    /// Factors of the type of `like`.
    pub fn new(b: &mut KernelBuilder, ty: kiln_ir::Type) -> Transform {
        let mut factor = |value: f64| b.float(value, ty);
        Transform {
            two: factor(2.0),
            four: factor(4.0),
            eight: factor(8.0),
            minus_four: factor(-4.0),
            minus_five: factor(-5.0),
        }
    }

    /// `B^T d`: six inputs to six products.
    pub fn input(&self, b: &mut KernelBuilder, d: [Value; PATCH]) -> [Value; PATCH] {
        let outer = |b: &mut KernelBuilder, first, second, third| {
            let inner = b.fma(self.minus_five, second, third);
            b.fma(self.four, first, inner)
        };
        let first = outer(b, d[0], d[2], d[4]);
        let last = outer(b, d[1], d[3], d[5]);
        let even = b.fma(self.minus_four, d[2], d[4]);
        let odd = b.fma(self.minus_four, d[1], d[3]);
        let (second, third) = (b.addf(even, odd), b.subf(even, odd));
        let even = b.subf(d[4], d[2]);
        let odd = b.subf(d[3], d[1]);
        let odd = b.mulf(self.two, odd);
        let (fourth, fifth) = (b.addf(even, odd), b.subf(even, odd));
        [first, second, third, fourth, fifth, last]
    }

    /// `A^T m`: six products to four outputs.
    pub fn output(&self, b: &mut KernelBuilder, m: [Value; PATCH]) -> [Value; TILE] {
        let (near_sum, near_difference) = (b.addf(m[1], m[2]), b.subf(m[1], m[2]));
        let (far_sum, far_difference) = (b.addf(m[3], m[4]), b.subf(m[3], m[4]));
        let first = b.addf(m[0], near_sum);
        let last = b.fma(self.eight, far_difference, near_difference);
        [
            b.addf(first, far_sum),
            b.fma(self.two, far_difference, near_difference),
            b.fma(self.four, far_sum, near_sum),
            b.addf(last, m[5]),
        ]
    }
}
