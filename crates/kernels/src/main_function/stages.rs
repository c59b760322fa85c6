//! Memory and checks of a run by stages: before data gives symbols their values, and after each time it does.
//!
//! ```mlir
//! graph.bind_extents %count {symbols = #kiln.dims<[data.0]>, ..., arena_size = #kiln.dims<[8 * data.0]>}
//! // becomes, unless something failed
//! call @kiln_set_symbol(%runtime, %place, %count, %node)
//! ... what has the symbol and must agree, or be no less than 0, is looked at ...
//! call @kiln_reserve(%runtime, %stage, %bytes, %node)
//! ```
//!
//! After a failure, launches and copies are left out: their memory may not be there.

use super::agreement::{self, Agreement, branch_around};
use super::buffers::i64_constant;
use super::extents::{binary, constant, to_i64};
use super::magnitude;
use super::run::{Run, element_count};
use super::{declare, pointer, size_attribute};
use crate::lower_kernels::Launch;
use kiln_graph::BindView;
use kiln_ir::{Attribute, Block, Builder, DimBounds, DimExpr, Module, Name, Op, Type, Value, bounded_symbols};
use kiln_schedule::stages::Stages;
use rustc_hash::FxHashMap;

/// What each stage needs, by its number.
pub(super) struct Memory {
    pub stages: Stages,
    /// Bytes of the arena.
    pub arenas: Vec<DimExpr>,
    /// The distinct sizes of scratch memory that launches ask for, without those that ask for none.
    pub scratch: Vec<Vec<DimExpr>>,
}

impl Memory {
    /// As `plan-memory` left it.
    pub fn of(module: &Module, main: Op) -> Result<Memory, String> {
        let stages = Stages::of(module, main);
        let owners = [main].into_iter().chain(stages.binds().iter().copied());
        let most = largest(module, main);
        let mut arenas = owners.map(|op| size_attribute(module, op, "arena_size")).collect::<Result<Vec<_>, _>>()?;
        arenas.iter_mut().for_each(|size| *size = most(*size));
        let mut scratch = vec![Vec::new(); stages.count()];
        for op in module.ops_named(main, "graph.fusion") {
            let launch = Launch::of(module, op)?;
            let size = most(launch.scratch);
            let sizes = &mut scratch[stages.stage(size)];
            if size.as_constant() != Some(0) && !sizes.contains(&size) {
                sizes.push(size);
            }
        }
        Ok(Memory { stages, arenas, scratch })
    }

    /// Those of `exprs` that can be computed in a stage first.
    pub fn first_known(&self, exprs: &[DimExpr], stage: usize) -> Vec<DimExpr> {
        exprs.iter().copied().filter(|&expr| self.stages.stage(expr) == stage).collect()
    }

    /// Those of `agreements` that matter in a branch, or always, and are of a stage.
    pub fn agreements_in<'a>(
        &self,
        agreements: &'a [Agreement],
        branch: Option<Block>,
        is_stage: impl Fn(usize) -> bool,
    ) -> Vec<&'a Agreement> {
        let stage_of =
            |agreement: &Agreement| self.stages.stage(agreement.found).max(self.stages.stage(agreement.expected));
        agreements.iter().filter(|one| one.branch == branch && is_stage(stage_of(one))).collect()
    }

    /// Whether data gives any symbol its value.
    pub fn has_stages(&self) -> bool {
        self.stages.count() > 1
    }
}

/// What a size is at most where inputs are bounded, if that can be said; else the size.
fn largest(module: &Module, main: Op) -> impl Fn(DimExpr) -> DimExpr + use<> {
    let bounds: FxHashMap<Name, DimBounds> = bounded_symbols(module, main)
        .into_iter()
        .filter_map(|symbol| {
            let expr = |value: u64| i64::try_from(value).ok().map(DimExpr::constant);
            Some((symbol.name, DimBounds { least: Some(expr(symbol.least)?), most: Some(expr(symbol.most)?) }))
        })
        .collect();
    move |size| size.bounds(&|name| bounds.get(&name).copied()).most.unwrap_or(size)
}

impl Run<'_> {
    /// `graph.bind_extents`: values for symbols, and memory for what has them in its size.
    pub(super) fn bind(&mut self, builder: &mut Builder, op: Op) -> Result<(), String> {
        let bind = BindView::of(builder.module, op).ok_or("what binds extents is not valid")?;
        let stage = self.memory.stages.begun_by(op).ok_or("what binds extents begins no stage")?;
        let node = self.nodes[&op];
        self.unless_failed(builder, |run, builder| {
            run.set_symbols(builder, &bind, node);
            run.check_extents(builder, stage, node);
            let branch = branch_around(builder.module, op);
            run.check_agreements(builder, branch, |other| other == stage);
            run.reserve(builder, stage, node);
        });
        Ok(())
    }

    fn set_symbols(&mut self, builder: &mut Builder, bind: &BindView, node: i64) {
        declare(builder.module, "kiln_set_symbol", &[pointer(), Type::i64(), Type::i64(), Type::i64()], &[]);
        let values = self.buffer(builder, bind.values);
        for (index, &symbol) in bind.symbols.iter().enumerate() {
            let at = constant(builder, index as i64);
            let value = builder.op("memref.load").operands(&[values, at]).result(Type::i64()).value();
            let place = i64_constant(builder, self.symbols.place(symbol) as i64);
            let node = i64_constant(builder, node);
            call(builder, "kiln_set_symbol", &[self.runtime, place, value, node], None);
        }
    }

    /// Reports extents that are negative, of those that are known now.
    fn check_extents(&mut self, builder: &mut Builder, stage: usize, node: i64) {
        declare(builder.module, "kiln_check_extent", &[pointer(), Type::i64(), Type::i64()], &[]);
        for extent in self.memory.first_known(&self.shapes, stage) {
            if !extent.is_non_negative() {
                let value = self.extents.as_i64(builder, extent);
                let node = i64_constant(builder, node);
                call(builder, "kiln_check_extent", &[self.runtime, value, node], None);
            }
        }
    }

    /// Compares the pairs that matter in a branch, or always, and are of a stage; reports those that do not agree.
    fn check_agreements(&mut self, builder: &mut Builder, branch: Option<Block>, is_stage: impl Fn(usize) -> bool) {
        let agreements = std::mem::take(&mut self.agreements);
        let known = self.memory.agreements_in(&agreements, branch, is_stage);
        agreement::build(builder, &mut self.extents, self.runtime, &known, |op| self.nodes[&op]);
        self.agreements = agreements;
    }

    /// At the beginning of a branch: compares what is known before it.
    pub(super) fn enter_branch(&mut self, builder: &mut Builder, branch: Block) {
        let binds = self.memory.stages.binds();
        let inside: Vec<bool> = binds.iter().map(|&bind| branch_around(builder.module, bind) == Some(branch)).collect();
        self.check_agreements(builder, Some(branch), |stage| stage == 0 || !inside[stage - 1]);
    }

    /// Asks for the memory of a stage: its arena, then scratch memory for each worker.
    fn reserve(&mut self, builder: &mut Builder, stage: usize, node: i64) {
        declare(builder.module, "kiln_reserve", &[pointer(), Type::i64(), Type::i64(), Type::i64()], &[]);
        let arena = self.extents.index(builder, self.memory.arenas[stage]);
        let scratch = self.extents.largest(builder, &self.memory.scratch[stage]);
        let scratch = binary(builder, "arith.muli", scratch, self.workers);
        let size = binary(builder, "arith.addi", arena, scratch);
        let mut size = to_i64(builder, size);
        let exprs = self.memory.first_known(&self.exprs, stage);
        if let Some(fits) = magnitude::all_fit(builder, self.symbol_array, self.symbols.names(), &exprs) {
            let refused = i64_constant(builder, -1);
            size = builder.op("arith.select").operands(&[fits, size, refused]).result(Type::i64()).value();
        }
        let (stage, node) = (i64_constant(builder, stage as i64), i64_constant(builder, node));
        call(builder, "kiln_reserve", &[self.runtime, stage, size, node], None);
    }

    /// The address of a stage's memory.
    pub(super) fn stage_base(&mut self, builder: &mut Builder, stage: usize) -> Value {
        if stage == 0 {
            return self.workspace;
        }
        declare(builder.module, "kiln_memory", &[pointer(), Type::i64()], &[pointer()]);
        let stage = i64_constant(builder, stage as i64);
        call(builder, "kiln_memory", &[self.runtime, stage], Some(pointer())).expect("it was asked for a result")
    }

    /// What `work` makes, to be run where nothing has failed so far, if a failure may come before the end.
    pub(super) fn unless_failed(&mut self, builder: &mut Builder, work: impl FnOnce(&mut Self, &mut Builder)) {
        if !self.may_fail {
            work(self, builder);
            return;
        }
        let succeeded = self.succeeded(builder);
        let branch = builder.op("scf.if").operand(succeeded).regions(2).build();
        let region = builder.module.regions(branch)[0];
        let block = builder.module.create_block(region, &[]);
        builder.within(block, |builder| {
            work(self, builder);
            builder.op("scf.yield").build();
        });
    }

    /// What `load` reads from memory, of an integer type; 0 where something has failed.
    pub(super) fn load_unless_failed(
        &mut self,
        builder: &mut Builder,
        ty: Type,
        load: impl FnOnce(&mut Builder) -> Value,
    ) -> Value {
        if !self.may_fail {
            return load(builder);
        }
        let mut load = Some(load);
        let succeeded = self.succeeded(builder);
        let branch = builder.op("scf.if").operand(succeeded).result(ty).regions(2).build();
        for index in 0..2 {
            let region = builder.module.regions(branch)[index];
            let block = builder.module.create_block(region, &[]);
            builder.within(block, |builder| {
                let value = match load.take() {
                    Some(load) => load(builder),
                    None => {
                        builder.op("arith.constant").attribute("value", Attribute::integer(0, ty)).result(ty).value()
                    }
                };
                builder.op("scf.yield").operand(value).build();
            });
        }
        builder.module.result(branch, 0)
    }

    /// Gives the caller an output whose size depends on data: where it has room for it, or makes some.
    pub(super) fn give_output(&mut self, builder: &mut Builder, number: usize, value: Value) {
        declare(builder.module, "kiln_output_memory", &[pointer(), Type::i64(), Type::i64()], &[pointer()]);
        self.unless_failed(builder, |run, builder| {
            let count = run.extents.as_i64(builder, element_count(builder.module, value));
            let element = builder.module.ty(value).element().map_or(1, |element| element.byte_size().max(1));
            let element = i64_constant(builder, element as i64);
            let bytes = binary(builder, "arith.muli", count, element);
            let number = i64_constant(builder, number as i64);
            let address = call(builder, "kiln_output_memory", &[run.runtime, number, bytes], Some(pointer()));
            let destination = run.memory_like(builder, value, address.expect("it was asked for a result"));
            let source = run.buffer(builder, value);
            run.copy_memory(builder, source, destination);
        });
    }

    /// Whether nothing has failed so far, as `i1`.
    pub(super) fn succeeded(&self, builder: &mut Builder) -> Value {
        declare(builder.module, "kiln_failed", &[pointer()], &[Type::i1()]);
        let failed = call(builder, "kiln_failed", &[self.runtime], Some(Type::i1())).expect("it has a result");
        let yes = builder.op("arith.constant").attribute("value", Attribute::integer(1, Type::i1()));
        let yes = yes.result(Type::i1()).value();
        binary(builder, "arith.xori", failed, yes)
    }
}

fn call(builder: &mut Builder, callee: &str, operands: &[Value], result: Option<Type>) -> Option<Value> {
    let types: Vec<Type> = result.into_iter().collect();
    let call = builder.op("func.call").attribute("callee", Attribute::symbol_ref(callee)).operands(operands);
    let op = call.results(&types).build();
    builder.module.results(op).first().copied()
}
