//! Operators that the user binds: to a C function, which makes the node a `graph.custom`, or to a rule, which puts graph
//! ops in its place.
//!
//! ```text
//! %y = "onnx.com.example.Swish"(%x) {beta = 2.0}
//!   becomes, with com.example.Swish=my_swish,
//! %y = graph.custom %x {callee = "my_swish", operator = "com.example.Swish", parameters = {beta = 2.0}}
//! ```

use crate::conversion::datum::Data;
use crate::conversion::emit::{attribute, axes_attribute};
use crate::conversion::extent::show;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::complete;
use crate::custom_operator::CustomOperator;
use kiln_ir::{Attribute, Builder, Dim, Name, TensorType, Type, TypeKind};
use kiln_rules::{Rule, replace_foreign};
use kiln_tensor::ElementType;
use rustc_hash::{FxHashMap, FxHashSet};
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
pub(crate) fn convert_call(node: &mut Node, operator: &CustomOperator) -> Results {
    let (mut operands, mut absent) = (Vec::new(), Vec::new());
    for index in 0..node.input_count() {
        match node.optional_datum(index) {
            None => absent.push(index),
            Some(_) => operands.push(node.input(index)?),
        }
    }
    let given: Vec<&'static TensorType> = operands.iter().map(|&operand| node.ty(operand)).collect();
    let types = match &operator.types {
        Some((inputs, outputs)) => signature(&given, inputs, outputs)?,
        None => (0..node.output_count()).map(|index| output_type(node, index, &given)).collect::<Result<_, _>>()?,
    };
    if types.len() != node.output_count() {
        return Err(format!("it has {} outputs here, its type says {}", node.output_count(), types.len()));
    }
    let elements = given.iter().map(|ty| ty.element).chain(types.iter().map(|ty| ty.scalar()));
    if elements.filter_map(|ty| ty.to_element()).any(|element| element == ElementType::String) {
        return Err("a C function cannot be given strings".into());
    }
    let parameters = Attribute::dictionary(parameters(node));
    let mut attributes = vec![
        ("callee", attribute(operator.callee.as_str())),
        ("operator", attribute(operator.name.as_str())),
        ("parameters", parameters),
    ];
    if !absent.is_empty() {
        attributes.push(("absent", axes_attribute(&absent)));
    }
    let op = node.build("graph.custom", &operands, &attributes, &types)?;
    let results = node.conversion.module.results(op).to_vec();
    Ok(results.into_iter().map(|result| node.conversion.track_value(result)).collect())
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

/// What the model says of an output, else the type of the first input.
fn output_type(node: &Node, index: usize, given: &[&'static TensorType]) -> Result<Type, String> {
    let result = node.conversion.module.results(node.op)[index];
    let said = node.conversion.module.ty(result);
    let is_open = matches!(said.kind(), TypeKind::UnrankedTensor(_));
    let help = "its type can be said behind the function's name";
    if is_open {
        let first = given.first().ok_or_else(|| format!("the type of output {index} is not known; {help}"))?;
        return Ok(Type::new(TypeKind::Tensor((*first).clone())));
    }
    let ty = complete(said).map_err(|reason| format!("output {index}: {reason}; {help}"))?;
    let known = node.known_symbols(given);
    let symbols = ty.shape.iter().filter_map(|extent| extent.expr()).flat_map(|extent| extent.symbols());
    match symbols.into_iter().find(|symbol| !known.contains(symbol)) {
        Some(symbol) => Err(format!(
            "output {index} has the extents {}, and no input has an extent {}; {help}",
            show(&ty.shape),
            symbol.as_str()
        )),
        None => Ok(said),
    }
}

/// The results of a signature: its symbols stand for the extents of the operands.
fn signature(given: &[&'static TensorType], inputs: &[Type], outputs: &[Type]) -> Result<Vec<Type>, String> {
    if given.len() != inputs.len() {
        return Err(format!("it has {} inputs here, its type says {}", given.len(), inputs.len()));
    }
    let mut bound: FxHashMap<Name, kiln_ir::DimExpr> = FxHashMap::default();
    for (index, (given, wanted)) in given.iter().zip(inputs).enumerate() {
        let found = Type::new(TypeKind::Tensor((*given).clone()));
        let differs = || format!("input {index} is of type {found}, not {wanted}");
        let wanted = wanted.as_tensor().ok_or_else(differs)?;
        if wanted.element != given.element || wanted.rank() != given.rank() {
            return Err(differs());
        }
        for (&wanted, &extent) in wanted.shape.iter().zip(&given.shape) {
            let (Some(wanted), Some(extent)) = (wanted.expr(), extent.expr()) else { continue };
            let agrees = match wanted.as_symbol() {
                Some(symbol) => *bound.entry(symbol).or_insert(extent) == extent,
                None => wanted == extent,
            };
            if !agrees {
                return Err(differs());
            }
        }
    }
    outputs.iter().map(|&output| substitute(output, &bound)).collect()
}

fn substitute(ty: Type, bound: &FxHashMap<Name, kiln_ir::DimExpr>) -> Result<Type, String> {
    let tensor = complete(ty)?;
    let mut shape = Vec::with_capacity(tensor.rank());
    for &extent in &tensor.shape {
        let expr = extent.expr().expect("extents of a complete type are known");
        if let Some(unbound) = expr.symbols().into_iter().find(|symbol| !bound.contains_key(symbol)) {
            return Err(format!("its type says an extent {}, which no input has", unbound.as_str()));
        }
        let value = expr.substitute(&|symbol| bound.get(&symbol).copied()).ok_or("an extent is too large")?;
        shape.push(Dim::from_expr(value));
    }
    Ok(Type::tensor(&shape, tensor.element))
}

impl Node<'_, '_> {
    /// The symbols of the function's inputs and of some types.
    fn known_symbols(&self, given: &[&'static TensorType]) -> FxHashSet<Name> {
        let inputs = self.conversion.inputs.iter();
        let extents = given.iter().copied().chain(inputs.copied()).flat_map(|ty| &ty.shape);
        extents.filter_map(|extent| extent.expr()).flat_map(|extent| extent.symbols()).collect()
    }
}
