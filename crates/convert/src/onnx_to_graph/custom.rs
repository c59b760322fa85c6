//! Operators that the user binds: to a C function, which makes the node a `graph.custom`, or to a rule, which puts graph
//! ops in its place.
//!
//! ```text
//! %y = "onnx.com.example.Swish"(%x) {beta = 2.0}
//!   becomes, with com.example.Swish=my_swish,
//! %y = graph.custom %x {callee = "my_swish", operator = "com.example.Swish", parameters = {beta = 2.0}}
//! ```

use crate::conversion::custom_call::call_function;
use crate::conversion::datum::Data;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::complete;
use crate::custom_operator::CustomOperator;
use kiln_ir::{Attribute, Builder, Name, Type};
use kiln_rules::{Rule, replace_foreign};
use std::sync::Arc;

/// What the user brings.
#[derive(Clone, Debug, Default)]
pub struct Customs {
    /// C functions.
    pub operators: Vec<CustomOperator>,
    /// Rules, of which those matter that begin with an operator of no row.
    pub rules: Vec<Arc<Rule>>,
}

impl Customs {
    /// Whether an op of the onnx dialect is bound.
    pub fn knows(&self, op: &str) -> bool {
        self.operator(op).is_some() || self.has_rule(op)
    }

    pub(super) fn operator(&self, op: &str) -> Option<&CustomOperator> {
        let name = op.strip_prefix("onnx.")?;
        self.operators.iter().find(|operator| operator.name == name)
    }

    pub(super) fn has_rule(&self, op: &str) -> bool {
        let mut variants = self.rules.iter().flat_map(|rule| &rule.variants);
        variants.any(|variant| variant.root_op().definition.name == op)
    }
}

/// A call of the user's function.
pub(super) fn convert_call(node: &mut Node, operator: &CustomOperator) -> Results {
    let parameters = parameters(node);
    call_function(node, operator, parameters)
}

/// What the first rule that applies puts in the place of the node.
pub(super) fn convert_by_rules(node: &mut Node, rules: &[Arc<Rule>]) -> Data {
    let operands = node.inputs()?;
    let values: Vec<_> = operands.into_iter().map(|operand| node.conversion.value(operand)).collect();
    let (attributes, op, point) = (parameters(node), node.op, node.conversion.point);
    let module = &mut *node.conversion.module;
    let types: Vec<Type> = module.result_types(op).into_iter().map(known_or_open).collect();
    let (name, location) = (module.name(op).as_str(), module.location(op));
    let mut builder = Builder { module: &mut *module, point, location };
    let mut made = builder.op(name).operands(&values).results(&types);
    for (name, value) in &attributes {
        made = made.attribute(name.as_str(), *value);
    }
    let stand_in = made.build();
    let replaced = replace_foreign(module, rules, stand_in);
    module.erase(stand_in);
    let value = replaced.map_err(|reasons| format!("no rule applies: {}", reasons.join("; ")))?;
    complete(node.conversion.module.ty(value))?;
    Ok(vec![node.conversion.track_value(value).into()])
}

/// The node's attributes.
fn parameters(node: &Node) -> Vec<(Name, Attribute)> {
    let attributes = node.conversion.module.attributes(node.op).iter();
    attributes.filter(|(name, _)| name.as_str() != kiln_onnx::OPSET).collect()
}

/// A type that is complete, or one of which nothing is known.
fn known_or_open(ty: Type) -> Type {
    if complete(ty).is_ok() { ty } else { kiln_onnx::any_type() }
}
