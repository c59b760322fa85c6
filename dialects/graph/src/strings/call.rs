//! `graph.call`: what a function of the runtime computes.

use crate::rows::{operands, required, results};
use kiln_ir::{AttributeConstraint, Module, Op, OpDefinition, Traits, TypeConstraint};

/// The row.
pub const CALL: OpDefinition = OpDefinition {
    name: "graph.call",
    doc: "What the function `callee` of the runtime makes of whole tensors. It is given the run, the number of the node, the \
          addresses of operands and results, and `numbers`. Strings are the addresses of their bytes here: \
          `lower-strings` makes these ops, and only compiled models compute them.",
    example: "%y = graph.call %a, %b {callee = \"kiln_string_equal\", numbers = #kiln.dims<[2]>} : \
              (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi1>",
    operands: &[operands("operands", TypeConstraint::Tensor)],
    attributes: &[
        required("callee", AttributeConstraint::String, "The function's name."),
        required("numbers", AttributeConstraint::Dims, "The last arguments."),
    ],
    results: &[results("results", TypeConstraint::Tensor)],
    traits: Traits::PURE,
    verify: Some(verify),
    evaluate: Some(|_| Err("only compiled models call functions of the runtime".into())),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let callee = module.attributes(op).str("callee").unwrap_or_default();
    match callee.starts_with("kiln_") {
        true => Ok(()),
        false => Err(format!("the runtime has no function \"{callee}\": its names begin with kiln_")),
    }
}
