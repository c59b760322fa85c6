//! Words and buffers behind raw pointers: the few `llvm` ops at the border to C.

use super::pointer;
use crate::main_function::extents::constant;
use kiln_ir::{Attribute, Builder, Type, Value};

/// The marker in `rawConstantIndices` for an index that is an operand.
const DYNAMIC_INDEX: i32 = i32::MIN;

/// Loads word number `index` of the array at `base`.
pub(crate) fn load_word(builder: &mut Builder, base: Value, index: usize, ty: Type) -> Value {
    let address = word_address(builder, base, index);
    builder.op("llvm.load").operand(address).attribute("ordering", Attribute::i64(0)).result(ty).value()
}

/// Stores word number `index` of the array at `base`.
pub(crate) fn store_word(builder: &mut Builder, base: Value, index: usize, value: Value) {
    let address = word_address(builder, base, index);
    builder.op("llvm.store").operands(&[value, address]).attribute("ordering", Attribute::i64(0)).build();
}

/// All words are 8 bytes: pointers, extents, sizes.
fn word_address(builder: &mut Builder, base: Value, index: usize) -> Value {
    let index = i32::try_from(index).expect("arrays at the border to C are short");
    builder
        .op("llvm.getelementptr")
        .operand(base)
        .attribute("elem_type", Type::i64())
        .attribute("rawConstantIndices", Attribute::dense_i32s(&[index]))
        .result(pointer())
        .value()
}

/// The address `bytes` after `base`.
pub(crate) fn byte_address(builder: &mut Builder, base: Value, bytes: Value) -> Value {
    let bytes = crate::main_function::extents::to_i64(builder, bytes);
    builder
        .op("llvm.getelementptr")
        .operands(&[base, bytes])
        .attribute("elem_type", Type::integer(8))
        .attribute("rawConstantIndices", Attribute::dense_i32s(&[DYNAMIC_INDEX]))
        .result(pointer())
        .value()
}

/// `memref<?xelement>` of `count` elements at `address`.
pub(crate) fn memref_at(builder: &mut Builder, address: Value, count: Value, element: Type) -> Value {
    let descriptor = Type::dialect("llvm", "struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>");
    let count = crate::main_function::extents::to_i64(builder, count);
    let zero = i64_constant(builder, 0);
    let one = i64_constant(builder, 1);
    let mut value = builder.op("llvm.mlir.poison").result(descriptor).value();
    let parts: [(Value, &[i64]); 5] =
        [(address, &[0]), (address, &[1]), (zero, &[2]), (count, &[3, 0]), (one, &[4, 0])];
    for (part, position) in parts {
        value = builder
            .op("llvm.insertvalue")
            .operands(&[value, part])
            .attribute("position", Attribute::dense_i64s(position))
            .result(descriptor)
            .value();
    }
    builder.op("builtin.unrealized_conversion_cast").operand(value).result(Type::flat_memref(element)).value()
}

/// The address of a memref's first element.
pub(crate) fn address_of(builder: &mut Builder, memref: Value) -> Value {
    let index = builder.op("memref.extract_aligned_pointer_as_index").operand(memref).result(Type::index()).value();
    let word = crate::main_function::extents::to_i64(builder, index);
    builder.op("llvm.inttoptr").operand(word).result(pointer()).value()
}

/// `arith.constant` of type `i64`.
pub(crate) fn i64_constant(builder: &mut Builder, value: i64) -> Value {
    builder.op("arith.constant").attribute("value", Attribute::i64(value)).result(Type::i64()).value()
}

/// The value of element 0 of a byte buffer.
pub(crate) fn first_byte(builder: &mut Builder, memref: Value) -> Value {
    let zero = constant(builder, 0);
    builder.op("memref.load").operands(&[memref, zero]).result(Type::integer(8)).value()
}
