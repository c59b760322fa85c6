//! Index arithmetic that folds while it is written.

use crate::builder::KernelBuilder;
use kiln_arith::IntegerPredicate;
use kiln_ir::{Dim, DimExpr, DimOp, DimVisitor, Name, Type, Value};
use kiln_schedule::{KernelSpec, TensorSpec};

/// An `index`: known while building, or a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Index {
    /// Known.
    Constant(i64),
    /// Computed at run time.
    Value(Value),
}

/// A truth value: known while building, or an `i1`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Condition {
    /// Known.
    Constant(bool),
    /// Computed at run time.
    Value(Value),
}

impl From<i64> for Index {
    fn from(value: i64) -> Index {
        Index::Constant(value)
    }
}

impl From<i32> for Index {
    fn from(value: i32) -> Index {
        Index::Constant(value.into())
    }
}

impl From<usize> for Index {
    fn from(value: usize) -> Index {
        Index::Constant(value as i64)
    }
}

impl From<Value> for Index {
    fn from(value: Value) -> Index {
        Index::Value(value)
    }
}

impl Index {
    /// The value, if known.
    pub fn as_constant(self) -> Option<i64> {
        match self {
            Index::Constant(value) => Some(value),
            Index::Value(_) => None,
        }
    }

    /// Whether it is known to be `value`.
    pub fn is(self, value: i64) -> bool {
        self == Index::Constant(value)
    }
}

impl KernelBuilder<'_> {
    /// The `index` value of `index`.
    pub fn index(&mut self, index: Index) -> Value {
        match index {
            Index::Constant(value) => self.index_constant(value),
            Index::Value(value) => value,
        }
    }

    fn index_op(&mut self, name: &str, left: Index, right: Index) -> Index {
        let (left, right) = (self.index(left), self.index(right));
        Index::Value(self.op(name, &[left, right], Type::index()))
    }

    /// The sum.
    pub fn add(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) => Index::Constant(left + right),
            (value, Index::Constant(0)) | (Index::Constant(0), value) => value,
            (left, right) => self.index_op("arith.addi", left, right),
        }
    }

    /// The difference.
    pub fn sub(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) => Index::Constant(left - right),
            (left, Index::Constant(0)) => left,
            (left, right) if left == right => Index::Constant(0),
            (left, right) => self.index_op("arith.subi", left, right),
        }
    }

    /// The product.
    pub fn mul(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) => Index::Constant(left * right),
            (value, Index::Constant(1)) | (Index::Constant(1), value) => value,
            (_, Index::Constant(0)) | (Index::Constant(0), _) => Index::Constant(0),
            (left, right) => self.index_op("arith.muli", left, right),
        }
    }

    /// The product of all.
    pub fn product(&mut self, factors: &[Index]) -> Index {
        factors.iter().fold(Index::Constant(1), |product, &factor| self.mul(product, factor))
    }

    /// The quotient of two numbers that are not negative, rounded down.
    pub fn div(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) if right != 0 => Index::Constant(left / right),
            (left, Index::Constant(1)) => left,
            (Index::Constant(0), _) => Index::Constant(0),
            (left, right) => self.index_op("arith.divui", left, right),
        }
    }

    /// The remainder of [`KernelBuilder::div`].
    pub fn rem(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) if right != 0 => Index::Constant(left % right),
            (_, Index::Constant(1)) | (Index::Constant(0), _) => Index::Constant(0),
            (left, right) => self.index_op("arith.remui", left, right),
        }
    }

    /// The quotient of two numbers that are not negative, rounded up.
    pub fn ceil_div(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        let right = right.into();
        let slack = self.sub(right, 1);
        let left = self.add(left, slack);
        self.div(left, right)
    }

    /// The quotient rounded down, signs allowed, for a positive divisor.
    pub fn floor_div(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) if right > 0 => Index::Constant(left.div_euclid(right)),
            (left, Index::Constant(1)) => left,
            (left, right) => self.index_op("arith.floordivsi", left, right),
        }
    }

    /// The smaller.
    pub fn min(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) => Index::Constant(left.min(right)),
            (left, right) if left == right => left,
            (left, right) => self.index_op("arith.minsi", left, right),
        }
    }

    /// The larger.
    pub fn max(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Index {
        match (left.into(), right.into()) {
            (Index::Constant(left), Index::Constant(right)) => Index::Constant(left.max(right)),
            (left, right) if left == right => left,
            (left, right) => self.index_op("arith.maxsi", left, right),
        }
    }

    /// `sum of coordinates[i] * strides[i]`.
    pub fn linear(&mut self, coordinates: &[Index], strides: &[Index]) -> Index {
        let mut sum = Index::Constant(0);
        for (&coordinate, &stride) in coordinates.iter().zip(strides) {
            let term = self.mul(coordinate, stride);
            sum = self.add(sum, term);
        }
        sum
    }

    /// The coordinates of element `linear` of a row-major space of these extents.
    pub fn delinearize(&mut self, linear: Index, extents: &[Index]) -> Vec<Index> {
        let mut rest = linear;
        let mut coordinates = vec![Index::Constant(0); extents.len()];
        for axis in (0..extents.len()).rev() {
            if extents[..axis].iter().all(|extent| extent.is(1)) {
                coordinates[axis] = if extents[axis].is(1) { Index::Constant(0) } else { rest };
                break;
            }
            coordinates[axis] = self.rem(rest, extents[axis]);
            rest = self.div(rest, extents[axis]);
        }
        coordinates
    }

    /// Row-major strides, in elements.
    pub fn strides(&mut self, extents: &[Index]) -> Vec<Index> {
        let mut strides = vec![Index::Constant(1); extents.len()];
        for axis in (1..extents.len()).rev() {
            strides[axis - 1] = self.mul(strides[axis], extents[axis]);
        }
        strides
    }

    /// The strides of a tensor in memory, in elements.
    pub fn tensor_strides(&mut self, tensor: &TensorSpec) -> Vec<Index> {
        let extents = self.dims(tensor.memory_shape());
        self.strides(&extents)
    }

    /// Whether a signed relation holds.
    pub fn compare(
        &mut self,
        predicate: IntegerPredicate,
        left: impl Into<Index>,
        right: impl Into<Index>,
    ) -> Condition {
        use IntegerPredicate::*;
        let (left, right) = (left.into(), right.into());
        if let (Some(left), Some(right)) = (left.as_constant(), right.as_constant()) {
            return Condition::Constant(match predicate {
                Equal => left == right,
                NotEqual => left != right,
                SignedLess | UnsignedLess => left < right,
                SignedLessEqual | UnsignedLessEqual => left <= right,
                SignedGreater | UnsignedGreater => left > right,
                SignedGreaterEqual | UnsignedGreaterEqual => left >= right,
            });
        }
        let (left, right) = (self.index(left), self.index(right));
        Condition::Value(self.compare_integers(predicate, left, right))
    }

    /// Whether `left < right`.
    pub fn less(&mut self, left: impl Into<Index>, right: impl Into<Index>) -> Condition {
        self.compare(IntegerPredicate::SignedLess, left, right)
    }

    /// Whether `0 <= index < extent`.
    pub fn in_range(&mut self, index: impl Into<Index>, extent: impl Into<Index>) -> Condition {
        let index = index.into();
        let above = self.compare(IntegerPredicate::SignedGreaterEqual, index, 0);
        let below = self.less(index, extent);
        self.and(above, below)
    }

    /// Whether both hold.
    pub fn and(&mut self, left: Condition, right: Condition) -> Condition {
        match (left, right) {
            (Condition::Constant(true), other) | (other, Condition::Constant(true)) => other,
            (Condition::Constant(false), _) | (_, Condition::Constant(false)) => Condition::Constant(false),
            (Condition::Value(left), Condition::Value(right)) => {
                Condition::Value(self.op("arith.andi", &[left, right], Type::i1()))
            }
        }
    }

    /// The `i1` value of a condition.
    pub fn condition(&mut self, condition: Condition) -> Value {
        match condition {
            Condition::Constant(value) => self.bool_constant(value),
            Condition::Value(value) => value,
        }
    }

    /// `on_true` if the condition holds, else `on_false`.
    pub fn select_index(&mut self, condition: Condition, on_true: Index, on_false: Index) -> Index {
        match condition {
            Condition::Constant(true) => on_true,
            Condition::Constant(false) => on_false,
            Condition::Value(condition) => {
                let (on_true, on_false) = (self.index(on_true), self.index(on_false));
                Index::Value(self.op("arith.select", &[condition, on_true, on_false], Type::index()))
            }
        }
    }

    /// The value of an extent.
    pub fn dim(&mut self, dim: Dim) -> Index {
        self.expr(dim.expr().expect("extents of kernels are known"))
    }

    /// The values of extents.
    pub fn dims(&mut self, dims: &[Dim]) -> Vec<Index> {
        dims.iter().map(|&dim| self.dim(dim)).collect()
    }

    /// The value of an expression over the kernel's symbols.
    pub fn expr(&mut self, expr: DimExpr) -> Index {
        expr.fold(&mut Evaluate(self))
    }
}

/// Writes the arithmetic of an extent.
struct Evaluate<'b, 'm>(&'b mut KernelBuilder<'m>);

impl DimVisitor for Evaluate<'_, '_> {
    type Output = Index;

    fn constant(&mut self, value: i64) -> Index {
        Index::Constant(value)
    }

    fn symbol(&mut self, name: Name) -> Index {
        let index = KernelSpec::symbol_index(name).expect("extents of kernels name the kernel's symbols");
        Index::Value(self.0.dim_values[index])
    }

    fn add(&mut self, left: Index, right: Index) -> Index {
        self.0.add(left, right)
    }

    fn multiply(&mut self, left: Index, right: Index) -> Index {
        self.0.mul(left, right)
    }

    fn operation(&mut self, op: DimOp, left: Index, right: Index) -> Index {
        match op {
            DimOp::FloorDiv => self.0.floor_div(left, right),
            DimOp::Mod => {
                let quotient = self.0.floor_div(left, right);
                let whole = self.0.mul(quotient, right);
                self.0.sub(left, whole)
            }
            DimOp::Min => self.0.min(left, right),
            DimOp::Max => self.0.max(left, right),
        }
    }
}
