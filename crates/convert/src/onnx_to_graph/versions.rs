//! Versions of operators, and the rows for them.

use super::ROWS;
use crate::conversion::row::{self, Row};
use kiln_ir::{Module, Op};
use kiln_onnx::OPSET;

/// The row for an operator in an opset.
pub(crate) fn find_row(domain: &str, name: &str, opset: i64) -> Option<&'static Row> {
    kiln_onnx::find_schema(domain, name)?.version_at(opset)?;
    match domain {
        "" => row::find_row(ROWS, name, opset),
        _ => row::find_row(ROWS, &format!("{domain}.{name}"), opset),
    }
}

/// The row for an op.
pub(crate) fn find_row_of(module: &Module, op: Op) -> Option<&'static Row> {
    let schema = kiln_onnx::find_schema_of_op(module.name(op).as_str())?;
    find_row(schema.domain, schema.name, opset_of(module, op))
}

/// The version of the operator that an op stands for; `None` if it is none in its opset.
pub(crate) fn version_of(module: &Module, op: Op) -> Option<i64> {
    kiln_onnx::find_schema_of_op(module.name(op).as_str())?.version_at(opset_of(module, op))
}

/// The opset an op is written in.
pub(crate) fn opset_of(module: &Module, op: Op) -> i64 {
    let own = module.attributes(op).i64(OPSET);
    own.or_else(|| module.attributes(module.top()).i64(OPSET)).unwrap_or(kiln_onnx::NEWEST_OPSET)
}

/// Why an operator without a row cannot be converted.
pub(crate) fn describe_unsupported(version: i64, opset: i64) -> String {
    format!("this operator (version {version}, opset {opset}) is not supported yet")
}
