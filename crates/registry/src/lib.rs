//! What there is: the dialects, the passes and the named pipelines, as explicit lists.
//!
//! Tools that only transform IR (`kiln-opt`) stop here; `kiln-driver` adds model files and code generation. A new
//! dialect or pass is one line in this crate.

#![forbid(unsafe_code)]

pub mod pipeline;
pub mod reference;

use kiln_ir::Registry;
use kiln_pass::PassRegistry;
use std::sync::{Arc, LazyLock};

static DIALECTS: LazyLock<Arc<Registry>> = LazyLock::new(|| {
    Registry::new(&[
        &kiln_builtin::DIALECT,
        &kiln_func::DIALECT,
        &kiln_arith::DIALECT,
        &kiln_math::DIALECT,
        &kiln_memref::DIALECT,
        &kiln_vector::DIALECT,
        &kiln_scf::DIALECT,
        &kiln_graph::DIALECT,
        &kiln_loop::DIALECT,
        &kiln_onnx::DIALECT,
        &kiln_tf::DIALECT,
        &kiln_tflite::DIALECT,
        &kiln_keras::DIALECT,
    ])
});

static PASSES: PassRegistry = PassRegistry::new(&[
    kiln_pass::PASSES,
    kiln_convert::PASSES,
    kiln_optimize::PASSES,
    kiln_schedule::PASSES,
    kiln_kernels::PASSES,
])
.with_pipelines(pipeline::PIPELINES);

/// Every dialect.
pub fn dialects() -> Arc<Registry> {
    DIALECTS.clone()
}

/// Every pass.
pub fn passes() -> &'static PassRegistry {
    &PASSES
}
