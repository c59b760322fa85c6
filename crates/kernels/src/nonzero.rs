//! Emits nonzero: see `kiln_schedule::nonzero`.

use crate::builder::{Body, Coordinate, KernelBuilder, Lanes};
use kiln_arith::IntegerPredicate;
use kiln_ir::Type;
use kiln_schedule::{KernelSpec, Plan};

/// Writes the body of a kernel of family `nonzero`. Every index is stored where the next one goes; only a true one moves
/// that place on, and none past the last.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let length = b.dim(spec.operand(anchor, 0).shape[0]);
    let room = b.dim(spec.output(0).shape[0]);
    let (begin, end, output) = (b.begin, b.end, b.outputs[0]);
    b.for_each(begin, end, 1, |b, _| {
        let none = b.index(0.into());
        let found = b.for_loop(0, length, 1, &[none], |b, index, place| {
            let at = [Coordinate::uniform(index)];
            let holds = Body::new(spec, Lanes::SCALAR).value(b, node.operands[0], &at);
            let room = b.index(room);
            let has_room = b.compare_integers(IntegerPredicate::SignedLess, place[0], room);
            let counts = b.andi(holds, has_room);
            b.if_then(crate::builder::Condition::Value(counts), |b| {
                let index = b.index(index);
                let index = b.op("arith.index_cast", &[index], Type::i64());
                b.store(index, output, place[0], Lanes::SCALAR);
            });
            let one = b.index(1.into());
            let next = b.op("arith.addi", &[place[0], one], Type::index());
            vec![b.select(counts, next, place[0])]
        });
        let zero = b.integer(0, Type::i64());
        b.for_each(found[0], room, 1, |b, index| b.store(zero, output, index, Lanes::SCALAR));
    });
}
