//! Activations by formulas of fewer functions than their definitions name.

use crate::builder::KernelBuilder;
use kiln_ir::Value;

impl KernelBuilder<'_> {
    /// `x / (1 + exp(-x))`.
    pub fn silu(&mut self, x: Value) -> Value {
        let exp = self.exp_of_negated(x);
        let one = self.like(x, 1.0);
        let divisor = self.addf(exp, one);
        self.divf(x, divisor)
    }

    /// `max(x, 0) + log(1 + exp(-|x|))`: nothing overflows.
    pub fn softplus(&mut self, x: Value) -> Value {
        let magnitude = self.absolute(x);
        let negated = self.unary("arith.negf", magnitude);
        let exp = self.exp(negated);
        let one = self.like(x, 1.0);
        let sum = self.addf(exp, one);
        let rest = self.log(sum);
        let zero = self.like(x, 0.0);
        let positive = self.maximumf(x, zero);
        self.addf(positive, rest)
    }

    /// `x * tanh(log(1 + e))` with `e = exp(x)` is `x * n / (n + 2)` with `n = e * (e + 2)`: one function instead of three.
    /// Beyond 20 that ratio is 1 in `f32` and `f64`.
    pub fn mish(&mut self, x: Value) -> Value {
        let limit = self.like(x, 20.0);
        let bounded = self.minimumf(x, limit);
        let exp = self.exp(bounded);
        let two = self.like(x, 2.0);
        let sum = self.addf(exp, two);
        let numerator = self.mulf(exp, sum);
        let denominator = self.addf(numerator, two);
        let ratio = self.divf(numerator, denominator);
        self.mulf(x, ratio)
    }

    /// `x / 2 * (1 + erf(x / sqrt(2)))`.
    pub fn gelu(&mut self, x: Value) -> Value {
        let scale = self.like(x, std::f64::consts::FRAC_1_SQRT_2);
        let scaled = self.mulf(x, scale);
        let erf = self.erf(scaled);
        let half = self.like(x, 0.5);
        let halved = self.mulf(x, half);
        self.fma(halved, erf, halved)
    }

    /// `x / 2 * (1 + tanh(u))` is `x / (1 + exp(-2 u))`, with `u = sqrt(2 / pi) * (x + 0.044715 * x^3)`.
    pub fn gelu_tanh(&mut self, x: Value) -> Value {
        let root = (2.0 / std::f64::consts::PI).sqrt();
        let square = self.mulf(x, x);
        let factor = self.polynomial(square, &[2.0 * root, 2.0 * root * 0.044_715]);
        let doubled = self.mulf(x, factor);
        let exp = self.exp_of_negated(doubled);
        let one = self.like(x, 1.0);
        let divisor = self.addf(exp, one);
        self.divf(x, divisor)
    }

    /// `x * clamp(x + 3, 0, 6) / 6`.
    pub fn hard_swish(&mut self, x: Value) -> Value {
        let three = self.like(x, 3.0);
        let raised = self.addf(x, three);
        let gate = self.clamp(raised, 0.0, 6.0);
        let sixth = self.like(x, 1.0 / 6.0);
        let scaled = self.mulf(x, sixth);
        self.mulf(scaled, gate)
    }
}
