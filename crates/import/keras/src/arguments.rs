//! What layers are called with, in the notations of all versions.

use serde_json::Value as Json;

/// The most results of a call.
const MAX_RESULTS: u64 = 1024;

/// The deepest nesting of lists among arguments.
const MAX_DEPTH: usize = 8;

/// A tensor of a model: which result of which call of which layer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Reference {
    pub layer: String,
    pub call: usize,
    pub result: usize,
}

/// One call of a layer: its arguments by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// Names are numbers for positional arguments, with `.1` behind for a member of a list.
    pub arguments: Vec<(String, Argument)>,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// A tensor.
    Tensor(Reference),
    /// Anything else.
    Constant(Json),
}

impl Argument {
    /// The tensor, if it is one.
    pub fn tensor(&self) -> Option<&Reference> {
        match self {
            Argument::Tensor(reference) => Some(reference),
            Argument::Constant(_) => None,
        }
    }

    /// The tensor to be changed, if it is one.
    pub fn tensor_mut(&mut self) -> Option<&mut Reference> {
        match self {
            Argument::Tensor(reference) => Some(reference),
            Argument::Constant(_) => None,
        }
    }
}

/// Reads a call, an entry of `inbound_nodes`.
///
/// # Errors
/// When it is in no known notation; one sentence.
pub(crate) fn read_call(node: &Json) -> Result<Call, String> {
    let mut call = Call::default();
    match node {
        Json::Object(node) => {
            let positional = node.get("args").and_then(Json::as_array).ok_or("a call without arguments")?;
            for (index, argument) in positional.iter().enumerate() {
                add(&mut call, index.to_string(), argument, 0)?;
            }
            if let Some(Json::Object(named)) = node.get("kwargs") {
                for (name, argument) in named {
                    add(&mut call, name.clone(), argument, 0)?;
                }
            }
        }
        Json::Array(inputs) => read_old_call(inputs, &mut call)?,
        _ => return Err("what this layer is called with is in a notation that is not known".into()),
    }
    Ok(call)
}

/// A call in the notation of Keras 1 and 2: a list of `[layer, call, result, {"keyword": …}]`.
fn read_old_call(inputs: &[Json], call: &mut Call) -> Result<(), String> {
    // A single tensor may stand without a list around it; several may be by name.
    let single = [Json::Array(inputs.to_vec())];
    let inputs = if read_old_tensor(&single[0]).is_some() { &single[..] } else { inputs };
    for (index, input) in inputs.iter().enumerate() {
        let name = if inputs.len() == 1 { "0".into() } else { format!("0.{index}") };
        let argument =
            read_old_tensor(input).ok_or("what this layer is called with is in a notation that is not known")?;
        call.arguments.push((name, argument));
    }
    let keywords = inputs.first().and_then(|input| input.get(3)).and_then(Json::as_object);
    for (name, value) in keywords.into_iter().flatten() {
        match value {
            Json::Array(items)
                if read_reference(value).is_none() && items.iter().any(|item| read_reference(item).is_some()) =>
            {
                for (index, item) in items.iter().enumerate() {
                    add_old(call, format!("{name}.{index}"), item);
                }
            }
            value => add_old(call, name.clone(), value),
        }
    }
    Ok(())
}

fn add_old(call: &mut Call, name: String, value: &Json) {
    if value.is_null() {
        return;
    }
    let argument = read_old_tensor(value).unwrap_or_else(|| Argument::Constant(value.clone()));
    call.arguments.push((name, argument));
}

fn read_old_tensor(value: &Json) -> Option<Argument> {
    if value.get(0)?.as_str()? == "_CONSTANT_VALUE" {
        return Some(Argument::Constant(value.get(2)?.clone()));
    }
    read_reference(value).map(Argument::Tensor)
}

/// Adds an argument, the members of a list of tensors one by one.
fn add(call: &mut Call, name: String, value: &Json, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("arguments are nested too deep".into());
    }
    if let Some(reference) = read_tensor(value) {
        call.arguments.push((name, Argument::Tensor(reference?)));
        return Ok(());
    }
    match value {
        Json::Null => {}
        Json::Array(items) if has_tensor(value, 0) => {
            for (index, item) in items.iter().enumerate() {
                add(call, format!("{name}.{index}"), item, depth + 1)?;
            }
        }
        Json::Object(entries) if has_tensor(value, 0) => {
            for (key, item) in entries {
                add(call, format!("{name}.{key}"), item, depth + 1)?;
            }
        }
        value => call.arguments.push((name, Argument::Constant(value.clone()))),
    }
    Ok(())
}

/// Whether there is a tensor in it.
fn has_tensor(value: &Json, depth: usize) -> bool {
    depth <= MAX_DEPTH
        && (read_tensor(value).is_some()
            || match value {
                Json::Array(items) => items.iter().any(|item| has_tensor(item, depth + 1)),
                Json::Object(entries) => entries.values().any(|item| has_tensor(item, depth + 1)),
                _ => false,
            })
}

/// A tensor in the notation of Keras 3; `None` if it is something else.
fn read_tensor(value: &Json) -> Option<Result<Reference, String>> {
    if value.get("class_name")?.as_str()? != "__keras_tensor__" {
        return None;
    }
    let history = value.get("config").and_then(|config| config.get("keras_history"));
    Some(history.and_then(read_reference).ok_or_else(|| "a tensor does not say where it comes from".into()))
}

/// `[layer, call, result]`, perhaps with more behind it.
pub(crate) fn read_reference(value: &Json) -> Option<Reference> {
    let items = value.as_array().filter(|items| (3..=4).contains(&items.len()))?;
    let result = items[2].as_u64().filter(|&result| result < MAX_RESULTS)?;
    Some(Reference {
        layer: items[0].as_str()?.to_owned(),
        call: usize::try_from(items[1].as_u64()?).ok()?,
        result: usize::try_from(result).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(node: Json, expected: &[&str]) {
        let call = read_call(&node).expect("a call");
        let show = |(name, argument): &(String, Argument)| match argument {
            Argument::Tensor(tensor) => format!("{name} = {}:{}:{}", tensor.layer, tensor.call, tensor.result),
            Argument::Constant(value) => format!("{name} = {value}"),
        };
        assert_eq!(call.arguments.iter().map(show).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn notations() {
        check(json!([["x", 0, 0, {}]]), &["0 = x:0:0"]);
        check(json!(["x", 0, 0, {"mask": ["m", 0, 1], "axis": 2}]), &["0 = x:0:0", "axis = 2", "mask = m:0:1"]);
        check(json!([["x", 0, 0], ["y", 1, 0]]), &["0.0 = x:0:0", "0.1 = y:1:0"]);
        check(json!([["_CONSTANT_VALUE", -1, 3.0, {"y": ["x", 0, 0]}]]), &["0 = 3.0", "y = x:0:0"]);
        let tensor = |name: &str| json!({"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}});
        check(
            json!({"args": [[tensor("a"), tensor("b")], 1], "kwargs": {"mask": null, "s": tensor("c")}}),
            &["0.0 = a:0:0", "0.1 = b:0:0", "1 = 1", "s = c:0:0"],
        );
        assert!(read_call(&json!(3)).is_err());
        assert!(read_reference(&json!(["x", 0, 4096])).is_none());
    }
}
