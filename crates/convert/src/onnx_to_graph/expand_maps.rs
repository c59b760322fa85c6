//! Maps at the border of a model: each becomes two tensors, of its keys and of its values.
//!
//! An input `x` that is a map becomes inputs `x.keys` and `x.values`, vectors of one length. An output `y` of `ZipMap`, which
//! is a sequence of maps with the same keys, becomes outputs `y.keys`, a vector, and `y.values`, a row for each map. Maps
//! inside of a model, between other operators, are not supported.

use kiln_ir::{Attribute, Builder, Dim, Module, Op, Type, TypeKind, Value};
use kiln_tensor::{ElementType, Tensor};

/// The operators that take maps.
const TAKE_MAPS: [&str; 2] = ["onnx.ai.onnx.ml.DictVectorizer", "onnx.ai.onnx.ml.CastMap"];

/// Expands the maps that are inputs or outputs of `function`.
pub(crate) fn expand_maps(module: &mut Module, function: Op) {
    expand_arguments(module, function);
    expand_results(module, function);
}

/// The types of keys and values of a map.
fn map_elements(ty: Type) -> Option<(ElementType, ElementType)> {
    let TypeKind::Dialect { dialect, body } = ty.kind() else { return None };
    let inside = body.as_str().strip_prefix("map<")?.strip_suffix('>').filter(|_| dialect.as_str() == "onnx")?;
    let (key, value) = inside.split_once(", ")?;
    let value = value.strip_prefix("tensor<")?.strip_suffix('>')?;
    let value = value.trim_start_matches("*x").trim_start_matches("1x");
    let named = |name: &str| ElementType::ALL.into_iter().find(|element| element.to_string() == name);
    Some((named(key)?, named(value)?))
}

fn names(module: &Module, function: Op, attribute: &str, count: usize) -> Vec<String> {
    let given = module.attribute(function, attribute).and_then(Attribute::as_strs).unwrap_or_default();
    (0..count).map(|index| given.get(index).map_or_else(String::new, |name| (*name).to_owned())).collect()
}

fn set_names(module: &mut Module, function: Op, attribute: &str, names: &[String]) {
    let names: Vec<Attribute> = names.iter().map(|name| Attribute::string(name)).collect();
    module.set_attribute(function, attribute, names);
}

fn expand_arguments(module: &mut Module, function: Op) {
    let block = module.region_block(function, 0);
    let old = module.arguments(block).to_vec();
    let takes_map = |module: &Module, op: Op| TAKE_MAPS.contains(&module.name(op).as_str());
    let expanded = |module: &Module, value: Value| {
        let all_take = module.users(value).into_iter().all(|op| takes_map(module, op));
        map_elements(module.ty(value)).filter(|_| all_take)
    };
    if !old.iter().any(|&value| expanded(module, value).is_some()) {
        return;
    }
    let old_names = names(module, function, "arg_names", old.len());
    let mut new_names = Vec::new();
    for (index, (&value, name)) in old.iter().zip(old_names).enumerate() {
        let Some((key, element)) = expanded(module, value) else {
            let ty = module.ty(value);
            let new = module.add_argument(block, ty);
            module.replace_all_uses(value, new);
            new_names.push(name);
            continue;
        };
        let count = Dim::symbol(&format!("map.{index}"));
        let parts = [key, element].map(|element| {
            let ty = Type::tensor(&[count], Type::from_element(element));
            module.add_argument(block, ty)
        });
        for op in module.users(value) {
            module.set_operands(op, &parts);
        }
        new_names.extend(["keys", "values"].map(|part| format!("{name}.{part}")));
    }
    for _ in old {
        module.remove_argument(block, 0);
    }
    set_names(module, function, "arg_names", &new_names);
}

fn expand_results(module: &mut Module, function: Op) {
    let block = module.region_block(function, 0);
    let Some(terminator) = module.last_op(block) else { return };
    let old = module.operands(terminator).to_vec();
    let zipped =
        |module: &Module, value: Value| module.defining_op(value).filter(|&op| module.is(op, "onnx.ai.onnx.ml.ZipMap"));
    let old_names = names(module, function, "res_names", old.len());
    let (mut results, mut new_names, mut zips) = (Vec::new(), Vec::new(), Vec::new());
    for (&value, name) in old.iter().zip(old_names) {
        let parts = zipped(module, value).and_then(|op| Some((op, labels(module, op)?)));
        let Some((op, labels)) = parts else {
            results.push(value);
            new_names.push(name);
            continue;
        };
        let ty = Type::static_tensor(labels.shape(), Type::from_element(labels.element()));
        let attribute = module.tensor_attribute(labels);
        let keys = Builder::before(module, op).op("onnx.Constant").attribute("value", attribute).result(ty).value();
        results.extend([keys, module.operand(op, 0)]);
        new_names.extend(["keys", "values"].map(|part| format!("{name}.{part}")));
        zips.push(op);
    }
    if zips.is_empty() {
        return;
    }
    module.set_operands(terminator, &results);
    set_names(module, function, "res_names", &new_names);
    zips.dedup();
    for op in zips {
        if !module.results(op).iter().any(|&result| module.has_uses(result)) {
            module.erase(op);
        }
    }
}

/// The keys of the maps that a `ZipMap` makes.
fn labels(module: &Module, op: Op) -> Option<Tensor> {
    let integers = module.attributes(op).i64s("classlabels_int64s").filter(|labels| !labels.is_empty());
    if let Some(labels) = integers {
        return Some(Tensor::from_values(&[labels.len()], &labels));
    }
    let strings = module.attribute(op, "classlabels_strings").and_then(Attribute::as_strs)?;
    let strings: Vec<Vec<u8>> = strings.into_iter().map(|label| label.as_bytes().to_vec()).collect();
    Tensor::from_strings(&[strings.len()], strings).ok()
}
