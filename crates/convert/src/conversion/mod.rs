//! What every conversion to the graph dialect shares: values under way, the walk over ops, making graph ops.
//!
//! A framework is a [`Source`]: it says what becomes of one op. A value of the model becomes a [`Tracked`] tensor: its type,
//! what is known of its elements, and the graph value that holds it once something asks for it. Where a graph op is made of
//! small tensors whose elements are expressions of extents, it is evaluated on them: shape arithmetic becomes types and
//! attributes, whichever framework wrote it. Where such a tensor is used as data it becomes a `graph.dims`.
//!
//! Nothing here knows a framework.

pub(crate) mod attempt;
pub(crate) mod bind;
pub(crate) mod branch;
pub(crate) mod colours;
pub(crate) mod content;
pub(crate) mod custom_call;
pub(crate) mod datum;
pub(crate) mod einsum;
pub(crate) mod emit;
pub(crate) mod extent;
mod fold;
pub(crate) mod forms;
pub(crate) mod fourier;
pub(crate) mod functions;
pub(crate) mod interface;
pub(crate) mod items;
pub(crate) mod missing;
pub(crate) mod node;
pub(crate) mod packed;
pub(crate) mod product;
pub(crate) mod random;
pub(crate) mod range;
pub(crate) mod reach;
pub(crate) mod regular_expression;
pub(crate) mod reshape;
pub(crate) mod roll;
pub(crate) mod row;
pub(crate) mod run_time;
pub(crate) mod segments;
pub(crate) mod slices;
pub(crate) mod source;
pub(crate) mod state;
pub(crate) mod text;
pub(crate) mod variables;
pub(crate) mod windows;

use kiln_diag::Sink;
use kiln_ir::Module;
use source::Source;
use state::Conversion;

/// Converts every function of `module` with ops of the source's dialect to the graph dialect.
///
/// Returns whether all of it was converted; if not, everything that was not is in `sink`, and the module is of no more
/// use.
pub(crate) fn convert_functions(module: &mut Module, source: &dyn Source, sink: &Sink) -> bool {
    let body = module.body();
    let prefix = format!("{}.", source.dialect());
    let is_foreign = |op| module.walk(op).into_iter().any(|op| module.name(op).as_str().starts_with(&prefix));
    let functions = module.ops_of(body).into_iter().filter(|&op| module.is(op, "func.func") && is_foreign(op));
    let functions: Vec<_> = functions.collect();
    let before = sink.error_count();
    for function in functions {
        source.prepare(module, function);
        Conversion::new(module, source).convert_function(function, sink);
    }
    sink.error_count() == before
}
