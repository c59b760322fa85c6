//! `func.func`: a function, and what others ask about it.

use crate::{FUNC, STATE};
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, AttributeKind, Block, Module, Op, OpDefinition, Presence, Traits, Type,
};
use kiln_tensor::Tensor;

pub(crate) const OPS: &[OpDefinition] = &[OpDefinition {
    name: FUNC,
    doc: "A function. The arguments of its entry block are its parameters; without blocks it is a declaration of a \
          function defined elsewhere.",
    example: "func.func {function_type = () -> (), sym_name = \"main\"} ({ func.return : () -> () })",
    attributes: &[
        AttributeDefinition {
            name: "sym_name",
            value: AttributeConstraint::String,
            presence: Presence::Required,
            doc: "Its name.",
        },
        AttributeDefinition {
            name: "function_type",
            value: AttributeConstraint::Other("a function type", is_function_type),
            presence: Presence::Required,
            doc: "Types of parameters and results.",
        },
        AttributeDefinition {
            name: "sym_visibility",
            value: AttributeConstraint::OneOf(&["public", "private", "nested"]),
            presence: Presence::Optional,
            doc: "Who may call it; public if absent.",
        },
        AttributeDefinition {
            name: "arg_names",
            value: AttributeConstraint::Other("an array of strings", is_array_of_strings),
            presence: Presence::Optional,
            doc: "The parameters' names in the model.",
        },
        AttributeDefinition {
            name: "res_names",
            value: AttributeConstraint::Other("an array of strings", is_array_of_strings),
            presence: Presence::Optional,
            doc: "The results' names in the model.",
        },
        AttributeDefinition {
            name: STATE,
            value: AttributeConstraint::Other("an array of constant tensors", is_array_of_tensors),
            presence: Presence::Optional,
            doc: "Of a model that remembers something from one run to the next: what as many of the last parameters are in \
                  the first run. In later ones they are what the last results were in the run before.",
        },
    ],
    regions: Some(1),
    traits: Traits::ISOLATED_FROM_ABOVE.union(Traits::SYMBOL),
    verify: Some(verify),
    ..OpDefinition::EMPTY
}];

/// Parameter and result types of a `func.func`; none if its `function_type` is missing.
pub fn function_type(module: &Module, func: Op) -> (&'static [Type], &'static [Type]) {
    module.attribute(func, "function_type").and_then(|ty| ty.as_type()?.as_function()).unwrap_or_default()
}

/// The functions of a module, in order.
pub fn functions(module: &Module) -> Vec<Op> {
    module.block_ops(module.body()).filter(|&op| module.is(op, FUNC)).collect()
}

/// The function called `name`.
pub fn find_function(module: &Module, name: &str) -> Option<Op> {
    module.find_symbol(module.top(), name).filter(|&op| module.is(op, FUNC))
}

/// What a function remembers from one run to the next, as it is in the first: its attribute `state`. A tensor that is not in
/// memory is not among them.
pub fn initial_state(module: &Module, func: Op) -> Vec<Tensor> {
    let initial = module.attribute(func, STATE).and_then(|state| state.as_array()).unwrap_or_default();
    initial.iter().filter_map(|&initial| module.attribute_tensor(initial)).collect()
}

/// Whether a function has no body.
pub fn is_declaration(module: &Module, func: Op) -> bool {
    body(module, func).is_none()
}

/// The entry block of a function; `None` for a declaration.
pub fn body(module: &Module, func: Op) -> Option<Block> {
    module.entry_block(*module.regions(func).first()?)
}

fn is_function_type(attribute: kiln_ir::Attribute) -> bool {
    attribute.as_type().is_some_and(|ty| ty.as_function().is_some())
}

fn is_array_of_tensors(attribute: kiln_ir::Attribute) -> bool {
    let is_tensor = |item: &kiln_ir::Attribute| {
        matches!(item.kind(), AttributeKind::Dense { .. } | AttributeKind::DenseResource { .. })
    };
    attribute.as_array().is_some_and(|items| items.iter().all(is_tensor))
}

fn is_array_of_strings(attribute: kiln_ir::Attribute) -> bool {
    attribute.as_strs().is_some()
}

fn verify(module: &Module, func: Op) -> Result<(), String> {
    let (inputs, results) = function_type(module, func);
    for (attribute, types) in [("arg_names", inputs), ("res_names", results)] {
        let names = module.attribute(func, attribute).and_then(|names| names.as_strs());
        if let Some(names) = names
            && names.len() != types.len()
        {
            return Err(format!("'{attribute}' has {} names, expected {}", names.len(), types.len()));
        }
    }
    match body(module, func) {
        None if module.attributes(func).str("sym_visibility") != Some("private") => {
            Err("a declaration must be private".into())
        }
        None => Ok(()),
        Some(block) => {
            let arguments: Vec<Type> = module.arguments(block).iter().map(|&argument| module.ty(argument)).collect();
            if arguments == inputs {
                return Ok(());
            }
            let found = Type::function(&arguments, results);
            let declared = Type::function(inputs, results);
            Err(format!("the arguments of its entry block make it {found}, but 'function_type' is {declared}"))
        }
    }
}
