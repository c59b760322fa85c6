//! `lower-launch`: `loop.launch` becomes a call of the runtime's thread pool.
//!
//! Each kernel gets one task function `void (context, begin, end, worker)` of C's calling convention. The launch writes
//! what the kernel takes, a word for each buffer and extent, to an array on the stack, which is the context; the task
//! function reads it back. A launch of few tasks calls the task function itself, unless the run is profiled: then the
//! runtime, whose first word says so, is to know of every launch.

use crate::main_function::{buffer_word, byte_address, constant_word, load_word, memref_at, pointer, store_word};
use kiln_ir::{Attribute, AttributeKind, Block, Builder, InsertionPoint, Module, Name, Op, Type, Value};
use rustc_hash::FxHashMap;

/// Lowers every launch inside `root`.
pub fn lower_launch(module: &mut Module, root: Op) {
    let launches: Vec<Op> = module.ops_named(root, "loop.launch");
    let mut tasks: FxHashMap<Name, Name> = FxHashMap::default();
    if !launches.is_empty() {
        declare_parallel(module);
    }
    let contexts = make_contexts(module, &launches);
    for launch in launches {
        let callee =
            module.attribute(launch, "callee").and_then(Attribute::as_symbol_ref).expect("launches were verified");
        let task = *tasks.entry(callee).or_insert_with(|| build_task(module, launch, callee));
        let entry = enclosing_entry(module, launch);
        lower(module, launch, task, contexts[&entry]);
    }
}

/// One array on the stack for each function that launches, as long as its longest context: launches follow each other.
fn make_contexts(module: &mut Module, launches: &[Op]) -> FxHashMap<Block, Value> {
    let mut lengths: FxHashMap<Block, usize> = FxHashMap::default();
    for &launch in launches {
        let length = lengths.entry(enclosing_entry(module, launch)).or_default();
        *length = (*length).max(Parts::of(module, launch).context_length());
    }
    lengths.into_iter().map(|(entry, length)| (entry, stack_words(module, entry, length))).collect()
}

/// What a launch passes on: the words of the context, in order.
struct Parts {
    buffers: Vec<Value>,
    dims: Vec<Value>,
    tasks: Value,
    scratch: Value,
    scratch_bytes: Value,
    node: i64,
    /// Its number in the metadata.
    launch: i64,
    /// Up to this many tasks are not split.
    serial_tasks: i64,
}

impl Parts {
    fn of(module: &Module, launch: Op) -> Parts {
        let only = |name| module.named_operand(launch, name).expect("launches were verified");
        Parts {
            buffers: module.named_operands(launch, "buffers").to_vec(),
            dims: module.named_operands(launch, "dims").to_vec(),
            tasks: only("tasks"),
            scratch: only("scratch"),
            scratch_bytes: only("scratch_bytes"),
            node: module.attributes(launch).i64("node").expect("launches were verified"),
            launch: module.attributes(launch).i64("launch").unwrap_or(0),
            serial_tasks: module.attributes(launch).i64("serial_tasks").unwrap_or(1),
        }
    }

    /// Words of the context: buffers, extents, scratch memory and its size, the runtime and the node.
    fn context_length(&self) -> usize {
        self.buffers.len() + self.dims.len() + 4
    }
}

fn dialect_attribute(body: &str) -> Attribute {
    Attribute::new(AttributeKind::Dialect { dialect: Name::new("llvm"), body: Name::new(body) })
}

/// Makes an `llvm.func`, without a body if `arguments` is empty.
pub(crate) fn llvm_function(module: &mut Module, name: &str, signature: &str, arguments: &[Type]) -> Op {
    let body = module.body();
    let op = Builder::at_end(module, body)
        .op("llvm.func")
        .attribute("sym_name", name)
        .attribute("function_type", Type::dialect("llvm", signature))
        .attribute("linkage", dialect_attribute("linkage<external>"))
        .attribute("CConv", dialect_attribute("cconv<ccc>"))
        .attribute("visibility_", Attribute::i64(1))
        .regions(1)
        .build();
    if !arguments.is_empty() {
        let region = module.regions(op)[0];
        module.create_block(region, arguments);
    }
    op
}

fn declare_parallel(module: &mut Module) {
    llvm_function(module, "kiln_parallel", "func<void (ptr, ptr, ptr, i64, i64, i64)>", &[]);
}

/// Makes the task function of `callee`, shaped by one of its launches; all of them have the same operand types.
fn build_task(module: &mut Module, launch: Op, callee: Name) -> Name {
    let parts = Parts::of(module, launch);
    let name = format!("{callee}_task");
    let words = [pointer(), Type::i64(), Type::i64(), Type::i64()];
    let function = llvm_function(module, &name, "func<void (ptr, i64, i64, i64)>", &words);
    let block = module.region_block(function, 0);
    let [context, begin, end, worker] = *module.arguments(block) else { unreachable!("made with four parameters") };
    let elements: Vec<Type> = parts.buffers.iter().map(|&buffer| module.ty(buffer).scalar()).collect();

    let mut builder = Builder::at_end(module, block);
    let index = |builder: &mut Builder, value: Value| {
        builder.op("arith.index_cast").operand(value).result(Type::index()).value()
    };
    let zero = constant_word(&mut builder, 0);
    let unknown = index(&mut builder, zero);
    let mut arguments = Vec::new();
    for (position, &element) in elements.iter().enumerate() {
        let address = load_word(&mut builder, context, position, pointer());
        arguments.push(memref_at(&mut builder, address, unknown, element));
    }
    let mut next = elements.len();
    for _ in &parts.dims {
        let word = load_word(&mut builder, context, next, Type::i64());
        arguments.push(index(&mut builder, word));
        next += 1;
    }
    let scratch = load_word(&mut builder, context, next, pointer());
    let bytes = load_word(&mut builder, context, next + 1, Type::i64());
    let offset = builder.op("arith.muli").operands(&[bytes, worker]).result(Type::i64()).value();
    let offset = index(&mut builder, offset);
    let scratch = byte_address(&mut builder, scratch, offset);
    let bytes = index(&mut builder, bytes);
    arguments.push(memref_at(&mut builder, scratch, bytes, Type::integer(8)));
    arguments.extend([index(&mut builder, begin), index(&mut builder, end)]);
    arguments.push(load_word(&mut builder, context, next + 2, pointer()));
    arguments.push(load_word(&mut builder, context, next + 3, Type::i64()));
    builder.op("func.call").operands(&arguments).attribute("callee", Attribute::symbol_ref(callee.as_str())).build();
    builder.op("llvm.return").build();
    Name::new(&name)
}

fn lower(module: &mut Module, launch: Op, task: Name, context: Value) {
    let parts = Parts::of(module, launch);
    let entry = enclosing_entry(module, launch);
    let runtime = module.arguments(entry)[0];

    let mut builder = Builder::before(module, launch);
    let mut words: Vec<Value> = parts.buffers.iter().map(|&buffer| buffer_word(&mut builder, buffer)).collect();
    for &dim in &parts.dims {
        words.push(word(&mut builder, dim));
    }
    words.push(buffer_word(&mut builder, parts.scratch));
    words.push(word(&mut builder, parts.scratch_bytes));
    words.extend([runtime, constant_word(&mut builder, parts.node)]);
    for (position, &value) in words.iter().enumerate() {
        store_word(&mut builder, context, position, value);
    }
    let tasks = word(&mut builder, parts.tasks);
    let function = builder.op("llvm.mlir.addressof").attribute("global_name", Attribute::symbol_ref(task.as_str()));
    let function = function.result(pointer()).value();
    let limit = constant_word(&mut builder, parts.serial_tasks);
    let few = compare(&mut builder, SIGNED_AT_MOST, tasks, limit);
    let profile = load_word(&mut builder, runtime, 0, Type::i64());
    let none = constant_word(&mut builder, 0);
    let unprofiled = compare(&mut builder, EQUAL, profile, none);
    let alone = builder.op("arith.andi").operands(&[few, unprofiled]).result(Type::i1()).value();
    let number = constant_word(&mut builder, parts.launch);
    let branch = builder.op("scf.if").operand(alone).regions(2).build();
    let zero = constant_word_before(&mut builder, branch);
    for index in 0..2 {
        let region = builder.module.regions(branch)[index];
        let block = builder.module.create_block(region, &[]);
        builder.within(block, |builder| {
            match index {
                0 => call(builder, task.as_str(), &[context, zero, tasks, zero]),
                _ => call(builder, "kiln_parallel", &[runtime, function, context, tasks, limit, number]),
            }
            builder.op("scf.yield").build();
        });
    }
    module.erase(launch);
}

/// Predicates of `arith.cmpi`.
const EQUAL: i64 = 0;
const SIGNED_AT_MOST: i64 = 3;

fn compare(builder: &mut Builder, predicate: i64, left: Value, right: Value) -> Value {
    let compared = builder.op("arith.cmpi").operands(&[left, right]).attribute("predicate", Attribute::i64(predicate));
    compared.result(Type::i1()).value()
}

/// A zero placed before `op`, visible in its regions.
fn constant_word_before(builder: &mut Builder, op: Op) -> Value {
    let point = std::mem::replace(&mut builder.point, InsertionPoint::Before(op));
    let zero = constant_word(builder, 0);
    builder.point = point;
    zero
}

/// Calls an `llvm.func`.
fn call(builder: &mut Builder, callee: &str, operands: &[Value]) {
    builder
        .op("llvm.call")
        .operands(operands)
        .attribute("callee", Attribute::symbol_ref(callee))
        .attribute("operandSegmentSizes", Attribute::dense_i32s(&[operands.len() as i32, 0]))
        .attribute("op_bundle_sizes", Attribute::dense_i32s(&[]))
        .build();
}

/// The entry block of the function around `op`.
fn enclosing_entry(module: &Module, op: Op) -> Block {
    let function = std::iter::successors(Some(op), |&op| module.parent_op(op)).find(|&op| module.is(op, "func.func"));
    module.region_block(function.expect("a launch stands in a function"), 0)
}

/// An array of `count` words on the stack, made where the function begins.
fn stack_words(module: &mut Module, entry: Block, count: usize) -> Value {
    let first = module.first_op(entry).expect("a function has a terminator");
    let mut builder = Builder::before(module, first);
    let count = constant_word(&mut builder, count as i64);
    builder.op("llvm.alloca").operand(count).attribute("elem_type", Type::i64()).result(pointer()).value()
}

/// `index` to a word.
fn word(builder: &mut Builder, value: Value) -> Value {
    builder.op("arith.index_cast").operand(value).result(Type::i64()).value()
}
