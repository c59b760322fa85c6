//! The language in which kernels are written: a layer over [`kiln_ir::Builder`] that folds index arithmetic, treats
//! scalars and vectors alike, and knows the kernel's buffers, extents and tasks.
//!
//! Values have one of these representations, whatever their element type is in memory: narrower floats compute as
//! `f32`, truth values as `i1` (one byte, 0 or 1, in memory), integers as signless integers of their width.

mod activation;
mod arithmetic;
mod body;
mod control;
mod fast;
mod formula;
mod half;
mod index;
mod integer;
mod math;
mod memory;
mod quantized;
mod square;
mod stretched;
mod trigonometry;

pub use arithmetic::Combine;
pub use body::{Body, Coordinate, locate};
pub use formula::{apply_formula, is_formula};
pub use index::{Condition, Index};
pub use memory::Lanes;
pub use stretched::is_unstretched;

use kiln_ir::{Attribute, Block, Builder, InsertionPoint, Module, Op, OpState, Type, Value};
use kiln_schedule::{KernelSpec, NodeSpec};
use kiln_target::Target;
use kiln_tensor::ElementType;
use rustc_hash::FxHashMap;

/// A flat row-major buffer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Buffer {
    /// The `memref<?xT>`.
    pub memref: Value,
    /// What its elements are.
    pub element: ElementType,
}

impl Buffer {
    /// The same bytes as integers, where elements are narrow floats.
    pub fn as_bits(self) -> Buffer {
        let element = match self.element {
            ElementType::F16 | ElementType::BF16 => ElementType::U16,
            other => other,
        };
        Buffer { element, ..self }
    }
}

/// What kernels are written for.
#[derive(Clone, Copy, Debug)]
pub struct EmitOptions<'t> {
    /// The processor.
    pub target: &'t Target,
    /// Whether functions of `f32` may be a few units in the last place off, to be faster.
    pub is_fast: bool,
}

/// Writes the body of one kernel.
#[derive(Debug)]
pub struct KernelBuilder<'m> {
    /// The builder underneath.
    pub builder: Builder<'m>,
    /// The processor.
    pub target: &'m Target,
    entry: Block,
    constants: FxHashMap<(Attribute, Type), Value>,
    /// The input buffers, in the order of the spec.
    pub inputs: Vec<Buffer>,
    /// The output buffers, in the order of the spec.
    pub outputs: Vec<Buffer>,
    dim_values: Vec<Value>,
    scratch: Value,
    /// The first task to do.
    pub begin: Index,
    /// One past the last task to do.
    pub end: Index,
    runtime: Value,
    node: Value,
    /// Whether products of `bf16` take denormal numbers for zero, so that rounding may, too.
    flushes: bool,
    /// Whether functions of `f32` may be a few units in the last place off.
    is_fast: bool,
}

impl<'m> KernelBuilder<'m> {
    /// Starts a function called `name` at the end of the module: the kernel of `spec` and `plan`, with an empty body.
    ///
    /// The function takes the input buffers, the output buffers, the extents `d0`, ..., scratch memory, the range of
    /// tasks, the runtime and the node's number.
    pub fn function(
        module: &'m mut Module,
        name: &str,
        spec: &KernelSpec,
        options: &EmitOptions<'m>,
    ) -> KernelBuilder<'m> {
        let &EmitOptions { target, is_fast } = options;
        let tensors: Vec<ElementType> = spec
            .inputs
            .iter()
            .map(|tensor| tensor.element)
            .chain((0..spec.outputs.len()).map(|index| spec.output(index).element))
            .collect();
        let mut types: Vec<Type> = tensors.iter().map(|&element| Type::flat_memref(stored_type(element))).collect();
        types.extend(vec![Type::index(); spec.dims]);
        types.push(Type::flat_memref(Type::integer(8)));
        types.extend([Type::index(), Type::index(), Type::dialect("llvm", "ptr"), Type::i64()]);

        let body = module.body();
        let mut state = OpState::new("func.func", kiln_ir::Location::unknown());
        state.attributes.set("sym_name", name);
        state.attributes.set("sym_visibility", "private");
        state.attributes.set("function_type", Type::function(&types, &[]));
        state.region_count = 1;
        let function = module.create(state);
        module.append(body, function);
        let region = module.regions(function)[0];
        let entry = module.create_block(region, &types);

        let arguments = module.arguments(entry).to_vec();
        let (buffers, rest) = arguments.split_at(tensors.len());
        let (dims, rest) = rest.split_at(spec.dims);
        let buffers: Vec<Buffer> =
            buffers.iter().zip(tensors).map(|(&memref, element)| Buffer { memref, element }).collect();
        let (inputs, outputs) = buffers.split_at(spec.inputs.len());
        KernelBuilder {
            builder: Builder::at_end(module, entry),
            target,
            entry,
            constants: FxHashMap::default(),
            inputs: inputs.to_vec(),
            outputs: outputs.to_vec(),
            dim_values: dims.to_vec(),
            scratch: rest[0],
            begin: Index::Value(rest[1]),
            end: Index::Value(rest[2]),
            runtime: rest[3],
            node: rest[4],
            flushes: spec.nodes.iter().any(multiplies_halves),
            is_fast,
        }
    }

    /// Ends the function.
    pub fn finish(mut self) {
        self.builder.op("func.return").build();
    }

    /// Appends an op with one result and no attributes.
    pub fn op(&mut self, name: &str, operands: &[Value], result: Type) -> Value {
        self.builder.op(name).operands(operands).result(result).value()
    }

    /// The module.
    pub fn module(&self) -> &Module {
        self.builder.module
    }

    /// The value's type.
    pub fn ty(&self, value: Value) -> Type {
        self.builder.module.ty(value)
    }

    /// How many lanes of `element` a vector register holds.
    pub fn register_lanes(&self, element: ElementType) -> usize {
        self.target.lanes(element)
    }

    /// Scratch memory of this thread as a buffer of `element`, from `byte_offset` on (a multiple of 64).
    pub fn scratch(
        &mut self,
        element: ElementType,
        byte_offset: impl Into<Index>,
        elements: impl Into<Index>,
    ) -> Buffer {
        let (offset, elements) = (self.index(byte_offset.into()), self.index(elements.into()));
        let ty = Type::flat_memref(stored_type(element));
        let memref = self.op("memref.view", &[self.scratch, offset, elements], ty);
        Buffer { memref, element }
    }

    /// Reports that this node was given `value` where only `[-bound, bound)` is allowed. The run goes on.
    pub fn fail(&mut self, value: Value, bound: Index) {
        let bound = self.index(bound);
        let bound = self.op("arith.index_cast", &[bound], Type::i64());
        self.call("kiln_fail", &[self.runtime, self.node, value, bound]);
    }

    /// Calls a function of the C side with the runtime, the node, the addresses of `buffers` and `numbers`.
    pub fn call_runtime(&mut self, callee: &str, buffers: &[Buffer], numbers: &[Index]) {
        let mut operands = vec![self.runtime, self.node];
        for buffer in buffers {
            operands.push(crate::main_function::address_of(&mut self.builder, buffer.memref));
        }
        for &number in numbers {
            let number = self.index(number);
            operands.push(self.op("arith.index_cast", &[number], Type::i64()));
        }
        self.call(callee, &operands);
    }

    /// Has the runtime call a function of the user's, which is told what `description` says.
    pub fn call_custom(&mut self, callee: &str, description: Buffer) {
        let module = &mut *self.builder.module;
        if module.find_symbol(module.top(), callee).is_none() {
            let function = crate::lower_launch::llvm_function(module, callee, "func<i32 (ptr)>", &[]);
            // It may be in a shared object.
            module.set_attribute(function, "visibility_", Attribute::i64(0));
        }
        let function = self.builder.op("llvm.mlir.addressof").attribute("global_name", Attribute::symbol_ref(callee));
        let function = function.result(Type::dialect("llvm", "ptr")).value();
        let description = crate::main_function::address_of(&mut self.builder, description.memref);
        self.call("kiln_custom", &[self.runtime, self.node, function, description]);
    }

    fn call(&mut self, callee: &str, operands: &[Value]) {
        self.declare(callee, operands);
        self.builder.op("func.call").attribute("callee", Attribute::symbol_ref(callee)).operands(operands).build();
    }

    /// Declares a function without results that the C side defines.
    fn declare(&mut self, name: &str, operands: &[Value]) {
        let module = &mut *self.builder.module;
        if module.find_symbol(module.top(), name).is_some() {
            return;
        }
        let types: Vec<Type> = operands.iter().map(|&operand| module.ty(operand)).collect();
        let mut state = OpState::new("func.func", kiln_ir::Location::unknown());
        state.attributes.set("sym_name", name);
        state.attributes.set("sym_visibility", "private");
        state.attributes.set("function_type", Type::function(&types, &[]));
        state.region_count = 1;
        let function = module.create(state);
        let body = module.body();
        module.append(body, function);
    }

    fn constant(&mut self, value: Attribute, ty: Type) -> Value {
        if let Some(&known) = self.constants.get(&(value, ty)) {
            return known;
        }
        let mut state = OpState::new("arith.constant", self.builder.location);
        state.attributes.set("value", value);
        state.result_types.push(ty);
        let op: Op = self.builder.module.create(state);
        self.builder.module.prepend(self.entry, op);
        let result = self.builder.module.result(op, 0);
        self.constants.insert((value, ty), result);
        result
    }

    /// An `index`.
    pub fn index_constant(&mut self, value: i64) -> Value {
        self.constant(Attribute::index(value), Type::index())
    }

    /// An `i64`.
    pub fn i64_constant(&mut self, value: i64) -> Value {
        self.constant(Attribute::i64(value), Type::i64())
    }

    /// An `i8`.
    pub fn byte_constant(&mut self, value: i64) -> Value {
        self.constant(Attribute::integer(value.into(), Type::integer(8)), Type::integer(8))
    }

    /// An `i1`.
    pub fn bool_constant(&mut self, value: bool) -> Value {
        self.constant(Attribute::bool(value), Type::i1())
    }

    /// Runs `build` with new ops going to the end of `block`.
    fn within<T>(&mut self, block: Block, build: impl FnOnce(&mut Self) -> T) -> T {
        let point = std::mem::replace(&mut self.builder.point, InsertionPoint::AtEnd(block));
        let result = build(self);
        self.builder.point = point;
        result
    }
}

/// Whether a node multiplies numbers of `bf16` and sums them as `f32`.
fn multiplies_halves(node: &NodeSpec) -> bool {
    let is_f32 = node.results.first().is_some_and(|result| result.element == ElementType::F32);
    is_f32 && node.attributes.bool("widening") == Some(true)
}

/// The type elements have in memory: signless integers, truth values as bytes, floats of less than 32 bits as their bits.
///
/// As bits, since LLVM has no 8-bit floats, and on some x86 cpus takes vectors of `bf16` apart and calls a library to
/// round each element, even where nothing is computed with them.
pub fn stored_type(element: ElementType) -> Type {
    match element {
        ElementType::I1 => Type::integer(8),
        element if element.is_integer() || element.is_narrow_float() => Type::integer(element.byte_size() as u32 * 8),
        element => Type::from_element(element),
    }
}

/// The scalar type elements are computed in.
pub fn computed_type(element: ElementType) -> Type {
    match element {
        ElementType::I1 => Type::i1(),
        element if element.is_narrow_float() => Type::f32(),
        element => stored_type(element),
    }
}

/// `scalar`, or a vector of `lanes` of them if there is more than one.
pub fn lanes_of(scalar: Type, lanes: usize) -> Type {
    if lanes == 1 { scalar } else { Type::vector(&[lanes as u64], scalar) }
}
