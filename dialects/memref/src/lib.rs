//! The memref dialect: loads and stores of buffers, under MLIR's names. Kernels see flat buffers, `memref<?xf32>`.
//!
//! ```mlir
//! %x = "memref.load"(%buffer, %i) : (memref<?xf32>, index) -> f32
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, Dialect, Module, Op, OpDefinition, OperandDefinition, Presence,
    ResultDefinition, Traits, Type, TypeConstraint,
};

/// The dialect.
pub static DIALECT: Dialect = Dialect { name: "memref", doc: "Buffers.", ops: &[OPS] };

const MEMREF: TypeConstraint = TypeConstraint::Other("a memref", is_memref);
const INDEX: TypeConstraint = TypeConstraint::Other("an index", Type::is_index);

fn is_memref(ty: Type) -> bool {
    ty.as_memref().is_some()
}

const fn operand(name: &'static str, ty: TypeConstraint, count: Count) -> OperandDefinition {
    OperandDefinition { name, ty, count }
}

const fn required(name: &'static str, value: AttributeConstraint, doc: &'static str) -> AttributeDefinition {
    AttributeDefinition { name, value, presence: Presence::Required, doc }
}

static OPS: &[OpDefinition] = &[
    OpDefinition {
        name: "memref.load",
        doc: "One element.",
        example: r#"%x = "memref.load"(%buffer, %i) : (memref<?xf32>, index) -> f32"#,
        operands: &[operand("memref", MEMREF, Count::One), operand("indices", INDEX, Count::Variadic)],
        results: &[ResultDefinition { name: "result", ty: TypeConstraint::Any, count: Count::One }],
        verify: Some(verify_load),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "memref.store",
        doc: "Overwrites one element.",
        example: r#""memref.store"(%x, %buffer, %i) : (f32, memref<?xf32>, index) -> ()"#,
        operands: &[
            operand("value", TypeConstraint::Any, Count::One),
            operand("memref", MEMREF, Count::One),
            operand("indices", INDEX, Count::Variadic),
        ],
        verify: Some(verify_store),
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "memref.prefetch",
        doc: "Asks for the cache line of an element that will be needed; changes nothing.",
        example: r#""memref.prefetch"(%buffer, %i) {isDataCache = true, isWrite = false, localityHint = 2 : i32} : (memref<?xf32>, index) -> ()"#,
        operands: &[operand("memref", MEMREF, Count::One), operand("indices", INDEX, Count::Variadic)],
        attributes: &[
            required("isWrite", AttributeConstraint::Bool, "Whether the element will be written."),
            required("localityHint", AttributeConstraint::Any, "From 0, read once, to 3, kept as near as possible."),
            required("isDataCache", AttributeConstraint::Bool, "Whether it is data, not code."),
        ],
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "memref.view",
        doc: "A buffer of another element type in the bytes of a flat `i8` buffer, from a byte offset on.",
        example: r#"%v = "memref.view"(%b, %o, %n) : (memref<?xi8>, index, index) -> memref<?xf32>"#,
        operands: &[
            operand("source", MEMREF, Count::One),
            operand("byte_shift", INDEX, Count::One),
            operand("sizes", INDEX, Count::Variadic),
        ],
        results: &[ResultDefinition { name: "result", ty: MEMREF, count: Count::One }],
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "memref.dim",
        doc: "An extent of a buffer.",
        operands: &[operand("source", MEMREF, Count::One), operand("index", INDEX, Count::One)],
        results: &[ResultDefinition { name: "result", ty: INDEX, count: Count::One }],
        traits: Traits::PURE,
        ..OpDefinition::EMPTY
    },
    OpDefinition {
        name: "memref.alloca",
        doc: "A buffer that lives as long as the function.",
        operands: &[operand("dynamicSizes", INDEX, Count::Variadic), operand("symbolOperands", INDEX, Count::Variadic)],
        results: &[ResultDefinition { name: "memref", ty: MEMREF, count: Count::One }],
        ..OpDefinition::EMPTY
    },
];

fn verify_access(module: &Module, op: Op, memref: usize, value: Type) -> Result<(), String> {
    let Some(buffer) = module.ty(module.operand(op, memref)).as_memref() else { return Ok(()) };
    let indices = module.operands(op).len() - memref - 1;
    if indices != buffer.shape.len() {
        return Err(format!("a buffer of rank {} takes as many indices, found {indices}", buffer.shape.len()));
    }
    if buffer.element == value { Ok(()) } else { Err(format!("the element is {}, not {value}", buffer.element)) }
}

fn verify_load(module: &Module, op: Op) -> Result<(), String> {
    verify_access(module, op, 0, module.ty(module.result(op, 0)))
}

fn verify_store(module: &Module, op: Op) -> Result<(), String> {
    verify_access(module, op, 1, module.ty(module.operand(op, 0)))
}
