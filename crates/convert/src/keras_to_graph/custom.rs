//! Layers that C functions of the user compute.

use super::call::Call;
use crate::CustomOperator;
use crate::conversion::row::Results;

/// A call of the function.
pub(crate) fn convert(call: &mut Call, operator: &CustomOperator) -> Results {
    crate::onnx_to_graph::convert_custom_call(call, operator)
}
