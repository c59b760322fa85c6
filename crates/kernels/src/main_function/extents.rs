//! Extents as run-time values: expressions of symbols become `arith` on `index`.

use super::buffers;
use super::symbols::Symbols;
use kiln_ir::{Attribute, Builder, DimExpr, DimOp, DimVisitor, Name, Type, Value};
use kiln_schedule::ARENA_ALIGNMENT;
use rustc_hash::FxHashMap;

/// The symbols' values in one function, and every expression already computed in its entry block.
pub(super) struct Extents {
    known: FxHashMap<DimExpr, Value>,
    /// The array of all symbols, and the places in it of those that data gives: what they are may change, so they are
    /// loaded for each use.
    array: Value,
    data: FxHashMap<Name, usize>,
}

impl Extents {
    /// Loads the symbols of inputs from the array at `array`.
    pub(super) fn load(builder: &mut Builder, array: Value, symbols: &Symbols) -> Extents {
        let mut known = FxHashMap::default();
        for (index, name) in symbols.of_inputs().iter().enumerate() {
            let word = buffers::load_word(builder, array, index, Type::i64());
            known.insert(DimExpr::symbol(name.as_str()), to_index(builder, word));
        }
        let data = symbols.of_data().map(|(index, name)| (name, index)).collect();
        Extents { known, array, data }
    }

    /// The value of `expr` as `index`.
    pub(super) fn index(&mut self, builder: &mut Builder, expr: DimExpr) -> Value {
        if let Some(&value) = self.known.get(&expr) {
            return value;
        }
        let value = expr.fold(&mut Emit { builder, extents: self });
        // Constants are cheap, and inside a branch no value may be remembered for what comes after it.
        value
    }

    /// Computes those of `exprs` now that no data changes, so that later uses share the values.
    pub(super) fn remember(&mut self, builder: &mut Builder, exprs: impl IntoIterator<Item = DimExpr>) {
        for expr in exprs {
            let is_fixed = !expr.symbols().iter().any(|symbol| self.data.contains_key(symbol));
            if expr.as_constant().is_none() && is_fixed {
                let value = self.index(builder, expr);
                self.known.insert(expr, value);
            }
        }
    }

    /// The value of `expr` as `i64`.
    pub(super) fn as_i64(&mut self, builder: &mut Builder, expr: DimExpr) -> Value {
        let value = self.index(builder, expr);
        to_i64(builder, value)
    }

    /// The largest of `exprs`, rounded up to the alignment of the arena; 0 if there are none.
    pub(super) fn largest(&mut self, builder: &mut Builder, exprs: &[DimExpr]) -> Value {
        let mut largest = constant(builder, 0);
        for &expr in exprs {
            let value = self.index(builder, expr);
            largest = binary(builder, "arith.maxsi", largest, value);
        }
        let slack = constant(builder, ARENA_ALIGNMENT - 1);
        let padded = binary(builder, "arith.addi", largest, slack);
        let mask = constant(builder, -ARENA_ALIGNMENT);
        binary(builder, "arith.andi", padded, mask)
    }
}

struct Emit<'a, 'm> {
    builder: &'a mut Builder<'m>,
    extents: &'a Extents,
}

impl DimVisitor for Emit<'_, '_> {
    type Output = Value;

    fn constant(&mut self, value: i64) -> Value {
        constant(self.builder, value)
    }

    fn symbol(&mut self, name: Name) -> Value {
        match self.extents.data.get(&name) {
            Some(&index) => {
                let word = buffers::load_word(self.builder, self.extents.array, index, Type::i64());
                to_index(self.builder, word)
            }
            None => self.extents.known[&DimExpr::symbol(name.as_str())],
        }
    }

    fn add(&mut self, left: Value, right: Value) -> Value {
        binary(self.builder, "arith.addi", left, right)
    }

    fn multiply(&mut self, left: Value, right: Value) -> Value {
        binary(self.builder, "arith.muli", left, right)
    }

    fn operation(&mut self, op: DimOp, left: Value, right: Value) -> Value {
        match op {
            DimOp::Min => binary(self.builder, "arith.minsi", left, right),
            DimOp::Max => binary(self.builder, "arith.maxsi", left, right),
            DimOp::FloorDiv => floor_div(self.builder, left, right),
            DimOp::Mod => {
                let quotient = floor_div(self.builder, left, right);
                let product = binary(self.builder, "arith.muli", quotient, right);
                binary(self.builder, "arith.subi", left, product)
            }
        }
    }
}

/// Division that rounds down, for a positive divisor; a divisor of 0, which an extent can be, counts as 1.
fn floor_div(builder: &mut Builder, left: Value, right: Value) -> Value {
    let (zero, one) = (constant(builder, 0), constant(builder, 1));
    let right = binary(builder, "arith.maxsi", right, one);
    let quotient = binary(builder, "arith.divsi", left, right);
    let remainder = binary(builder, "arith.remsi", left, right);
    let negative = builder
        .op("arith.cmpi")
        .operands(&[remainder, zero])
        .attribute("predicate", Attribute::i64(2))
        .result(Type::i1())
        .value();
    let lower = binary(builder, "arith.subi", quotient, one);
    builder.op("arith.select").operands(&[negative, lower, quotient]).result(Type::index()).value()
}

/// `arith.constant` of type `index`.
pub(super) fn constant(builder: &mut Builder, value: i64) -> Value {
    builder.op("arith.constant").attribute("value", Attribute::index(value)).result(Type::index()).value()
}

/// An op on two values of one type.
pub(super) fn binary(builder: &mut Builder, name: &str, left: Value, right: Value) -> Value {
    let ty = builder.module.ty(left);
    builder.op(name).operands(&[left, right]).result(ty).value()
}

/// `i64` to `index`.
pub(super) fn to_index(builder: &mut Builder, value: Value) -> Value {
    builder.op("arith.index_cast").operand(value).result(Type::index()).value()
}

/// `index` to `i64`.
pub(super) fn to_i64(builder: &mut Builder, value: Value) -> Value {
    builder.op("arith.index_cast").operand(value).result(Type::i64()).value()
}
