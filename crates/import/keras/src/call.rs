//! Calls: of a model, whose layers stand in its place, and of a layer, which is an op.

use crate::arguments::{Argument, Reference};
use crate::attribute::{attribute, is_meaningful};
use crate::importer::{Importer, dtype_name, layer_part};
use crate::layer::Layer;
use crate::model::Model;
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::with_suggestion;
use kiln_ir::{Attribute, Attributes, Block, Builder, Location, Name, OpState, Value};
use kiln_keras::{ARGUMENTS, OPERAND_NAMES, YIELD};
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

/// The most calls of a model, those of nested models included.
const MAX_CALLS: usize = 1_000_000;

/// An argument whose tensor is there.
#[derive(Clone, Debug)]
pub(crate) enum Given<'c> {
    Tensor(Value),
    Constant(&'c Json),
}

/// A call of a layer, by the numbers of both.
type CallKey = (usize, usize);

impl Importer<'_> {
    /// Reports the layers of classes that are not known.
    pub fn check_layers(&self, model: &Model) {
        for member in &model.layers {
            self.check_layer(&member.layer);
        }
    }

    fn check_layer(&self, layer: &Layer) {
        layer.parts.iter().for_each(|(_, part)| self.check_layer(part));
        if let Some(model) = &layer.model {
            return self.check_layers(model);
        }
        let class = layer.class.as_str();
        let is_known = match layer.is_operation {
            true => kiln_keras::operations().contains(&class),
            false => class == "InputLayer" || kiln_keras::find_layer(class).is_some(),
        };
        if is_known || self.is_custom(layer) {
            return;
        }
        let place = self.reporter.part(layer_part(layer));
        let custom = format!("--custom-op {class}=FUNCTION");
        self.reporter.report(match class {
            "Lambda" => Diagnostic::error(place, "a Lambda holds Python code, which Kiln does not run").with_help(format!(
                "say what it does with layers or with operations of keras.ops and save the model again; or a C function \
                 computes it, {custom}"
            )),
            class => {
                let what = if layer.is_operation { "operation" } else { "layer" };
                let layers = kiln_keras::layers().map(|(name, _)| name);
                let known = suggest(class, layers.chain(kiln_keras::operations().iter().copied()));
                let error = Diagnostic::error(place, format!("there is no {what} {class} in Keras that Kiln knows"));
                with_suggestion(error, known).with_help(format!(
                    "say what it does with layers of Keras and save the model again; or a C function computes it, {custom}"
                ))
            }
        });
    }

    /// Whether a layer is of a class that the user brings a function for.
    pub fn is_custom(&self, layer: &Layer) -> bool {
        self.custom.contains(layer.class.as_str()) || self.custom.contains(&layer.registered_name)
    }

    /// The layers of `model` at the end of `block`, called with `inputs`; the outputs.
    pub fn call_model(&mut self, block: Block, model: &Model, inputs: &[Value]) -> Vec<Value> {
        if model.is_sequential {
            let mut values = inputs.to_vec();
            for member in model.layers.iter().filter(|member| member.layer.class != "InputLayer") {
                let given = match &values[..] {
                    [value] => vec![("0".to_owned(), Given::Tensor(*value))],
                    values => values
                        .iter()
                        .enumerate()
                        .map(|(index, &value)| (format!("0.{index}"), Given::Tensor(value)))
                        .collect(),
                };
                values = self.call_layer(block, &member.layer, &given, 1);
            }
            return values;
        }
        let by_name = model.layers.iter().enumerate().map(|(index, member)| (member.layer.name.as_str(), index));
        let by_name: FxHashMap<&str, usize> = by_name.collect();
        let mut values = FxHashMap::<CallKey, Vec<Value>>::default();
        for (reference, &value) in model.inputs.iter().zip(inputs) {
            if let Some(&layer) = by_name.get(reference.layer.as_str()) {
                values.insert((layer, reference.call), vec![value]);
            }
        }
        let counts = count_results(model, &by_name);
        let outputs = model.outputs.iter().map(|(reference, _)| reference);
        outputs.map(|reference| self.value_of(block, model, reference, &by_name, &counts, &mut values)).collect()
    }

    /// The tensor that a reference means, with all calls that it needs.
    fn value_of(
        &mut self,
        block: Block,
        model: &Model,
        reference: &Reference,
        by_name: &FxHashMap<&str, usize>,
        counts: &FxHashMap<CallKey, usize>,
        values: &mut FxHashMap<CallKey, Vec<Value>>,
    ) -> Value {
        let Some(&layer) = by_name.get(reference.layer.as_str()) else {
            self.reporter.error("outputs", format!("no layer is called \"{}\"", reference.layer));
            return self.none();
        };
        // What is under way is on the stack, each with the calls that it waits for.
        let mut stack = vec![(layer, reference.call)];
        let mut waiting = rustc_hash::FxHashSet::default();
        while let Some(&key) = stack.last() {
            if values.contains_key(&key) {
                stack.pop();
                continue;
            }
            let member = &model.layers[key.0];
            let is_first = waiting.insert(key);
            let call = member.calls.get(key.1);
            let tensors = call.iter().flat_map(|call| &call.arguments).filter_map(|(_, argument)| match argument {
                Argument::Tensor(reference) => Some((*by_name.get(reference.layer.as_str())?, reference.call)),
                Argument::Constant(_) => None,
            });
            let missing: Vec<CallKey> = tensors.filter(|key| !values.contains_key(key)).collect();
            if !missing.is_empty() && is_first {
                stack.extend(missing);
                continue;
            }
            stack.pop();
            let count = counts.get(&key).copied().unwrap_or(1);
            let made = match call {
                Some(_) if !missing.is_empty() => {
                    self.layer_error(&member.layer, "the layer is called with what it gives itself, by way of others");
                    Vec::new()
                }
                None => {
                    self.layer_error(&member.layer, format!("this layer has no call {}", key.1));
                    Vec::new()
                }
                Some(call) => {
                    let given: Vec<(String, Given)> = call
                        .arguments
                        .iter()
                        .map(|(name, argument)| {
                            let given = match argument {
                                Argument::Constant(value) => Given::Constant(value),
                                Argument::Tensor(reference) => {
                                    Given::Tensor(self.made_value(&member.layer, reference, by_name, values))
                                }
                            };
                            (name.clone(), given)
                        })
                        .collect();
                    self.call_layer(block, &member.layer, &given, count)
                }
            };
            values.insert(key, made);
        }
        match values.get(&(layer, reference.call)).and_then(|made| made.get(reference.result)) {
            Some(&value) => value,
            None => self.none(),
        }
    }

    /// A tensor that is made already.
    fn made_value(
        &mut self,
        user: &Layer,
        reference: &Reference,
        by_name: &FxHashMap<&str, usize>,
        values: &FxHashMap<CallKey, Vec<Value>>,
    ) -> Value {
        let made = match by_name.get(reference.layer.as_str()) {
            Some(&layer) => values.get(&(layer, reference.call)).and_then(|made| made.get(reference.result)),
            None => {
                self.layer_error(
                    user,
                    format!("no layer is called \"{}\", of which this one needs a result", reference.layer),
                );
                None
            }
        };
        match made {
            Some(&value) => value,
            None => self.none(),
        }
    }

    /// The op of a call at the end of `block`; its results.
    pub fn call_layer(
        &mut self,
        block: Block,
        layer: &Layer,
        given: &[(String, Given<'_>)],
        results: usize,
    ) -> Vec<Value> {
        self.calls += 1;
        if self.calls == MAX_CALLS {
            self.layer_error(layer, format!("the model has more than {MAX_CALLS} calls of layers"));
        }
        if self.calls >= MAX_CALLS {
            return Vec::new();
        }
        if let Some(model) = &layer.model {
            let is_input = |name: &str| name == "0" || name.starts_with("0.");
            let inputs = given.iter().filter(|(name, _)| is_input(name)).filter_map(|(_, given)| match given {
                Given::Tensor(value) => Some(*value),
                Given::Constant(_) => None,
            });
            return self.call_model(block, model, &inputs.collect::<Vec<_>>());
        }
        let prefix = if layer.is_operation { "keras.ops." } else { "keras." };
        let mut state = OpState::new(&format!("{prefix}{}", layer.class), Location::named(&layer.name));
        let (mut names, mut constants) = (Vec::new(), Vec::new());
        for (name, given) in given {
            match given {
                Given::Tensor(value) => {
                    names.push(Attribute::string(name));
                    state.operands.push(*value);
                }
                Given::Constant(value) => constants.extend(attribute(value).map(|value| (Name::new(name), value))),
            }
        }
        add_weights(layer, "", &mut |name, value| {
            names.push(Attribute::string(name));
            state.operands.push(value);
        });
        state.attributes = layer_attributes(layer);
        state.attributes.set(OPERAND_NAMES, names);
        if !constants.is_empty() {
            state.attributes.set(ARGUMENTS, Attribute::dictionary(constants));
        }
        state.result_types = std::iter::repeat_n(kiln_keras::any_type(), results).collect();
        let inner: Vec<&Layer> =
            layer.parts.iter().filter(|(place, _)| is_wrapped(place)).map(|(_, part)| part).collect();
        state.region_count = inner.len();
        let op = self.module.create(state);
        self.module.append(block, op);
        for (index, part) in inner.into_iter().enumerate() {
            let region = self.module.regions(op)[index];
            let body = self.module.create_block(region, &[kiln_keras::any_type()]);
            let argument = self.module.arguments(body)[0];
            let values = self.call_layer(body, part, &[("0".to_owned(), Given::Tensor(argument))], result_count(part));
            Builder::at_end(&mut self.module, body).op(YIELD).operands(&values).build();
        }
        self.module.results(op).to_vec()
    }
}

/// Whether the layer that an attribute of its owner holds stands in a region: others are dictionaries.
fn is_wrapped(place: &str) -> bool {
    place.ends_with("layer")
}

/// The weights of a layer and of the cells in it.
fn add_weights(layer: &Layer, prefix: &str, add: &mut dyn FnMut(&str, Value)) {
    for (weight, value) in &layer.weights {
        if let Some(value) = value {
            add(&format!("{prefix}{}", weight.name), *value);
        }
    }
    let cells = layer.parts.iter().filter(|(place, _)| !is_wrapped(place));
    for (index, (place, cell)) in cells.enumerate() {
        let place = if place.starts_with("cells/") { format!("cells/{index}") } else { place.clone() };
        add_weights(cell, &format!("{prefix}{place}/"), add);
    }
}

/// The entries of a layer's configuration that say what it computes.
fn layer_attributes(layer: &Layer) -> Attributes {
    let mut attributes = Attributes::new();
    for (entry, value) in &layer.config {
        let is_usual =
            entry == "dtype" && !layer.is_operation && dtype_name(Some(value)).is_none_or(|name| name == "float32");
        if is_meaningful(entry)
            && !is_usual
            && let Some(value) = attribute(value)
        {
            attributes.set(entry, value);
        }
    }
    let cells: Vec<(&str, Attribute)> = layer
        .parts
        .iter()
        .filter(|(place, _)| !is_wrapped(place))
        .map(|(place, cell)| {
            let mut entries: Vec<_> = layer_attributes(cell).iter().collect();
            entries.push((Name::new("class_name"), Attribute::string(&cell.class)));
            (place.as_str(), Attribute::dictionary(entries))
        })
        .collect();
    match &cells[..] {
        [] => {}
        [("cell", cell)] => _ = attributes.set("cell", *cell),
        cells => {
            _ = attributes.set("cells", Attribute::array(&cells.iter().map(|(_, cell)| *cell).collect::<Vec<_>>()))
        }
    }
    attributes
}

/// How many results a layer has that stands in a wrapper.
fn result_count(layer: &Layer) -> usize {
    if !layer.flag("return_state", false) {
        return 1;
    }
    match layer.class.as_str() {
        "LSTM" | "CuDNNLSTM" => 3,
        class if class.starts_with("ConvLSTM") => 3,
        _ => 2,
    }
}

/// How many results of each call are asked for.
fn count_results(model: &Model, by_name: &FxHashMap<&str, usize>) -> FxHashMap<CallKey, usize> {
    let arguments = model.layers.iter().flat_map(|member| &member.calls).flat_map(|call| &call.arguments);
    let tensors = arguments.filter_map(|(_, argument)| argument.tensor());
    let mut counts = FxHashMap::default();
    for reference in tensors.chain(model.outputs.iter().map(|(reference, _)| reference)) {
        if let Some(&layer) = by_name.get(reference.layer.as_str()) {
            let count = counts.entry((layer, reference.call)).or_insert(1);
            *count = (*count).max(reference.result + 1);
        }
    }
    counts
}
