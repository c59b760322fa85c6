//! Rounding to 8-bit integers, which the graph spells out, in a few instructions.
//!
//! ```mlir
//! %r = graph.round %x
//! %z = graph.add %r, %zero
//! %m = graph.maximum %z, %low
//! %n = graph.minimum %m, %high
//! %q = graph.cast %n : (tensor<...xf32>) -> tensor<...xui8>
//! ```

use crate::builder::{KernelBuilder, computed_type};
use kiln_arith::FloatPredicate;
use kiln_ir::{Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec, Source};
use kiln_tensor::ElementType;

/// `cast(min(max(round(value) + zero, low), high))`, of whole numbers that a byte can hold.
pub(super) struct Quantized {
    /// The `f32` that is rounded.
    pub value: Source,
    zero: f64,
    low: f64,
    high: f64,
}

impl Quantized {
    /// How `node` quantizes, if it does.
    pub fn of(spec: &KernelSpec, node: &NodeSpec) -> Option<Quantized> {
        let (least, most) = match node.results[0].element {
            ElementType::I8 => (-128.0, 127.0),
            ElementType::U8 => (0.0, 255.0),
            _ => return None,
        };
        let clamped = node.is("cast").then(|| node.operands[0])?;
        let (raised, high) = with_number(spec, clamped, "minimum")?;
        let (sum, low) = with_number(spec, raised, "maximum").or_else(|| Some((relu(spec, raised)?, 0.0)))?;
        let (rounded, zero) = with_number(spec, sum, "add").unwrap_or((sum, 0.0));
        let Source::Node { node: round, .. } = rounded else { return None };
        let round = &spec.nodes[round];
        let value = *round.operands.first().filter(|_| round.is("round"))?;
        let in_range = |number: f64| number.fract() == 0.0 && (least..=most).contains(&number);
        let fits = in_range(low) && in_range(high) && in_range(zero) && low <= high;
        (fits && spec.tensor(value).element == ElementType::F32).then_some(Quantized { value, zero, low, high })
    }

    /// The bytes of `value`. Adding 1.5 * 2^23 rounds to whole numbers, ties to even, and leaves them in the low bits.
    pub fn emit(&self, b: &mut KernelBuilder, value: Value, element: ElementType) -> Value {
        const SHIFT: f64 = 12_582_912.0;
        let ty = b.ty(value);
        let (low, high) = (b.float(self.low - self.zero, ty), b.float(self.high - self.zero, ty));
        let mut number = value;
        // What is no number becomes 0: the smallest one where that is 0.
        if self.low != 0.0 {
            let is_nan = b.compare_floats(FloatPredicate::Unordered, value, value);
            let none = b.float(-self.zero, ty);
            number = b.select(is_nan, none, value);
        }
        let raised = b.larger(number, low);
        let clamped = b.smaller(raised, high);
        let shift = b.float(SHIFT, ty);
        let shifted = b.addf(clamped, shift);
        let words = b.retyped(shifted, Type::i32());
        let mut bits = b.op("arith.bitcast", &[shifted], words);
        if self.zero != 0.0 {
            let zero = b.integer(self.zero as i64, words);
            bits = b.addi(bits, zero);
        }
        let bytes = b.retyped(bits, computed_type(element));
        b.op("arith.trunci", &[bits], bytes)
    }
}

/// The operand of a `relu`.
fn relu(spec: &KernelSpec, source: Source) -> Option<Source> {
    let Source::Node { node, .. } = source else { return None };
    let node = spec.nodes.get(node).filter(|node| node.is("relu"))?;
    node.operands.first().copied()
}

/// The operand of an op whose other one is a number.
fn with_number(spec: &KernelSpec, source: Source, op: &str) -> Option<(Source, f64)> {
    let Source::Node { node, .. } = source else { return None };
    let node = spec.nodes.get(node).filter(|node| node.is(op))?;
    let number = |source: Source| match source {
        Source::Node { node, .. } => spec.nodes[node].splat(),
        Source::Input(_) => None,
    };
    match (number(node.operands[0]), number(node.operands[1])) {
        (None, Some(number)) => Some((node.operands[0], number)),
        (Some(number), None) => Some((node.operands[1], number)),
        _ => None,
    }
}
