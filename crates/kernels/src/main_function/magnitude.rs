//! Whether the extents and sizes of a run can be computed in 64 bits at all.
//!
//! Symbols are bound by whatever shapes a caller passes, so an expression like `4 * N * N * M` may wrap around, and the
//! workspace come out smaller than what kernels write to. Each expression is therefore evaluated a second time, in
//! floating point and with all terms taken as positive: the result bounds every step of the integer evaluation.

use super::{buffers, constant_f64};
use kiln_ir::{Attribute, Builder, DimExpr, DimOp, DimVisitor, Name, Type, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Far above any memory, and far below where 64-bit products of it with a number of workers wrap.
const LIMIT: f64 = (1u64 << 53) as f64;

/// Whether all of `exprs` stay below the limit, as `i1`; `None` if no symbol takes part in any.
pub(super) fn all_fit(builder: &mut Builder, symbols: Value, names: &[Name], exprs: &[DimExpr]) -> Option<Value> {
    let mut seen = FxHashSet::default();
    let symbolic: Vec<DimExpr> =
        exprs.iter().copied().filter(|expr| expr.as_constant().is_none() && seen.insert(*expr)).collect();
    if symbolic.is_empty() {
        return None;
    }
    let mut values = FxHashMap::default();
    for (index, &name) in names.iter().enumerate() {
        let word = buffers::load_word(builder, symbols, index, Type::i64());
        values.insert(name, builder.op("arith.sitofp").operand(word).result(Type::f64()).value());
    }
    let mut total = constant_f64(builder, 0.0);
    for expr in symbolic {
        let magnitude = expr.fold(&mut Magnitude { builder, values: &values });
        total = sum(builder, total, magnitude);
    }
    let limit = constant_f64(builder, LIMIT);
    // `olt`: false for what has overflowed to infinity or to no number.
    let predicate = Attribute::i64(4);
    let compare = builder.op("arith.cmpf").operands(&[total, limit]).attribute("predicate", predicate);
    Some(compare.result(Type::i1()).value())
}

/// Bounds the absolute value of an expression and of everything that it is computed from.
struct Magnitude<'a, 'm> {
    builder: &'a mut Builder<'m>,
    values: &'a FxHashMap<Name, Value>,
}

impl DimVisitor for Magnitude<'_, '_> {
    type Output = Value;

    fn constant(&mut self, value: i64) -> Value {
        constant_f64(self.builder, value.unsigned_abs() as f64)
    }

    fn symbol(&mut self, name: Name) -> Value {
        *self.values.get(&name).expect("every symbol of a lowered main is bound by an input")
    }

    fn add(&mut self, left: Value, right: Value) -> Value {
        sum(self.builder, left, right)
    }

    fn multiply(&mut self, left: Value, right: Value) -> Value {
        super::extents::binary(self.builder, "arith.mulf", left, right)
    }

    fn operation(&mut self, _op: DimOp, left: Value, right: Value) -> Value {
        // Neither a quotient, a remainder, a minimum nor a maximum is larger than its operands together.
        sum(self.builder, left, right)
    }
}

fn sum(builder: &mut Builder, left: Value, right: Value) -> Value {
    super::extents::binary(builder, "arith.addf", left, right)
}
