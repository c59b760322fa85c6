//! `lower-strings`: strings become the addresses of their bytes.
//!
//! ```mlir
//! %k = graph.constant {value = dense<["a", "b"]> : tensor<2x!graph.string>}
//! %y = graph.string_equal %x, %k : (tensor<2x!graph.string>, tensor<2x!graph.string>) -> tensor<2xi1>
//! // becomes
//! %bytes = graph.constant {value = dense<[97, 0, 98, 0]> : tensor<4xui8>}
//! %starts = graph.constant {value = dense<[0, 2]> : tensor<2xi64>}
//! %k = graph.call %bytes, %starts {callee = "kiln_string_literals", numbers = #kiln.dims<[2]>}
//! %y = graph.call %x, %k {callee = "kiln_string_equal", numbers = #kiln.dims<[2]>} : (tensor<2xi64>, ...
//! ```
//!
//! Bytes of constants end with a zero, like all strings at the border to C. From here on kernels that move elements move
//! integers. Which arguments and results of a function are strings stays known by its attributes [`STRING_ARGUMENTS`] and
//! [`STRING_RESULTS`].

use kiln_graph::strings::{DIGITS, case_pairs};
use kiln_ir::{Attribute, Builder, Dim, Module, Op, Type, TypeKind, Value};
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

/// The attribute of a function with the numbers of the arguments that are strings.
pub const STRING_ARGUMENTS: &str = "string_arguments";
/// The attribute of a function with the numbers of the results that are strings.
pub const STRING_RESULTS: &str = "string_results";

/// Lowers all strings inside `root`; how many ops became calls, or which cannot and why.
pub fn lower_strings(module: &mut Module, root: Op) -> Result<usize, Vec<(Op, String)>> {
    let ops = module.walk(root);
    let constants: Vec<(Op, Tensor)> = ops.iter().filter_map(|&op| Some((op, string_constant(module, op)?))).collect();
    let has_zero = |tensor: &Tensor| tensor.strings().iter().any(|string| string.contains(&0));
    let reason = "a string of a constant has a zero byte, which ends strings at run time";
    let refused = constants.iter().filter(|(_, tensor)| has_zero(tensor));
    let errors: Vec<(Op, String)> = refused.map(|&(op, _)| (op, reason.into())).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    for &op in &ops {
        lower_types(module, op);
    }
    for (op, tensor) in &constants {
        lower_constant(module, *op, tensor);
    }
    let calls: Vec<Op> = ops.into_iter().filter(|&op| module.name(op).as_str().starts_with("graph.string_")).collect();
    let mut errors = Vec::new();
    for &op in &calls {
        if let Err(reason) = lower_op(module, op) {
            errors.push((op, reason));
        }
    }
    if errors.is_empty() { Ok(constants.len() + calls.len()) } else { Err(errors) }
}

fn string_constant(module: &Module, op: Op) -> Option<Tensor> {
    let result = module.is(op, "graph.constant").then(|| module.result(op, 0))?;
    module.constant_tensor(result).filter(|tensor| tensor.element() == ElementType::String)
}

fn is_string(ty: Type) -> bool {
    ty.element() == Some(ElementType::String)
}

/// The type as addresses, if it is one of strings.
fn lowered(ty: Type) -> Type {
    match ty.as_tensor() {
        Some(tensor) if is_string(ty) => Type::tensor(&tensor.shape, Type::i64()),
        _ => ty,
    }
}

/// Gives results, arguments of blocks and signatures their new types.
fn lower_types(module: &mut Module, op: Op) {
    let blocks = module.regions(op).to_vec().into_iter().flat_map(|region| module.blocks(region).to_vec());
    let arguments: Vec<Value> = blocks.flat_map(|block| module.arguments(block).to_vec()).collect();
    for value in module.results(op).to_vec().into_iter().chain(arguments) {
        let ty = module.ty(value);
        if is_string(ty) {
            module.set_ty(value, lowered(ty));
        }
    }
    let Some(TypeKind::Function { inputs, results }) =
        module.attribute(op, "function_type").and_then(Attribute::as_type).map(Type::kind)
    else {
        return;
    };
    let places = |types: &[Type]| {
        let strings = types.iter().enumerate().filter(|(_, ty)| is_string(**ty));
        strings.map(|(place, _)| place as i64).collect::<Vec<i64>>()
    };
    let all = |types: &[Type]| types.iter().map(|&ty| lowered(ty)).collect::<Vec<Type>>();
    let (inputs, results) = (inputs.clone(), results.clone());
    for (name, places) in [(STRING_ARGUMENTS, places(&inputs)), (STRING_RESULTS, places(&results))] {
        if !places.is_empty() {
            module.set_attribute(op, name, places);
        }
    }
    module.set_attribute(op, "function_type", Type::function(&all(&inputs), &all(&results)));
}

/// The bytes of all different strings, and where each one begins.
fn lower_constant(module: &mut Module, op: Op, tensor: &Tensor) {
    let (mut bytes, mut starts, mut known) = (Vec::new(), Vec::new(), FxHashMap::default());
    for string in tensor.strings() {
        let start = *known.entry(string.as_slice()).or_insert_with(|| {
            let start = bytes.len();
            bytes.extend_from_slice(string);
            bytes.push(0);
            start as i64
        });
        starts.push(start);
    }
    // A tensor without elements has an address, too.
    bytes.resize(bytes.len().max(1), 0u8);
    let starts = if starts.is_empty() { vec![0] } else { starts };
    let count = Dim::Static(tensor.len() as u64);
    let bytes = constant(module, op, Tensor::from_values(&[bytes.len()], &bytes));
    let starts = constant(module, op, Tensor::from_values(&[starts.len()], &starts));
    call(module, op, "literals", &[bytes, starts], &[count]);
}

fn constant(module: &mut Module, before: Op, tensor: Tensor) -> Value {
    let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let attribute = module.tensor_attribute(tensor);
    Builder::before(module, before).op("graph.constant").attribute("value", attribute).result(ty).value()
}

/// Replaces `op` by a call of `kiln_string_<function>`.
fn call(module: &mut Module, op: Op, function: &str, operands: &[Value], numbers: &[Dim]) {
    let types = module.result_types(op);
    let mut builder = Builder::before(module, op);
    let made = builder
        .op("graph.call")
        .operands(operands)
        .attribute("callee", Attribute::string(&format!("kiln_string_{function}")))
        .attribute("numbers", Attribute::dims(numbers))
        .results(&types)
        .build();
    let results = module.results(made).to_vec();
    module.replace(op, &results);
}

/// Replaces an op on strings by a call.
fn lower_op(module: &mut Module, op: Op) -> Result<(), String> {
    let name = module.name(op).as_str().trim_start_matches("graph.string_").to_owned();
    let operands = module.operands(op).to_vec();
    let extents = |module: &Module, value: Value| module.ty(value).as_tensor().map(|ty| ty.shape.to_vec());
    let shape = extents(module, operands[0]).unwrap_or_default();
    let count = Dim::from_expr(kiln_graph::element_count(&shape)?);
    let number = |name: &str| module.attributes(op).i64(name).and_then(|number| u64::try_from(number).ok());
    let most = || number("most").map_or(Dim::Unknown, Dim::Static);
    let length = |value: Value, axis: usize| extents(module, value).and_then(|shape| shape.get(axis).copied());
    let element = |value: Value| module.ty(value).element();
    let (function, numbers): (&str, Vec<Dim>) = match name.as_str() {
        "equal" | "rank" | "concat" => (name.as_str(), vec![count]),
        "find" => ("find", vec![count, length(operands[1], 0).unwrap_or(Dim::Static(0))]),
        "pieces" => ("pieces", vec![count, most()]),
        "split" => ("split", vec![count, length(module.result(op, 0), shape.len()).unwrap_or(Dim::Unknown), most()]),
        "match" => ("match", vec![count, length(operands[2], 1).unwrap_or(Dim::Unknown)]),
        "case" => {
            let pairs = case_pairs(module.attributes(op).str("to").unwrap_or_default());
            let flat: Vec<i32> = pairs.iter().flat_map(|&(from, to)| [from as i32, to as i32]).collect();
            let table = constant(module, op, Tensor::from_values(&[pairs.len(), 2], &flat));
            call(module, op, "case", &[operands[0], table], &[count, Dim::Static(pairs.len() as u64)]);
            return Ok(());
        }
        "parse" if element(module.result(op, 0)) == Some(ElementType::F64) => ("parse_float", vec![count]),
        "parse" => ("parse_integer", vec![count]),
        "format" => match element(operands[0]) {
            Some(ElementType::F64) => ("format_float", vec![count, Dim::Static(DIGITS as u64)]),
            given => ("format_integer", vec![count, Dim::Static((given == Some(ElementType::I64)).into())]),
        },
        _ => return Err(format!("{} has no function in the runtime", module.name(op))),
    };
    let function = function.to_owned();
    call(module, op, &function, &operands, &numbers);
    Ok(())
}
