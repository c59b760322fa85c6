//! The loop dialect: kernels and how they are launched.
//!
//! A kernel is a function of buffers, extents, scratch memory and a range of tasks; [`loop.launch`](DIALECT) says on
//! what and how often it runs. Whether tasks run in parallel is the runtime's choice: results never depend on it.
//!
//! ```mlir
//! "loop.launch"(%x, %y, %n, %tasks, %scratch, %bytes) {callee = @kernel_add, launch = 0, node = 0, serial_tasks = 1,
//!     operandSegmentSizes = array<i32: 2, 1, 1, 1, 1>} : (memref<?xf32>, memref<?xf32>, index, index, memref<?xi8>, index) -> ()
//! ```

#![forbid(unsafe_code)]

use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Count, Dialect, Module, Op, OpDefinition, OperandDefinition, Presence,
    Type, TypeConstraint,
};

/// The dialect.
pub static DIALECT: Dialect = Dialect { name: "loop", doc: "Kernels and their launch.", ops: &[OPS] };

const MEMREF: TypeConstraint = TypeConstraint::Other("a memref", is_memref);
const INDEX: TypeConstraint = TypeConstraint::Other("an index", Type::is_index);

fn is_memref(ty: Type) -> bool {
    ty.as_memref().is_some()
}

static OPS: &[OpDefinition] = &[OpDefinition {
    name: "loop.launch",
    doc: "Runs the function `callee` on the tasks `[0, tasks)`, in ranges of any size, in any order, on any number of \
          threads, and returns when all are done. The function takes the buffers, the extents, its scratch memory as \
          `memref<?xi8>`, the range as two `index` values, the runtime (`!llvm.ptr`) and the node's number (`i64`), to \
          report failures. Each thread has `scratch_bytes` bytes of `scratch` of its own, 64-byte aligned.",
    example: r#""loop.launch"(%x, %y, %n, %tasks, %scratch, %bytes) {callee = @kernel_add, launch = 0, node = 0, serial_tasks = 1,
    operandSegmentSizes = array<i32: 2, 1, 1, 1, 1>} : (memref<?xf32>, memref<?xf32>, index, index, memref<?xi8>, index) -> ()"#,
    operands: &[
        OperandDefinition { name: "buffers", ty: MEMREF, count: Count::Variadic },
        OperandDefinition { name: "dims", ty: INDEX, count: Count::Variadic },
        OperandDefinition { name: "tasks", ty: INDEX, count: Count::One },
        OperandDefinition { name: "scratch", ty: MEMREF, count: Count::One },
        OperandDefinition { name: "scratch_bytes", ty: INDEX, count: Count::One },
    ],
    attributes: &[
        AttributeDefinition {
            name: "callee",
            value: AttributeConstraint::SymbolRef,
            presence: Presence::Required,
            doc: "The kernel.",
        },
        AttributeDefinition {
            name: "serial_tasks",
            value: AttributeConstraint::Integer,
            presence: Presence::Optional,
            doc: "Up to this many tasks, the calling thread does them all; 1 if absent.",
        },
        AttributeDefinition {
            name: "node",
            value: AttributeConstraint::Integer,
            presence: Presence::Required,
            doc: "The number of the model's node that failures are reported with.",
        },
        AttributeDefinition {
            name: "launch",
            value: AttributeConstraint::Integer,
            presence: Presence::Optional,
            doc: "The number of the launch in the model's metadata, by which profiles tell it; 0 if absent.",
        },
    ],
    verify: Some(verify_launch),
    ..OpDefinition::EMPTY
}];

fn verify_launch(module: &Module, op: Op) -> Result<(), String> {
    let callee = module.attribute(op, "callee").expect("the verifier has seen that it is there");
    let Some(callee) = callee.as_symbol_ref() else {
        return Err(format!("'callee' must be a plain symbol, not {callee}"));
    };
    match module.find_symbol(module.top(), callee.as_str()) {
        Some(_) => Ok(()),
        None => Err(format!("there is no kernel @{callee}")),
    }
}
