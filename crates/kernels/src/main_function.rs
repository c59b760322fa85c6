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
//! Symbols that data gives have values only after their `graph.bind_extents`, see `stages.rs`. What the functions mean is
//! said in `kiln-codegen`'s and `kiln-runtime`'s documentation. Memory is what `plan-memory` decided: the workspace is the
//! arena, then one scratch area for each worker. Nothing is allocated here.

mod agreement;
mod buffers;
mod description;
mod extents;
mod launches;
mod magnitude;
mod rounds;
mod run;
mod stages;
mod symbols;
mod weights;

pub use description::{AxisDescription, ModelDescription, TensorDescription};
pub use launches::{LaunchDescription, OPERATIONS, TRAFFIC};
pub use weights::Weights;

pub(crate) use buffers::{address_of, byte_address, load_word, memref_at, store_word};
pub(crate) use run::{buffer_word, constant_word};

use extents::Extents;
use kiln_ir::{Attribute, Builder, DimExpr, Location, Module, Name, Op, OpState, Type, Value};
use rustc_hash::FxHashSet;
use stages::Memory;
use symbols::Symbols;

/// The attribute of a lowered module that holds the bytes of workspace of a run on one thread, where no symbol takes part.
pub const WORKSPACE_SIZE: &str = "workspace_size";

/// Replaces function `main` by the functions of a compiled model. The module's attributes keep what describes it
/// ([`ModelDescription::of`]) and the table of its constants ([`Weights::of`]).
///
/// # Errors
/// When an op is left that has no kernel, or the types of `main` are no tensors.
pub fn lower_main(module: &mut Module, main: Op) -> Result<(), String> {
    ModelDescription::note_nodes(module, main);
    ModelDescription::note_data_symbols(module, main);
    LaunchDescription::note(module, main)?;
    let description = ModelDescription::of(module, main)?;
    let weights = Weights::collect(module, main);
    let symbols = Symbols::of(module, main, &description.symbols[..description.input_symbols]);
    let memory = Memory::of(module, main)?;
    check_symbols(&symbols, &memory)?;

    let mut exprs = run::expressions(module, main)?;
    let axes = description.inputs.iter().chain(&description.outputs).flat_map(|tensor| &tensor.axes);
    exprs.extend(axes.map(|axis| axis.extent).chain(memory.arenas.iter().copied()));

    run::build(module, main, &symbols, &weights, &memory)?;
    build_dims(module, &symbols, &description);
    let (arena, scratch) = (memory.arenas[0], memory.scratch[0].as_slice());
    let exprs = memory.first_known(&exprs, 0);
    build_workspace(module, &symbols, (arena, scratch), &exprs);
    if let Some(size) = constant_workspace(arena, scratch) {
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

fn check_symbols(symbols: &Symbols, memory: &Memory) -> Result<(), String> {
    let known: FxHashSet<Name> = symbols.names().iter().copied().collect();
    let exprs = memory.arenas.iter().chain(memory.scratch.iter().flatten());
    let unknown = exprs.flat_map(|expr| expr.symbols()).find(|symbol| !known.contains(symbol));
    match unknown {
        Some(symbol) => Err(format!("nothing gives the symbol {symbol} its value")),
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

/// What `kiln_gen_dims` writes where nothing tells an extent yet.
const NOT_KNOWN: i64 = i64::MIN;

/// `kiln_gen_dims(symbols, dims)`: every extent of every input, then of every output. As long as a symbol that data gives
/// is negative, it has no value yet: of what depends on it, the largest value is written.
fn build_dims(module: &mut Module, symbols: &Symbols, description: &ModelDescription) {
    let (arguments, mut builder) = function(module, "kiln_gen_dims", &[pointer(), pointer()], &[]);
    let [array, dims] = arguments[..] else { unreachable!("the function was made with two parameters") };
    let mut extents = Extents::load(&mut builder, array, symbols);
    let tensors = description.inputs.iter().chain(&description.outputs);
    for (index, axis) in tensors.flat_map(|tensor| &tensor.axes).enumerate() {
        let mut value = extents.as_i64(&mut builder, axis.extent);
        if symbols.depend_on_data(axis.extent) {
            let most = match symbols.most(axis.extent) {
                Some(most) => extents.as_i64(&mut builder, most),
                None => buffers::i64_constant(&mut builder, NOT_KNOWN),
            };
            let is_known = are_known(&mut builder, &mut extents, symbols, axis.extent);
            value = builder.op("arith.select").operands(&[is_known, value, most]).result(Type::i64()).value();
        }
        store_word(&mut builder, dims, index, value);
    }
    builder.op("func.return").build();
}

/// Whether data has given all symbols of `expr` their values, as `i1`.
fn are_known(builder: &mut Builder, extents: &mut Extents, symbols: &Symbols, expr: DimExpr) -> Value {
    let mut least: Option<Value> = None;
    for (_, symbol) in symbols.of_data().filter(|(_, symbol)| expr.symbols().contains(symbol)) {
        let value = extents.index(builder, DimExpr::symbol(symbol.as_str()));
        least = Some(least.map_or(value, |least| extents::binary(builder, "arith.minsi", least, value)));
    }
    let (least, zero) = (least.expect("data gives one of the symbols"), extents::constant(builder, 0));
    let compare = builder.op("arith.cmpi").operands(&[least, zero]).attribute("predicate", Attribute::i64(5));
    compare.result(Type::i1()).value()
}

/// `kiln_gen_workspace(symbols, workers)`: the arena and a scratch area for each worker; -1 if one of `exprs`, which are
/// all that a run computes from the symbols, may not fit in 64 bits.
fn build_workspace(module: &mut Module, symbols: &Symbols, (arena, scratch): (DimExpr, &[DimExpr]), exprs: &[DimExpr]) {
    let (arguments, mut builder) = function(module, "kiln_gen_workspace", &[pointer(), Type::i64()], &[Type::i64()]);
    let mut extents = Extents::load(&mut builder, arguments[0], symbols);
    let arena = extents.index(&mut builder, arena);
    let scratch = extents.largest(&mut builder, scratch);
    let workers = extents::to_index(&mut builder, arguments[1]);
    let scratch = extents::binary(&mut builder, "arith.muli", scratch, workers);
    let size = extents::binary(&mut builder, "arith.addi", arena, scratch);
    let mut size = extents::to_i64(&mut builder, size);
    if let Some(fits) = magnitude::all_fit(&mut builder, arguments[0], symbols.names(), exprs) {
        let refused = builder.op("arith.constant").attribute("value", Attribute::i64(-1)).result(Type::i64()).value();
        size = builder.op("arith.select").operands(&[fits, size, refused]).result(Type::i64()).value();
    }
    builder.op("func.return").operand(size).build();
}

/// `arith.constant` of type `f64`.
fn constant_f64(builder: &mut Builder, value: f64) -> Value {
    builder.op("arith.constant").attribute("value", Attribute::f64(value)).result(Type::f64()).value()
}
