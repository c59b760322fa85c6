//! `kiln_gen_run`.

use super::agreement::{self, Agreement};
use super::buffers::{address_of, byte_address, first_byte, i64_constant, load_word, memref_at};
use super::description::{node_name, reporting_ops};
use super::extents::{Extents, binary, constant, to_index};
use super::stages::Memory;
use super::symbols::Symbols;
use super::{Weights, function, pointer};
use crate::builder::stored_type;
use crate::lower_kernels::Launch;
use kiln_graph::LoopView;
use kiln_ir::{Attribute, Block, Builder, DimExpr, Module, Name, Op, Traits, Type, Value};
use kiln_schedule::{is_in_place, storage_of};
use rustc_hash::FxHashMap;

/// Builds the function from the body of `main`.
pub(super) fn build(
    module: &mut Module,
    main: Op,
    symbols: &Symbols,
    weights: &Weights,
    memory: &Memory,
) -> Result<(), String> {
    let inputs = [pointer(), pointer(), pointer(), pointer(), pointer(), Type::i64()];
    let source = module.region_block(main, 0);
    let (nodes, mut exprs) = (nodes(module, main), expressions(module, main)?);
    // What a stage asks for must fit in memory, too.
    exprs.extend(memory.arenas.iter().chain(memory.scratch.iter().flatten()).copied());
    let agreements = agreement::agreements(module, main);
    let shapes = if memory.has_stages() { shapes(module, main) } else { Vec::new() };
    let (arguments, mut builder) = function(module, "kiln_gen_run", &inputs, &[Type::i32()]);
    let [runtime, inputs, outputs, symbol_array, workspace, workers] = arguments[..] else {
        unreachable!("the function was made with six parameters")
    };

    let mut extents = Extents::load(&mut builder, symbol_array, symbols);
    extents.remember(&mut builder, exprs.iter().copied());
    let weights_base = declare_weights(&mut builder, weights);
    let arena_size = extents.index(&mut builder, memory.arenas[0]);
    let scratch_bytes = extents.largest(&mut builder, &memory.scratch[0]);
    let workers = to_index(&mut builder, workers);
    let scratch_size = binary(&mut builder, "arith.muli", scratch_bytes, workers);
    let scratch_base = byte_address(&mut builder, workspace, arena_size);
    let scratch = memref_at(&mut builder, scratch_base, scratch_size, Type::integer(8));

    let mut addresses = FxHashMap::default();
    for (index, &argument) in builder.module.arguments(source).to_vec().iter().enumerate() {
        addresses.insert(argument, load_word(&mut builder, inputs, index, pointer()));
    }
    let known = memory.agreements_in(&agreements, None, |stage| stage == 0);
    let agree = agreement::build(&mut builder, &mut extents, runtime, &known, |op| nodes[&op]);
    let launches = builder.module.ops_named(main, "graph.fusion").into_iter().zip(0..).collect();
    let mut run = Run {
        extents,
        addresses,
        weights,
        weights_base,
        runtime,
        workspace,
        workers,
        outputs,
        scratch: (scratch, scratch_bytes),
        nodes,
        launches,
        symbols,
        symbol_array,
        memory,
        exprs,
        shapes,
        may_fail: memory.has_stages() || agreements.iter().any(|agreement| agreement.branch.is_some()),
        agreements,
    };
    match agree {
        None => run.body(&mut builder, source)?,
        Some(agree) => {
            let branch = builder.op("scf.if").operand(agree).regions(2).build();
            let region = builder.module.regions(branch)[0];
            let block = builder.module.create_block(region, &[]);
            builder.within(block, |builder| -> Result<(), String> {
                run.body(builder, source)?;
                builder.op("scf.yield").build();
                Ok(())
            })?;
        }
    }
    let ok =
        builder.op("arith.constant").attribute("value", Attribute::integer(0, Type::i32())).result(Type::i32()).value();
    builder.op("func.return").operand(ok).build();
    Ok(())
}

/// The number in the metadata of the node of each op that may report a failure.
fn nodes(module: &Module, main: Op) -> FxHashMap<Op, i64> {
    let mut names: Vec<String> = Vec::new();
    let mut numbers = FxHashMap::default();
    for op in reporting_ops(module, main) {
        let name = node_name(module, op);
        let number = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        numbers.insert(op, number as i64);
    }
    numbers
}

/// Every extent that launches need, so that each is computed once, before any branch.
pub(super) fn expressions(module: &Module, main: Op) -> Result<Vec<DimExpr>, String> {
    let mut exprs = Vec::new();
    for op in module.walk(main) {
        if module.is(op, "graph.fusion") {
            let launch = Launch::of(module, op)?;
            exprs.extend(launch.dims);
            exprs.extend([launch.tasks, launch.scratch]);
            let values = module.operands(op).iter().chain(module.results(op));
            exprs.extend(values.map(|&value| storage_of(module, value).offset));
        }
        if let Some(places) = module.attribute(op, "arena").and_then(Attribute::as_dims) {
            exprs.extend(places.iter().filter_map(|place| place.expr()));
        }
        exprs.extend(LoopView::of(module, op).and_then(|view| view.rounds));
    }
    Ok(exprs)
}

/// The extents of all tensors that are somewhere in memory.
fn shapes(module: &Module, main: Op) -> Vec<DimExpr> {
    let mut found: Vec<DimExpr> = Vec::new();
    let is_inside_kernel = |op: Op| module.parent_op(op).is_some_and(|parent| module.is(parent, kiln_graph::FUSION));
    for op in module.walk(main).into_iter().filter(|&op| op != main && !is_inside_kernel(op)) {
        let shapes = module.results(op).iter().filter_map(|&value| module.ty(value).as_tensor());
        for extent in shapes.flat_map(|tensor| &tensor.shape).filter_map(|dim| dim.expr()) {
            if !found.contains(&extent) {
                found.push(extent);
            }
        }
    }
    found
}

/// Declares `@kiln_weights` and returns its address; `None` without weights.
fn declare_weights(builder: &mut Builder, weights: &Weights) -> Option<Value> {
    if weights.tensors.is_empty() {
        return None;
    }
    let body = builder.module.body();
    let bytes = Type::dialect("llvm", &format!("array<{} x i8>", weights.size));
    builder.within(body, |builder| {
        builder
            .op("llvm.mlir.global")
            .attribute("sym_name", "kiln_weights")
            .attribute("global_type", bytes)
            .attribute("linkage", dialect_attribute("llvm", "linkage<external>"))
            .attribute("constant", Attribute::unit())
            .attribute("addr_space", Attribute::integer(0, Type::i32()))
            .attribute("alignment", Attribute::i64(64))
            // Not hidden: then it would have to be within 2 GiB of the code. As it is, the linker decides.
            .attribute("visibility_", Attribute::i64(0))
            .regions(1)
            .build();
    });
    let address = builder.op("llvm.mlir.addressof").attribute("global_name", Attribute::symbol_ref("kiln_weights"));
    Some(address.result(pointer()).value())
}

fn dialect_attribute(dialect: &str, body: &str) -> Attribute {
    Attribute::new(kiln_ir::AttributeKind::Dialect { dialect: Name::new(dialect), body: Name::new(body) })
}

/// What the function knows while it is built.
pub(super) struct Run<'a> {
    pub(super) extents: Extents,
    /// The address of each tensor's first byte.
    pub(super) addresses: FxHashMap<Value, Value>,
    weights: &'a Weights,
    weights_base: Option<Value>,
    pub(super) runtime: Value,
    pub(super) workspace: Value,
    pub(super) workers: Value,
    outputs: Value,
    /// Scratch memory of stage 0, and its bytes for each worker.
    scratch: (Value, Value),
    pub(super) nodes: FxHashMap<Op, i64>,
    /// The number of each launch in the metadata.
    launches: FxHashMap<Op, i64>,
    pub(super) symbols: &'a Symbols,
    pub(super) symbol_array: Value,
    pub(super) memory: &'a Memory,
    /// What a run computes from symbols.
    pub(super) exprs: Vec<DimExpr>,
    /// The extents that have to be looked at where data gives them.
    pub(super) shapes: Vec<DimExpr>,
    pub(super) agreements: Vec<Agreement>,
    /// Whether extents may turn out not to be right after the first kernel: what follows is left out then.
    pub(super) may_fail: bool,
}

impl Run<'_> {
    /// Lowers all of `main`.
    fn body(&mut self, builder: &mut Builder, source: Block) -> Result<(), String> {
        let last = self.block(builder, source)?;
        self.copy_outputs(builder, last);
        Ok(())
    }

    /// Lowers the ops of `block`; returns its terminator.
    pub(super) fn block(&mut self, builder: &mut Builder, block: Block) -> Result<Op, String> {
        for op in builder.module.ops_of(block) {
            builder.location = builder.module.location(op);
            match builder.module.name(op).as_str() {
                "graph.fusion" => self.launch(builder, op)?,
                "graph.dims" => self.dims(builder, op),
                kiln_graph::BIND_EXTENTS => self.bind(builder, op)?,
                kiln_graph::IF => self.branch(builder, op)?,
                kiln_graph::LOOP => self.rounds(builder, op)?,
                "graph.yield" | "func.return" => return Ok(op),
                _ if builder.module.has_traits(op, Traits::VIEW)
                    || is_in_place(builder.module, op)
                    || builder.module.has_traits(op, Traits::CONSTANT_LIKE) => {}
                name => return Err(format!("{name} is not part of a kernel: outline comes first")),
            }
        }
        Err("a block has no terminator".into())
    }

    /// The address of a tensor.
    pub(super) fn address(&mut self, builder: &mut Builder, value: Value) -> Value {
        let storage = storage_of(builder.module, value);
        let address = self.owner_address(builder, storage.owner);
        if storage.offset == DimExpr::constant(0) {
            return address;
        }
        let offset = self.extents.index(builder, storage.offset);
        byte_address(builder, address, offset)
    }

    /// The address of a tensor that is no part of another.
    fn owner_address(&mut self, builder: &mut Builder, owner: Value) -> Value {
        if let Some(&address) = self.addresses.get(&owner) {
            return address;
        }
        if let Some(offset) = self.weights.find_offset(owner) {
            let base = self.weights_base.expect("there are weights");
            let offset = constant(builder, offset as i64);
            return byte_address(builder, base, offset);
        }
        // Parts are written before the op comes that names the whole.
        let op = builder.module.defining_op(owner).expect("a tensor is an input, a result or a constant");
        self.place_results(builder, op);
        self.addresses[&owner]
    }

    /// The buffer of a tensor as a flat memref of its storage type.
    pub(super) fn buffer(&mut self, builder: &mut Builder, value: Value) -> Value {
        let address = self.address(builder, value);
        let (count, element) = (self.count(builder, value), storage_type(builder.module, value));
        memref_at(builder, address, count, element)
    }

    pub(super) fn count(&mut self, builder: &mut Builder, value: Value) -> Value {
        let count = element_count(builder.module, value);
        self.extents.index(builder, count)
    }

    /// Gives every result of `op` its address: an output's, a place in the arena or in another tensor.
    pub(super) fn place_results(&mut self, builder: &mut Builder, op: Op) {
        let outputs = builder.module.attributes(op).i64s("output").unwrap_or_default();
        let places = builder.module.attribute(op, "arena").and_then(Attribute::as_dims).unwrap_or_default();
        let stages = builder.module.attributes(op).i64s("stages").unwrap_or_default();
        for (index, result) in builder.module.results(op).to_vec().into_iter().enumerate() {
            let owner = storage_of(builder.module, result).owner;
            // What lies in a loop's result has its address from there.
            if self.addresses.contains_key(&result) {
                continue;
            }
            if owner != result {
                self.owner_address(builder, owner);
                continue;
            }
            let address = match outputs.get(index).and_then(|&output| usize::try_from(output).ok()) {
                Some(output) => load_word(builder, self.outputs, output, pointer()),
                None => {
                    let place =
                        places.get(index).and_then(|place| place.expr()).expect("plan-memory placed every result");
                    let base = self.stage_base(builder, stages.get(index).map_or(0, |&stage| stage as usize));
                    let place = self.extents.index(builder, place);
                    byte_address(builder, base, place)
                }
            };
            self.addresses.insert(result, address);
        }
    }

    fn launch(&mut self, builder: &mut Builder, op: Op) -> Result<(), String> {
        let launch = Launch::of(builder.module, op)?;
        self.place_results(builder, op);
        let (operands, results) = (builder.module.operands(op).to_vec(), builder.module.results(op).to_vec());
        let mut all: Vec<Value> = Vec::new();
        for value in operands.into_iter().chain(results) {
            all.push(self.buffer(builder, value));
        }
        let buffers = all.len() as i32;
        for &dim in &launch.dims {
            all.push(self.extents.index(builder, dim));
        }
        let dims = launch.dims.len() as i32;
        all.push(self.extents.index(builder, launch.tasks));
        let (scratch, scratch_bytes) = self.scratch_of(builder, launch.scratch);
        all.extend([scratch, scratch_bytes]);
        self.unless_failed(builder, |run, builder| {
            builder
                .op("loop.launch")
                .operands(&all)
                .attribute("callee", Attribute::symbol_ref(launch.callee.as_str()))
                .attribute("serial_tasks", launch.serial_tasks)
                .attribute("node", run.nodes[&op])
                .attribute("launch", run.launches[&op])
                .attribute("operandSegmentSizes", Attribute::dense_i32s(&[buffers, dims, 1, 1, 1]))
                .build();
        });
        Ok(())
    }

    /// The scratch memory for a launch that asks for so much, and its bytes for each worker.
    fn scratch_of(&mut self, builder: &mut Builder, size: DimExpr) -> (Value, Value) {
        let stage = self.memory.stages.stage(size);
        if stage == 0 {
            return self.scratch;
        }
        let base = self.stage_base(builder, stage);
        let arena = self.extents.index(builder, self.memory.arenas[stage]);
        let bytes = self.extents.largest(builder, &self.memory.scratch[stage]);
        let all = binary(builder, "arith.muli", bytes, self.workers);
        let address = byte_address(builder, base, arena);
        (memref_at(builder, address, all, Type::integer(8)), bytes)
    }

    /// Writes the values of extents.
    fn dims(&mut self, builder: &mut Builder, op: Op) {
        self.place_results(builder, op);
        let buffer = self.buffer(builder, builder.module.result(op, 0));
        let dims = builder.module.attribute(op, "dims").and_then(Attribute::as_dims).unwrap_or_default();
        for (index, dim) in dims.iter().enumerate() {
            let expr = dim.expr().expect("extents in the graph dialect are known");
            let value = self.extents.as_i64(builder, expr);
            let index = constant(builder, index as i64);
            builder.op("memref.store").operands(&[value, buffer, index]).build();
        }
    }

    /// `graph.if` to `scf.if`; each branch copies what it yields to the results' places.
    fn branch(&mut self, builder: &mut Builder, op: Op) -> Result<(), String> {
        self.place_results(builder, op);
        let condition = self.holds(builder, builder.module.operand(op, 0));
        let lowered = builder.op("scf.if").operand(condition).regions(2).build();
        let results = builder.module.results(op).to_vec();
        for index in 0..2 {
            let source = builder.module.region_block(op, index);
            let region = builder.module.regions(lowered)[index];
            let target = builder.module.create_block(region, &[]);
            builder.within(target, |builder| -> Result<(), String> {
                self.enter_branch(builder, source);
                let last = self.block(builder, source)?;
                for (position, &result) in results.iter().enumerate() {
                    let value = builder.module.operand(last, position);
                    let destination = self.buffer(builder, result);
                    self.copy(builder, value, destination);
                }
                builder.op("scf.yield").build();
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Whether a condition, which has one element, holds.
    pub(super) fn holds(&mut self, builder: &mut Builder, condition: Value) -> Value {
        let condition = self.buffer(builder, condition);
        let byte = self.load_unless_failed(builder, Type::integer(8), |builder| first_byte(builder, condition));
        let zero = builder.op("arith.constant").attribute("value", Attribute::integer(0, Type::integer(8)));
        let zero = zero.result(Type::integer(8)).value();
        let not_equal = builder.op("arith.cmpi").operands(&[byte, zero]).attribute("predicate", Attribute::i64(1));
        not_equal.result(Type::i1()).value()
    }

    pub(super) fn copy(&mut self, builder: &mut Builder, value: Value, destination: Value) {
        let source = self.buffer(builder, value);
        self.copy_memory(builder, source, destination);
    }

    pub(super) fn copy_memory(&mut self, builder: &mut Builder, source: Value, destination: Value) {
        self.unless_failed(builder, |_, builder| {
            builder.op("memref.copy").operands(&[source, destination]).build();
        });
    }

    /// Copies the outputs that no kernel wrote in place: inputs, constants, and tensors that are two outputs at once.
    fn copy_outputs(&mut self, builder: &mut Builder, last: Op) {
        let values = builder.module.operands(last).to_vec();
        for (number, value) in values.into_iter().enumerate() {
            let owner = storage_of(builder.module, value).owner;
            let written = builder.module.defining_op(owner).and_then(|op| {
                let index = builder.module.results(op).iter().position(|&result| result == owner)?;
                builder.module.attributes(op).i64s("output")?.get(index).copied()
            });
            if written == Some(number as i64) {
                continue;
            }
            match self.symbols.depend_on_data(element_count(builder.module, value)) {
                true => self.give_output(builder, number, value),
                false => {
                    let address = load_word(builder, self.outputs, number, pointer());
                    let destination = self.memory_like(builder, value, address);
                    self.copy(builder, value, destination);
                }
            }
        }
    }
}

/// How many elements a tensor has.
pub(super) fn element_count(module: &Module, value: Value) -> DimExpr {
    let shape = &module.ty(value).as_tensor().expect("graph values are ranked tensors").shape;
    let count = shape.iter().try_fold(DimExpr::constant(1), |count, dim| count.checked_mul(dim.expr()?));
    count.expect("the number of elements was checked when the model was read")
}

/// The type that a tensor's elements have in memory; bytes for strings.
pub(super) fn storage_type(module: &Module, value: Value) -> Type {
    module.ty(value).element().map_or(Type::integer(8), stored_type)
}

/// Keeps the pointer of a buffer for a task's context.
pub(crate) fn buffer_word(builder: &mut Builder, memref: Value) -> Value {
    let address = address_of(builder, memref);
    builder.op("llvm.ptrtoint").operand(address).result(Type::i64()).value()
}

/// A word that is a constant.
pub(crate) fn constant_word(builder: &mut Builder, value: i64) -> Value {
    i64_constant(builder, value)
}
