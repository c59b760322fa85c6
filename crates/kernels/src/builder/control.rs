//! Loops and branches.

use crate::builder::{Condition, Index, KernelBuilder, Lanes};
use kiln_ir::{Type, Value};
use kiln_tensor::ElementType;

impl<'m> KernelBuilder<'m> {
    /// Runs `body` for each of `lower`, `lower + step`, ... below `upper`, carrying values; returns the last ones.
    ///
    /// A loop that is known to run once is written without a loop, one that never runs not at all.
    pub fn for_loop(
        &mut self,
        lower: impl Into<Index>,
        upper: impl Into<Index>,
        step: impl Into<Index>,
        carried: &[Value],
        body: impl FnOnce(&mut Self, Index, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let (lower, upper, step) = (lower.into(), upper.into(), step.into());
        if let (Some(from), Some(to)) = (lower.as_constant(), upper.as_constant()) {
            if from >= to {
                return carried.to_vec();
            }
            if step.as_constant().is_some_and(|step| from + step >= to) {
                return body(self, lower, carried);
            }
        }
        let bounds = [self.index(lower), self.index(upper), self.index(step)];
        let types: Vec<Type> = carried.iter().map(|&value| self.ty(value)).collect();
        let op = self.builder.op("scf.for").operands(&bounds).operands(carried).results(&types).regions(1).build();
        let region = self.builder.module.regions(op)[0];
        let block = self.builder.module.create_block(region, &[&[Type::index()], types.as_slice()].concat());
        let arguments = self.builder.module.arguments(block).to_vec();
        self.within(block, |b| {
            let yielded = body(b, Index::Value(arguments[0]), &arguments[1..]);
            b.builder.op("scf.yield").operands(&yielded).build();
        });
        self.builder.module.results(op).to_vec()
    }

    /// [`KernelBuilder::for_loop`] without carried values.
    pub fn for_each(
        &mut self,
        lower: impl Into<Index>,
        upper: impl Into<Index>,
        step: impl Into<Index>,
        body: impl FnOnce(&mut Self, Index),
    ) {
        self.for_loop(lower, upper, step, &[], |b, index, _| {
            body(b, index);
            Vec::new()
        });
    }

    /// Runs one of two bodies; both return values of the same types.
    pub fn if_else(
        &mut self,
        condition: Condition,
        on_true: impl FnOnce(&mut Self) -> Vec<Value>,
        on_false: impl FnOnce(&mut Self) -> Vec<Value>,
    ) -> Vec<Value> {
        let condition = match condition {
            Condition::Constant(true) => return on_true(self),
            Condition::Constant(false) => return on_false(self),
            Condition::Value(value) => value,
        };
        // Result types are known once the first body is written, so the op is made around detached regions.
        let shell = self.builder.op("scf.if").operand(condition).regions(2).build();
        let regions = self.builder.module.regions(shell).to_vec();
        let first = self.builder.module.create_block(regions[0], &[]);
        let second = self.builder.module.create_block(regions[1], &[]);
        let values = self.within(first, |b| {
            let values = on_true(b);
            b.builder.op("scf.yield").operands(&values).build();
            values
        });
        self.within(second, |b| {
            let values = on_false(b);
            b.builder.op("scf.yield").operands(&values).build();
        });
        if values.is_empty() {
            return values;
        }
        let types: Vec<Type> = values.iter().map(|&value| self.ty(value)).collect();
        let op = self.builder.op("scf.if").operand(condition).results(&types).regions(2).build();
        let targets = self.builder.module.regions(op).to_vec();
        for (&from, to) in regions.iter().zip(targets) {
            self.builder.module.move_blocks(from, to);
        }
        self.builder.module.erase(shell);
        self.builder.module.results(op).to_vec()
    }

    /// Runs `body` if the condition holds.
    pub fn if_then(&mut self, condition: Condition, body: impl FnOnce(&mut Self)) {
        self.if_else(
            condition,
            |b| {
                body(b);
                Vec::new()
            },
            |_| Vec::new(),
        );
    }

    /// Runs `body` on `[lower, upper)` in steps of `width` lanes; what is left over goes masked where the target has
    /// masks, else one by one. `body` may be written up to twice. Values are carried; `body` gets and returns them.
    pub fn vector_loop(
        &mut self,
        lower: impl Into<Index>,
        upper: impl Into<Index>,
        width: usize,
        mut body: impl FnMut(&mut Self, Index, Lanes),
    ) {
        let (lower, upper) = (lower.into(), upper.into());
        if width == 1 {
            return self.for_each(lower, upper, 1, |b, index| body(b, index, Lanes::SCALAR));
        }
        let length = self.sub(upper, lower);
        let length = self.max(length, 0);
        let tail = self.rem(length, width);
        let whole = self.sub(upper, tail);
        self.for_each(lower, whole, width, |b, index| body(b, index, Lanes::full(width)));
        if tail.is(0) {
            return;
        }
        if self.target.has_masks {
            let present = self.compare(kiln_arith::IntegerPredicate::SignedGreater, tail, 0);
            self.if_then(present, |b| {
                let mask = b.mask(tail, width);
                body(b, whole, Lanes { count: width, mask: Some(mask) });
            });
        } else {
            self.for_each(whole, upper, 1, |b, index| body(b, index, Lanes::SCALAR));
        }
    }

    /// The lanes a loop over `element`s of an axis of `extent` should have: a register's, or less if the extent is known
    /// to be smaller; a power of two.
    pub fn lanes_for(&self, element: ElementType, extent: Index) -> usize {
        let full = self.register_lanes(element);
        match extent.as_constant() {
            Some(extent) if !self.target.has_masks => {
                let mut lanes = full;
                while lanes > 1 && lanes as i64 > extent {
                    lanes /= 2;
                }
                lanes
            }
            Some(1) => 1,
            _ => full,
        }
    }
}
