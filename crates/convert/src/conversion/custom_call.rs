//! Calls of C functions that the user brings: `graph.custom`.
//!
//! ```text
//! %y = graph.custom %x {callee = "my_swish", operator = "com.example.Swish", parameters = {beta = 2.0}}
//! ```

use super::emit::{attribute, axes_attribute};
use super::extent::show;
use super::node::Node;
use super::row::Results;
use super::state::complete;
use crate::custom_operator::CustomOperator;
use kiln_ir::{Attribute, Dim, Name, TensorType, Type, TypeKind};
use kiln_tensor::ElementType;
use rustc_hash::{FxHashMap, FxHashSet};

/// A call of the user's function, which is given all operands and these parameters.
pub(crate) fn call_function(node: &mut Node, operator: &CustomOperator, parameters: Vec<(Name, Attribute)>) -> Results {
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
    let mut attributes = vec![
        ("callee", attribute(operator.callee.as_str())),
        ("operator", attribute(operator.name.as_str())),
        ("parameters", Attribute::dictionary(parameters)),
    ];
    if !absent.is_empty() {
        attributes.push(("absent", axes_attribute(&absent)));
    }
    let op = node.build("graph.custom", &operands, &attributes, &types)?;
    let results = node.conversion.module.results(op).to_vec();
    Ok(results.into_iter().map(|result| node.conversion.track_value(result)).collect())
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
