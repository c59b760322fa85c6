//! `lower-main`: `@main`, outlined and planned, becomes the functions of a compiled model.
//!
//! ```mlir
//! func.func @main(%x: tensor<?x8xf32, #kiln.dims<[N, 8]>>) -> ... {
//!   %r = graph.fusion %x {...} {arena = ..., output = [0], launch = {callee = @kernel_0, ...}}
//!   func.return %r
//! }
//! // becomes
//! func.func @kiln_gen_run(%runtime, %inputs, %outputs, %symbols, %workspace, %workers) -> i32 {
//!   ... loop.launch @kernel_0 ...
//! }
//! func.func @kiln_gen_dims(%symbols, %dims)
//! func.func @kiln_gen_workspace(%symbols, %workers) -> i64
//! ```
//!
//! What the functions mean is said in `kiln-codegen`'s and `kiln-runtime`'s documentation. Memory is what `plan-memory`
//! decided: the workspace is the arena, then one scratch area for each worker. Nothing is allocated here.

mod agreement;
mod buffers;
mod description;
mod extents;
mod launches;
mod magnitude;
mod rounds;
mod run;
mod weights;

pub use description::{AxisDescription, ModelDescription, TensorDescription};
pub use launches::{LaunchDescription, OPERATIONS, TRAFFIC};
pub use weights::Weights;

pub(crate) use buffers::{byte_address, load_word, memref_at, store_word};
pub(crate) use run::{buffer_word, constant_word};

use extents::Extents;
use kiln_ir::{Attribute, Builder, DimExpr, Location, Module, Name, Op, OpState, Type, Value};
use rustc_hash::FxHashSet;

/// The attribute of a lowered module that holds the bytes of workspace of a run on one thread, where no symbol takes part.
pub const WORKSPACE_SIZE: &str = "workspace_size";

/// Replaces function `main` by the functions of a compiled model. The module's attributes keep what describes it
/// ([`ModelDescription::of`]) and the table of its constants ([`Weights::of`]).
///
/// # Errors
/// When an op is left that has no kernel, or the types of `main` are no tensors.
pub fn lower_main(module: &mut Module, main: Op) -> Result<(), String> {
    ModelDescription::note_nodes(module, main);
    LaunchDescription::note(module, main)?;
    let description = ModelDescription::of(module, main)?;
    let weights = Weights::collect(module, main);
    let symbols: Vec<Name> = description.symbols.iter().map(|symbol| Name::new(symbol)).collect();
    let arena = size_attribute(module, main, "arena_size")?;
    let scratch = largest_scratch(module, main)?;
    check_symbols(&symbols, &[&[arena], scratch.as_slice()].concat())?;

    let mut exprs = run::expressions(module, main)?;
    let axes = description.inputs.iter().chain(&description.outputs).flat_map(|tensor| &tensor.axes);
    exprs.extend(axes.map(|axis| axis.extent).chain([arena]));

    run::build(module, main, &symbols, &weights, (arena, &scratch))?;
    build_dims(module, &symbols, &description);
    build_workspace(module, &symbols, (arena, &scratch), &exprs);
    if let Some(size) = constant_workspace(arena, &scratch) {
        let top = module.top();
        module.set_attribute(top, WORKSPACE_SIZE, Attribute::i64(size));
    }
    ModelDescription::keep(module, main);
    weights.keep(module);
    module.erase(main);
    Ok(())
}

/// What `kiln_gen_workspace` gives for one worker, if that does not depend on symbols.
fn constant_workspace(arena: DimExpr, scratch: &[DimExpr]) -> Option<i64> {
    let sizes = scratch.iter().map(|size| size.as_constant()).collect::<Option<Vec<i64>>>()?;
    let alignment = kiln_schedule::ARENA_ALIGNMENT;
    let scratch = sizes.into_iter().max().unwrap_or(0).checked_add(alignment - 1)? / alignment * alignment;
    arena.as_constant()?.checked_add(scratch)
}

fn size_attribute(module: &Module, op: Op, name: &str) -> Result<DimExpr, String> {
    let dims = module.attribute(op, name).and_then(|attribute| attribute.as_dims());
    let size = dims.and_then(|dims| dims.first()?.expr());
    size.ok_or_else(|| format!("{} has no {name}: plan-memory comes first", module.name(op)))
}

/// The distinct sizes of scratch memory that launches ask for, without those that ask for none.
fn largest_scratch(module: &Module, main: Op) -> Result<Vec<DimExpr>, String> {
    let mut sizes = Vec::new();
    for op in module.ops_named(main, "graph.fusion") {
        let launch = crate::lower_kernels::Launch::of(module, op)?;
        if launch.scratch.as_constant() != Some(0) && !sizes.contains(&launch.scratch) {
            sizes.push(launch.scratch);
        }
    }
    Ok(sizes)
}

fn check_symbols(symbols: &[Name], exprs: &[DimExpr]) -> Result<(), String> {
    let known: FxHashSet<Name> = symbols.iter().copied().collect();
    let unknown = exprs.iter().flat_map(|expr| expr.symbols()).find(|symbol| !known.contains(symbol));
    match unknown {
        Some(symbol) => Err(format!("no input binds the symbol {symbol}")),
        None => Ok(()),
    }
}

/// `!llvm.ptr`.
pub(crate) fn pointer() -> Type {
    Type::dialect("llvm", "ptr")
}

/// Makes a public function and returns its entry block's arguments with a builder at its end.
fn function<'m>(module: &'m mut Module, name: &str, inputs: &[Type], results: &[Type]) -> (Vec<Value>, Builder<'m>) {
    let body = module.body();
    let mut builder = Builder::at_end(module, body);
    let ty = Type::function(inputs, results);
    let op = builder.op("func.func").attribute("sym_name", name).attribute("function_type", ty).regions(1).build();
    let region = module.regions(op)[0];
    let block = module.create_block(region, inputs);
    (module.arguments(block).to_vec(), Builder::at_end(module, block))
}

/// Declares a function that the C side defines, unless it is.
fn declare(module: &mut Module, name: &str, inputs: &[Type], results: &[Type]) {
    if module.find_symbol(module.top(), name).is_some() {
        return;
    }
    let mut state = OpState::new("func.func", Location::unknown());
    state.attributes.set("sym_name", name);
    state.attributes.set("sym_visibility", "private");
    state.attributes.set("function_type", Type::function(inputs, results));
    state.region_count = 1;
    let function = module.create(state);
    let body = module.body();
    module.append(body, function);
}

/// `kiln_gen_dims(symbols, dims)`: every extent of every input, then of every output.
fn build_dims(module: &mut Module, symbols: &[Name], description: &ModelDescription) {
    let (arguments, mut builder) = function(module, "kiln_gen_dims", &[pointer(), pointer()], &[]);
    let mut extents = Extents::load(&mut builder, arguments[0], symbols);
    let tensors = description.inputs.iter().chain(&description.outputs);
    for (index, axis) in tensors.flat_map(|tensor| &tensor.axes).enumerate() {
        let value = extents.as_i64(&mut builder, axis.extent);
        store_word(&mut builder, arguments[1], index, value);
    }
    builder.op("func.return").build();
}

/// `kiln_gen_workspace(symbols, workers)`: the arena and a scratch area for each worker; -1 if one of `exprs`, which are
/// all that a run computes from the symbols, may not fit in 64 bits.
fn build_workspace(module: &mut Module, symbols: &[Name], (arena, scratch): (DimExpr, &[DimExpr]), exprs: &[DimExpr]) {
    let (arguments, mut builder) = function(module, "kiln_gen_workspace", &[pointer(), Type::i64()], &[Type::i64()]);
    let mut extents = Extents::load(&mut builder, arguments[0], symbols);
    let arena = extents.index(&mut builder, arena);
    let scratch = extents.largest(&mut builder, scratch);
    let workers = extents::to_index(&mut builder, arguments[1]);
    let scratch = extents::binary(&mut builder, "arith.muli", scratch, workers);
    let size = extents::binary(&mut builder, "arith.addi", arena, scratch);
    let mut size = extents::to_i64(&mut builder, size);
    if let Some(fits) = magnitude::all_fit(&mut builder, arguments[0], symbols, exprs) {
        let refused = builder.op("arith.constant").attribute("value", Attribute::i64(-1)).result(Type::i64()).value();
        size = builder.op("arith.select").operands(&[fits, size, refused]).result(Type::i64()).value();
    }
    builder.op("func.return").operand(size).build();
}

/// `arith.constant` of type `f64`.
fn constant_f64(builder: &mut Builder, value: f64) -> Value {
    builder.op("arith.constant").attribute("value", Attribute::f64(value)).result(Type::f64()).value()
}
