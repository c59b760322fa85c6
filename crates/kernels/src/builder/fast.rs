//! Shorter forms of functions of `f32`, for who asks for `--precision fast`: fewer terms, no denormal results, and ratios of
//! polynomials instead of exponentials. Their errors are in the book, `docs/src/accuracy.md`. Quotients are
//! divided: Newton's iteration from a guess of the exponent takes seven instructions, and a tenth longer in a logarithm.

use crate::builder::KernelBuilder;
use kiln_arith::FloatPredicate;
use kiln_ir::Value;

/// An argument whose exponential is finite, and so much more than 1 that a sum with that is none.
const LARGEST: f64 = 88.0;

/// The smallest argument whose exponential is a normal number.
const SMALLEST: f64 = -87.3;

/// A ratio of polynomials in `x^2`, times `x`, and the magnitude at which the function has reached 1.
struct Ratio {
    numerator: &'static [f64],
    denominator: &'static [f64],
    limit: f64,
}

/// `erf(x)`, off by 1.8e-8 of it at most, were it computed exactly. Fitted by weighted least squares.
const ERF: Ratio = Ratio {
    numerator: &[
        1.128_379_147_619_168_5,
        0.189_667_788_343_243_24,
        0.052_668_213_654_439_876,
        0.003_738_388_510_292_489,
        2.850_633_436_833_714e-4,
        2.066_468_293_340_112_4e-6,
    ],
    denominator: &[
        1.0,
        0.501_421_482_347_640_6,
        0.113_819_359_762_505_57,
        0.014_914_361_633_815_895,
        0.001_157_386_827_767_906_4,
        3.827_002_932_297_479e-5,
    ],
    limit: 3.9,
};

/// `tanh(x)`, off by 2.1e-8 of it at most, were it computed exactly. Fitted by weighted least squares.
const TANH: Ratio = Ratio {
    numerator: &[
        0.999_999_979_449_925_5,
        0.133_810_253_562_323_93,
        0.003_495_587_822_817_596_3,
        2.060_907_829_089_821e-5,
        1.335_465_739_541_141e-8,
    ],
    denominator: &[
        1.0,
        0.467_143_409_472_270_95,
        0.025_876_980_962_266_073,
        3.285_634_365_890_09e-4,
        7.776_556_327_674_533e-7,
    ],
    limit: 9.0,
};

impl KernelBuilder<'_> {
    /// Whether functions of a value's type have short forms that may be used.
    pub(super) fn is_fast(&self, x: Value) -> bool {
        self.is_fast && !self.format(x).double
    }

    /// `e^-x` where it is added to 1: neither infinite nor exact where it is next to nothing.
    pub(super) fn exp_of_negated(&mut self, x: Value) -> Value {
        let negated = self.unary("arith.negf", x);
        if !self.is_fast(x) {
            return self.exp(negated);
        }
        let clamped = self.clamp(negated, SMALLEST, LARGEST);
        self.exp_of_normal(clamped)
    }

    /// `e^x`; zero where that is no normal number, infinity a little early.
    pub(super) fn exp_fast(&mut self, x: Value) -> Value {
        let clamped = self.clamp(x, SMALLEST, 89.0);
        let value = self.exp_of_normal(clamped);
        let (smallest, zero) = (self.like(x, SMALLEST), self.like(x, 0.0));
        let is_tiny = self.compare_floats(FloatPredicate::OrderedLess, x, smallest);
        self.select(is_tiny, zero, value)
    }

    /// `e^x` where it is a normal number.
    fn exp_of_normal(&mut self, x: Value) -> Value {
        let (n, less_one) = self.reduce_exponent(x);
        let one = self.like(x, 1.0);
        let value = self.addf(less_one, one);
        let float = self.ty(x);
        let scale = self.power_of_two(n, float);
        self.mulf(value, scale)
    }

    /// The error function.
    pub(super) fn erf_fast(&mut self, x: Value) -> Value {
        self.ratio(x, &ERF)
    }

    /// The hyperbolic tangent.
    pub(super) fn tanh_fast(&mut self, x: Value) -> Value {
        self.ratio(x, &TANH)
    }

    fn ratio(&mut self, x: Value, ratio: &Ratio) -> Value {
        let x = self.clamp(x, -ratio.limit, ratio.limit);
        let square = self.mulf(x, x);
        let numerator = self.polynomial(square, ratio.numerator);
        let numerator = self.mulf(numerator, x);
        let denominator = self.polynomial(square, ratio.denominator);
        self.divf(numerator, denominator)
    }
}
