//! `graph.loop` in `kiln_gen_run`.
//!
//! ```mlir
//! %r = graph.loop %count, %go, %x ({ ... }) {arena = ..., aside = [], moves = [0], slices = []}
//! // becomes
//! memref.copy %x to %r
//! scf.while (%round = 0, %goes_on = %go) {
//!   scf.condition(%round < %count and %goes_on and nothing failed) %round
//! } do {
//!   ... launches; %follows is loaded; what is yielded is copied to %r ...
//!   scf.yield %round + 1, %follows
//! }
//! ```
//!
//! A loop whose rounds are an extent is an `scf.for`. Which values lie where, and what is copied, `plan-memory` decided.

use super::buffers::{byte_address, i64_constant, memref_at};
use super::extents::{binary, constant, to_i64};
use super::run::{Run, storage_type};
use kiln_graph::LoopView;
use kiln_ir::{Attribute, Builder, Dim, DimExpr, Op, Type, Value};
use kiln_schedule::loop_homes;

impl Run<'_> {
    /// `graph.loop` to `scf.for` or `scf.while`.
    pub(super) fn rounds(&mut self, builder: &mut Builder, op: Op) -> Result<(), String> {
        let Some(view) = LoopView::of(builder.module, op) else { return Err("a loop is not valid".into()) };
        if builder.module.results(op).is_empty() {
            return Ok(());
        }
        self.place_results(builder, op);
        self.place_round(builder, op, &view);
        for (&initial, &last) in view.initial.iter().zip(&view.last) {
            let destination = self.buffer(builder, last);
            self.copy(builder, initial, destination);
        }
        match (view.rounds, view.start) {
            (Some(rounds), _) => self.counted(builder, op, &view, rounds),
            (None, Some([count, condition])) => self.open(builder, op, &view, [count, condition]),
            (None, None) => Err("a loop has neither rounds nor a count".into()),
        }
    }

    /// Gives the number of the round its address.
    fn place_round(&mut self, builder: &mut Builder, op: Op, view: &LoopView) {
        let place = self.own_place(builder, op, 0);
        self.addresses.insert(view.round, place);
    }

    /// The address of entry number `index` of what the loop has in the arena besides its results.
    fn own_place(&mut self, builder: &mut Builder, op: Op, index: usize) -> Value {
        let places = builder.module.attribute(op, "arena").and_then(Attribute::as_dims).unwrap_or_default();
        let place = places.get(builder.module.results(op).len() + index).and_then(|place| place.expr());
        let stages = builder.module.attributes(op).i64s("stages").unwrap_or_default();
        let stage = stages.get(builder.module.results(op).len() + index).map_or(0, |&stage| stage as usize);
        let base = self.stage_base(builder, stage);
        let place = self.extents.index(builder, place.expect("plan-memory placed what loops need"));
        byte_address(builder, base, place)
    }

    fn counted(&mut self, builder: &mut Builder, op: Op, view: &LoopView, rounds: DimExpr) -> Result<(), String> {
        let mut rounds = self.extents.index(builder, rounds);
        if self.may_fail {
            let (succeeded, none) = (self.succeeded(builder), constant(builder, 0));
            rounds = builder.op("arith.select").operands(&[succeeded, rounds, none]).result(Type::index()).value();
        }
        let bounds = [constant(builder, 0), rounds, constant(builder, 1)];
        let lowered = builder.op("scf.for").operands(&bounds).regions(1).build();
        let region = builder.module.regions(lowered)[0];
        let block = builder.module.create_block(region, &[Type::index()]);
        let round = builder.module.arguments(block)[0];
        builder.within(block, |builder| -> Result<(), String> {
            let number = to_i64(builder, round);
            self.round(builder, op, view, number)?;
            builder.op("scf.yield").build();
            Ok(())
        })
    }

    fn open(
        &mut self,
        builder: &mut Builder,
        op: Op,
        view: &LoopView,
        [count, condition]: [Value; 2],
    ) -> Result<(), String> {
        let count = self.buffer(builder, count);
        let zero = constant(builder, 0);
        let most = self.load_unless_failed(builder, Type::i64(), |builder| {
            builder.op("memref.load").operands(&[count, zero]).result(Type::i64()).value()
        });
        let first = [i64_constant(builder, 0), self.holds(builder, condition)];
        let types = [Type::i64(), Type::i1()];
        let lowered = builder.op("scf.while").operands(&first).result(Type::i64()).regions(2).build();
        let regions = builder.module.regions(lowered).to_vec();
        let before = builder.module.create_block(regions[0], &types);
        let [round, goes_on] = *builder.module.arguments(before) else { unreachable!("made with two arguments") };
        builder.within(before, |builder| {
            let less = builder.op("arith.cmpi").operands(&[round, most]).attribute("predicate", Attribute::i64(2));
            let less = less.result(Type::i1()).value();
            let both = binary(builder, "arith.andi", less, goes_on);
            // What comes of a failure may never end the loop.
            let succeeded = self.succeeded(builder);
            let runs = binary(builder, "arith.andi", both, succeeded);
            builder.op("scf.condition").operands(&[runs, round]).build();
        });
        let after = builder.module.create_block(regions[1], &[Type::i64()]);
        let round = builder.module.arguments(after)[0];
        builder.within(after, |builder| -> Result<(), String> {
            let follows =
                self.round(builder, op, view, round)?.ok_or("a loop says not whether another round follows")?;
            let one = i64_constant(builder, 1);
            let next = binary(builder, "arith.addi", round, one);
            builder.op("scf.yield").operands(&[next, follows]).build();
            Ok(())
        })
    }

    /// One round, whose number is `number`; whether another follows, if the loop's region says so.
    fn round(
        &mut self,
        builder: &mut Builder,
        op: Op,
        view: &LoopView,
        number: Value,
    ) -> Result<Option<Value>, String> {
        if builder.module.has_uses(view.round) {
            let (place, zero) = (self.buffer(builder, view.round), constant(builder, 0));
            builder.op("memref.store").operands(&[number, place, zero]).build();
        }
        let (carried, slices) = loop_homes(builder.module, op, view);
        for (index, value) in carried {
            let address = self.address(builder, view.last[index]);
            self.addresses.insert(value, address);
        }
        for (index, value) in slices {
            let address = self.slice_address(builder, view.stacked[index], number);
            self.addresses.insert(value, address);
        }
        self.block(builder, view.body)?;
        let follows = view.follows.map(|follows| self.holds(builder, follows));
        self.finish_round(builder, op, view, number);
        Ok(follows)
    }

    /// The address of the slice of `stacked` that is of round `number`.
    fn slice_address(&mut self, builder: &mut Builder, stacked: Value, number: Value) -> Value {
        let shape = &builder.module.ty(stacked).as_tensor().expect("graph values are ranked tensors").shape;
        let element = builder.module.ty(stacked).element().map_or(1, |element| element.byte_size().max(1));
        let bytes = DimExpr::constant(element as i64);
        let bytes = shape[1..].iter().try_fold(bytes, |bytes, dim: &Dim| bytes.checked_mul(dim.expr()?));
        let bytes = self.extents.as_i64(builder, bytes.expect("tensor sizes were checked when the model was read"));
        let offset = binary(builder, "arith.muli", bytes, number);
        let offset = super::extents::to_index(builder, offset);
        let base = self.address(builder, stacked);
        byte_address(builder, base, offset)
    }

    /// Copies what the round yields to where it belongs.
    fn finish_round(&mut self, builder: &mut Builder, op: Op, view: &LoopView, number: Value) {
        let listed = |builder: &Builder, name: &str| -> Vec<usize> {
            let list = builder.module.attributes(op).i64s(name).unwrap_or_default();
            list.into_iter().map(|index| index as usize).collect()
        };
        for index in listed(builder, "slices") {
            let slice = view.slices[index];
            let address = self.slice_address(builder, view.stacked[index], number);
            let destination = self.memory_like(builder, slice, address);
            self.copy(builder, slice, destination);
        }
        let aside = listed(builder, "aside");
        let mut kept = Vec::with_capacity(aside.len());
        for (position, &index) in aside.iter().enumerate() {
            let address = self.own_place(builder, op, 1 + position);
            let place = self.memory_like(builder, view.next[index], address);
            self.copy(builder, view.next[index], place);
            kept.push(place);
        }
        for index in listed(builder, "moves") {
            let source = match aside.iter().position(|&other| other == index) {
                Some(position) => kept[position],
                None => self.buffer(builder, view.next[index]),
            };
            let destination = self.buffer(builder, view.last[index]);
            self.copy_memory(builder, source, destination);
        }
    }

    /// Memory at `address` for a tensor like `value`.
    pub(super) fn memory_like(&mut self, builder: &mut Builder, value: Value, address: Value) -> Value {
        let (count, element) = (self.count(builder, value), storage_type(builder.module, value));
        memref_at(builder, address, count, element)
    }
}
