//! Models as their configurations say them: layers, and which tensors each is called with.

use crate::arguments::{Call, Reference, read_call, read_reference};
use crate::file::Version;
use crate::layer::Layer;
use crate::legacy_names::normalize;
use crate::legacy_operations;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The deepest nesting of models and wrappers.
const MAX_DEPTH: usize = 32;

/// A model: the main one, or one that is used as a layer.
pub(crate) struct Model {
    /// The layers, in the order of the file, which is that of their weights.
    pub layers: Vec<ModelLayer>,
    /// The tensors that it takes.
    pub inputs: Vec<Reference>,
    /// The tensors that it gives, with the names under which a dictionary of outputs has them.
    pub outputs: Vec<(Reference, Option<String>)>,
    /// Whether each layer is called with what the one before gives, and nothing else is said.
    pub is_sequential: bool,
}

/// A layer of a model and its calls.
pub(crate) struct ModelLayer {
    pub layer: Layer,
    pub calls: Vec<Call>,
}

/// What the reading of configurations shares.
pub(crate) struct Reading<'r> {
    pub version: &'r Version,
    /// What is wrong: with which layer, and what.
    pub problems: Vec<(String, String)>,
}

impl Reading<'_> {
    /// Notes that something is wrong with the layer called `name`.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push((name.to_owned(), message.into()));
    }
}

/// Whether layers of this class are models.
pub(crate) fn is_model(class: &str) -> bool {
    matches!(class, "Functional" | "Model" | "Sequential" | "Container" | "Network" | "Graph")
}

/// Reads the model that `layer`, an object of the configuration, is; `None` if there is nothing to look at.
pub(crate) fn read_model(object: &Json, depth: usize, reading: &mut Reading<'_>) -> Option<Model> {
    let class = object.get("class_name").and_then(Json::as_str).unwrap_or_default();
    let config = object.get("config")?;
    let name = config.get("name").and_then(Json::as_str).unwrap_or("model");
    if depth > MAX_DEPTH {
        reading.wrong(name, format!("models are nested more than {MAX_DEPTH} deep"));
        return None;
    }
    // Keras 1 has only a list in a sequential model.
    let layers = config.as_array().or_else(|| config.get("layers")?.as_array());
    let Some(layers) = layers else {
        let message = format!(
            "the configuration of this {class} says nothing of its layers: a model whose Python class \
                               says how to call them cannot be read; build it of keras.Input and keras.Model and save that"
        );
        reading.wrong(name, message);
        return None;
    };
    let is_sequential = class == "Sequential";
    let mut found = Vec::with_capacity(layers.len());
    for object in layers {
        let Some(mut layer) = read_layer(object, depth + 1, reading) else { continue };
        let mut calls = match is_sequential {
            true => Vec::new(),
            false => read_calls(object, &layer, reading),
        };
        legacy_operations::normalize(&mut layer, &mut calls);
        found.push(ModelLayer { layer, calls });
    }
    let mut model = Model { layers: found, inputs: Vec::new(), outputs: Vec::new(), is_sequential };
    if !is_sequential {
        read_ends(config, name, &mut model, reading);
        count_calls_from_zero(&mut model);
    }
    Some(model)
}

/// Calls of models inside models count from 1 in files, as the model itself is the first: from 0 on here.
fn count_calls_from_zero(model: &mut Model) {
    let mut most = BTreeMap::<&str, usize>::new();
    let arguments = model.layers.iter().flat_map(|member| &member.calls).flat_map(|call| &call.arguments);
    let tensors = arguments.filter_map(|(_, argument)| argument.tensor());
    for reference in tensors.chain(model.outputs.iter().map(|(reference, _)| reference)) {
        let most = most.entry(&reference.layer).or_default();
        *most = (*most).max(reference.call);
    }
    let is_shifted = |member: &&ModelLayer| {
        let most = most.get(member.layer.name.as_str());
        member.layer.model.is_some() && most.is_some_and(|&most| most > 0 && most == member.calls.len())
    };
    let shifted: Vec<String> = model.layers.iter().filter(is_shifted).map(|member| member.layer.name.clone()).collect();
    let arguments = model.layers.iter_mut().flat_map(|member| &mut member.calls).flat_map(|call| &mut call.arguments);
    let tensors = arguments.filter_map(|(_, argument)| argument.tensor_mut());
    for reference in tensors.chain(model.outputs.iter_mut().map(|(reference, _)| reference)) {
        if shifted.contains(&reference.layer) {
            reference.call = reference.call.saturating_sub(1);
        }
    }
}

/// Reads a layer from its object; `None` if it is none.
pub(crate) fn read_layer(object: &Json, depth: usize, reading: &mut Reading<'_>) -> Option<Layer> {
    let Some(class) = object.get("class_name").and_then(Json::as_str) else {
        reading.wrong("?", "a layer without a class");
        return None;
    };
    let name = object.get("name").and_then(Json::as_str);
    let own_name = |config: &Json| config.get("name").and_then(Json::as_str).map(str::to_owned);
    let empty = Json::Object(Map::new());
    let config = object.get("config").unwrap_or(&empty);
    let name = name.map(str::to_owned).or_else(|| own_name(config)).unwrap_or_else(|| class.to_lowercase());
    let module = object.get("module").and_then(Json::as_str).unwrap_or_default();
    // Older notations do not say the module; layers have entries that operations have not.
    let is_bare = module.is_empty() && reading.version.major >= 3 && config.get("trainable").is_none();
    let is_operation = module.starts_with("keras.src.ops")
        || module.starts_with("keras.ops")
        || is_bare && kiln_keras::operations().contains(&class);
    let registered = object.get("registered_name").and_then(Json::as_str).filter(|name| name.contains('>'));
    let registered = registered.or(Some(class).filter(|class| class.contains('>')));
    let class = registered.map_or(class, |registered| own_class(registered));
    let mut layer = Layer::new(class, &name, is_operation);
    layer.is_trainable = config.get("trainable").and_then(Json::as_bool).unwrap_or(true);
    layer.registered_name = registered.unwrap_or_default().to_owned();
    if is_model(class) {
        layer.model = read_model(object, depth, reading).map(Box::new);
        return Some(layer);
    }
    layer.config = config.as_object().cloned().unwrap_or_default();
    if !is_operation {
        normalize(&mut layer, reading);
    }
    layer.read_parts(depth, reading);
    Some(layer)
}

/// The calls of a layer in a functional model.
fn read_calls(object: &Json, layer: &Layer, reading: &mut Reading<'_>) -> Vec<Call> {
    let Some(nodes) = object.get("inbound_nodes").and_then(Json::as_array) else { return Vec::new() };
    let mut calls = Vec::with_capacity(nodes.len());
    for node in nodes {
        match read_call(node) {
            Ok(call) => calls.push(call),
            Err(message) => reading.wrong(&layer.name, message),
        }
    }
    calls
}

/// The inputs and outputs of a functional model.
fn read_ends(config: &Json, name: &str, model: &mut Model, reading: &mut Reading<'_>) {
    let mut ends = |entry: &str| {
        let mut found = Vec::new();
        let is_read = config.get(entry).is_some_and(|ends| collect_references(ends, "", &mut found, 0));
        if !is_read || found.is_empty() {
            reading.wrong(name, format!("the model's {entry} are missing or damaged"));
        }
        found
    };
    model.inputs = ends("input_layers").into_iter().map(|(reference, _)| reference).collect();
    model.outputs = ends("output_layers");
}

/// Collects references from lists and dictionaries of them; `false` if something else is there.
fn collect_references(value: &Json, path: &str, found: &mut Vec<(Reference, Option<String>)>, depth: usize) -> bool {
    if let Some(reference) = read_reference(value) {
        found.push((reference, (!path.is_empty()).then(|| path.to_owned())));
        return true;
    }
    if depth > MAX_DEPTH {
        return false;
    }
    let join = |part: &str| if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
    match value {
        Json::Array(items) => items.iter().enumerate().all(|(index, item)| {
            let path = if path.is_empty() { String::new() } else { join(&index.to_string()) };
            collect_references(item, &path, found, depth + 1)
        }),
        Json::Object(entries) => {
            entries.iter().all(|(name, item)| collect_references(item, &join(name), found, depth + 1))
        }
        _ => false,
    }
}

/// What a class is called that a program registered as `package>Class`: the class, unless Keras has one of that name, which
/// it is not.
fn own_class(registered: &str) -> &str {
    match registered.split_once('>') {
        Some((package, class)) if package.eq_ignore_ascii_case("keras") => class,
        Some((_, class)) if kiln_keras::find_layer(class).is_none() && !kiln_keras::operations().contains(&class) => {
            class
        }
        _ => registered,
    }
}
