//! Layers that C functions of the user compute.
//!
//! A function is given the tensors that the layer is called with and then its weights, in the order of the file; its
//! parameters are the entries of the layer's configuration.

use super::call::Call;
use crate::CustomOperator;
use crate::conversion::custom_call::call_function;
use crate::conversion::row::Results;

/// A call of the function.
pub(crate) fn convert(call: &mut Call, operator: &CustomOperator) -> Results {
    let entries = call.conversion.module.attributes(call.op).iter();
    let own = entries.filter(|(name, _)| ![kiln_keras::OPERAND_NAMES, kiln_keras::ARGUMENTS].contains(&name.as_str()));
    let parameters = own.collect();
    call_function(call, operator, parameters)
}
