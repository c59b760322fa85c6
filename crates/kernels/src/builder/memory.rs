//! Loads and stores of flat buffers, scalar, vector, masked and strided, with conversion to and from the
//! representation in which elements are computed.

use crate::builder::{Buffer, Index, KernelBuilder, lanes_of, stored_type};
use kiln_ir::{Attribute, OpState, Type, Value};
use kiln_tensor::{ElementType, Float8};

/// How many elements are handled at once, and which of them exist.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Lanes {
    /// The number of lanes; 1 means a scalar.
    pub count: usize,
    /// The lanes that exist, if not all do.
    pub mask: Option<Value>,
}

impl Lanes {
    /// One scalar.
    pub const SCALAR: Lanes = Lanes { count: 1, mask: None };

    /// A whole vector.
    pub fn full(count: usize) -> Lanes {
        Lanes { count, mask: None }
    }
}

impl KernelBuilder<'_> {
    /// A mask with the first `count` of `lanes` lanes set.
    pub fn mask(&mut self, count: Index, lanes: usize) -> Value {
        let count = self.index(count);
        self.op("vector.create_mask", &[count], Type::vector(&[lanes as u64], Type::i1()))
    }

    /// Loads consecutive elements from `offset` on; lanes that do not exist are zero.
    pub fn load(&mut self, buffer: Buffer, offset: impl Into<Index>, lanes: Lanes) -> Value {
        let offset = self.index(offset.into());
        let ty = lanes_of(stored_type(buffer.element), lanes.count);
        let raw = match (lanes.count, lanes.mask) {
            (1, _) => self.op("memref.load", &[buffer.memref, offset], ty),
            (_, None) => self.op("vector.load", &[buffer.memref, offset], ty),
            (_, Some(mask)) => {
                let zero = self.zero(ty);
                self.op("vector.maskedload", &[buffer.memref, offset, mask, zero], ty)
            }
        };
        self.to_computed(raw, buffer.element)
    }

    /// Stores consecutive elements from `offset` on.
    pub fn store(&mut self, value: Value, buffer: Buffer, offset: impl Into<Index>, lanes: Lanes) {
        let offset = self.index(offset.into());
        let value = self.to_stored(value, buffer.element);
        match (lanes.count, lanes.mask) {
            (1, _) => _ = self.builder.op("memref.store").operands(&[value, buffer.memref, offset]).build(),
            (_, None) => _ = self.builder.op("vector.store").operands(&[value, buffer.memref, offset]).build(),
            (_, Some(mask)) => {
                let operands = [buffer.memref, offset, mask, value];
                self.builder.op("vector.maskedstore").operands(&operands).build();
            }
        }
    }

    /// Asks for an element's cache line, to be read later, in the second-level cache. It need not exist.
    pub fn prefetch(&mut self, buffer: Buffer, offset: impl Into<Index>) {
        let offset = self.index(offset.into());
        self.builder
            .op("memref.prefetch")
            .operands(&[buffer.memref, offset])
            .attribute("isWrite", Attribute::bool(false))
            .attribute("localityHint", Attribute::integer(2, Type::i32()))
            .attribute("isDataCache", Attribute::bool(true))
            .build();
    }

    /// Memory of the function's own for `count` elements, at an address that is a multiple of 64. It is the same each time
    /// a loop comes here.
    pub fn local(&mut self, element: ElementType, count: usize) -> Buffer {
        let count = self.index_constant(count as i64);
        let mut state = OpState::new("memref.alloca", self.builder.location);
        state.operands.push(count);
        state.attributes.set("alignment", Attribute::i64(64));
        state.attributes.set("operandSegmentSizes", Attribute::dense_i32s(&[1, 0]));
        state.result_types.push(Type::flat_memref(stored_type(element)));
        let defining = self.builder.module.defining_op(count).expect("a constant");
        let op = self.builder.module.create(state);
        self.builder.module.insert_after(defining, op);
        Buffer { memref: self.builder.module.result(op, 0), element }
    }

    /// The address of an element, as a pointer.
    pub fn address(&mut self, buffer: Buffer, offset: impl Into<Index>) -> Value {
        let base = self.op("memref.extract_aligned_pointer_as_index", &[buffer.memref], Type::index());
        let bytes = self.mul(offset.into(), buffer.element.byte_size());
        let address = self.add(base, bytes);
        let address = self.index(address);
        let word = self.op("arith.index_cast", &[address], Type::i64());
        self.op("llvm.inttoptr", &[word], Type::dialect("llvm", "ptr"))
    }

    /// A call of an LLVM intrinsic.
    pub fn intrinsic(&mut self, name: &str, operands: &[Value], results: &[Type]) -> Vec<Value> {
        let segments = Attribute::dense_i32s(&[operands.len() as i32, 0]);
        let op = self.builder.op("llvm.call_intrinsic").operands(operands).results(results).attribute("intrin", name);
        let op = op.attribute("op_bundle_sizes", Attribute::dense_i32s(&[]));
        let op = op.attribute("operandSegmentSizes", segments).build();
        self.builder.module.results(op).to_vec()
    }

    /// Loads one scalar.
    pub fn load_scalar(&mut self, buffer: Buffer, offset: impl Into<Index>) -> Value {
        self.load(buffer, offset, Lanes::SCALAR)
    }

    /// Loads one scalar into every lane.
    pub fn load_splat(&mut self, buffer: Buffer, offset: impl Into<Index>, lanes: usize) -> Value {
        let scalar = self.load_scalar(buffer, offset);
        self.splat(scalar, lanes)
    }

    /// Loads elements `stride` apart. Lanes that do not exist are zero and their addresses not touched.
    pub fn load_strided(&mut self, buffer: Buffer, offset: Index, stride: Index, lanes: Lanes) -> Value {
        match stride {
            Index::Constant(0) => return self.load_splat(buffer, offset, lanes.count),
            Index::Constant(1) => return self.load(buffer, offset, lanes),
            _ if lanes.count == 1 => return self.load_scalar(buffer, offset),
            _ => {}
        }
        let ty = lanes_of(stored_type(buffer.element), lanes.count);
        if let Some(mask) = lanes.mask {
            let base = self.index(offset);
            let steps = self.step(lanes.count);
            let stride = self.index(stride);
            let stride = self.splat(stride, lanes.count);
            let offsets = self.op("arith.muli", &[steps, stride], self.ty(steps));
            let zero = self.zero(ty);
            let raw = self.op("vector.gather", &[buffer.memref, base, offsets, mask, zero], ty);
            return self.to_computed(raw, buffer.element);
        }
        let mut vector = self.zero(ty);
        for lane in 0..lanes.count {
            let distance = self.mul(stride, lane);
            let at = self.add(offset, distance);
            let at = self.index(at);
            let scalar = self.op("memref.load", &[buffer.memref, at], stored_type(buffer.element));
            vector = self.insert_lane(scalar, vector, lane);
        }
        self.to_computed(vector, buffer.element)
    }

    /// Stores elements `stride` apart.
    pub fn store_strided(&mut self, value: Value, buffer: Buffer, offset: Index, stride: Index, lanes: Lanes) {
        if stride.is(1) || lanes.count == 1 {
            return self.store(value, buffer, offset, lanes);
        }
        for lane in 0..lanes.count {
            let distance = self.mul(stride, lane);
            let at = self.add(offset, distance);
            let scalar = self.extract_lane(value, lane);
            match lanes.mask {
                None => self.store(scalar, buffer, at, Lanes::SCALAR),
                Some(mask) => {
                    let exists = self.extract_lane(mask, lane);
                    let exists = crate::builder::Condition::Value(exists);
                    self.if_then(exists, |b| b.store(scalar, buffer, at, Lanes::SCALAR));
                }
            }
        }
    }

    /// Loads one element for each lane of `offsets`, a vector of `index`.
    pub fn load_gather(&mut self, buffer: Buffer, offsets: Value, lanes: Lanes) -> Value {
        if lanes.count == 1 {
            return self.load_scalar(buffer, offsets);
        }
        let ty = lanes_of(stored_type(buffer.element), lanes.count);
        if let Some(mask) = lanes.mask {
            let base = self.index_constant(0);
            let zero = self.zero(ty);
            let raw = self.op("vector.gather", &[buffer.memref, base, offsets, mask, zero], ty);
            return self.to_computed(raw, buffer.element);
        }
        let mut vector = self.zero(ty);
        for lane in 0..lanes.count {
            let at = self.extract_lane(offsets, lane);
            let scalar = self.op("memref.load", &[buffer.memref, at], stored_type(buffer.element));
            vector = self.insert_lane(scalar, vector, lane);
        }
        self.to_computed(vector, buffer.element)
    }

    /// Loads one element for each lane of `offsets`, a vector of `i32`, from `base` on: by one instruction where the target
    /// has it.
    pub fn gather_at(&mut self, buffer: Buffer, base: Index, offsets: Value, lanes: Lanes) -> Value {
        if lanes.count == 1 {
            let offset = self.op("arith.index_cast", &[offsets], Type::index());
            let at = self.add(base, offset);
            return self.load_scalar(buffer, at);
        }
        let ty = lanes_of(stored_type(buffer.element), lanes.count);
        let base = self.index(base);
        let mask = lanes.mask.unwrap_or_else(|| self.mask(lanes.count.into(), lanes.count));
        let zero = self.zero(ty);
        let raw = self.op("vector.gather", &[buffer.memref, base, offsets, mask, zero], ty);
        self.to_computed(raw, buffer.element)
    }

    /// 0, 1, 2, ... as `index`.
    pub fn step(&mut self, lanes: usize) -> Value {
        self.op("vector.step", &[], lanes_of(Type::index(), lanes))
    }

    /// One lane of a vector; a scalar itself.
    pub fn extract_lane(&mut self, vector: Value, lane: usize) -> Value {
        let ty = self.ty(vector);
        if ty.as_vector().is_none() {
            return vector;
        }
        let position = Attribute::dense_i64s(&[lane as i64]);
        let op = self.builder.op("vector.extract").operand(vector).attribute("static_position", position);
        op.result(ty.scalar()).value()
    }

    /// The vector with one lane replaced; a scalar is replaced itself.
    pub fn insert_lane(&mut self, scalar: Value, vector: Value, lane: usize) -> Value {
        let ty = self.ty(vector);
        if ty.as_vector().is_none() {
            return scalar;
        }
        let position = Attribute::dense_i64s(&[lane as i64]);
        let op = self.builder.op("vector.insert").operands(&[scalar, vector]).attribute("static_position", position);
        op.result(ty).value()
    }

    /// What was loaded, in the representation it is computed in.
    pub(super) fn to_computed(&mut self, raw: Value, element: ElementType) -> Value {
        match element {
            ElementType::F16 => self.f16_to_f32(raw),
            ElementType::BF16 => self.bf16_to_f32(raw),
            _ if let Some(format) = Float8::of(element) => self.float8_to_f32(raw, format),
            ElementType::I1 => {
                let zero = self.zero(self.ty(raw));
                self.compare_integers(kiln_arith::IntegerPredicate::NotEqual, raw, zero)
            }
            _ => raw,
        }
    }

    /// The bits of an element as one of another type that is as wide.
    pub fn bitcast(&mut self, value: Value, from: ElementType, to: ElementType) -> Value {
        let stored = self.to_stored(value, from);
        let target = self.retyped(stored, stored_type(to));
        let bits = if self.ty(stored) == target { stored } else { self.op("arith.bitcast", &[stored], target) };
        self.to_computed(bits, to)
    }

    /// What was computed, as it is stored.
    pub(super) fn to_stored(&mut self, value: Value, element: ElementType) -> Value {
        let target = self.retyped(value, stored_type(element));
        match element {
            ElementType::F16 => self.f32_to_f16(value),
            ElementType::BF16 => self.f32_to_bf16(value),
            _ if let Some(format) = Float8::of(element) => self.f32_to_float8(value, format),
            ElementType::I1 => self.op("arith.extui", &[value], target),
            _ => value,
        }
    }
}
