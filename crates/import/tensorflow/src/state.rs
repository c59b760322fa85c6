//! Variables that the model assigns while it runs: they are what it remembers from run to run.
//!
//! Each is an argument of the function and a result. What it holds in between is the value that was assigned last where the
//! import stands; nodes are imported in the order in which they must run, as far as nodes that assign are concerned.
//!
//! ```text
//! func.func @main(%x: tensor<2xf32>, %n: tensor<f32>) attributes {state = [dense<0.0> : tensor<f32>], ...} {
//!   %1 = tf.AddV2 %n, %one
//!   func.return %y, %1
//! }
//! ```

use crate::control::MAX_DEPTH;
use crate::graph::{Graph, Source, part, value};
use crate::importer::{Importer, Item, type_of_elements};
use crate::proto::NodeDef;
use crate::proto::attr_value::Value as AttributeValue;
use crate::variables::Handle;
use kiln_import_core::MainFunction;
use kiln_ir::{Block, Builder, Location, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The variables that are assigned.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// In the order in which they were found.
    variables: Vec<Rc<Handle>>,
    /// What each holds, where the import stands.
    current: Vec<Value>,
    /// How many loops and conditionals of TensorFlow 1 are around, in which nothing is assigned.
    pub fixed: usize,
    /// Of graphs: the nodes that assign, and all that come after one of them.
    ordered: FxHashMap<usize, Rc<FxHashSet<usize>>>,
    /// Whether functions assign anything, by name.
    functions: FxHashMap<String, bool>,
}

/// How a node assigns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Assignment {
    /// The operand.
    Whole,
    /// What this operator makes of the variable and the operand.
    By(&'static str),
    /// Rows by number, by an operator that takes vectors of indices.
    Rows(&'static str),
    /// What this operator makes of the variable and all operands.
    Parts(&'static str),
}

fn assignment(op: &str) -> Option<Assignment> {
    Some(match op {
        "Assign" | "AssignVariableOp" => Assignment::Whole,
        "AssignAdd" | "AssignAddVariableOp" => Assignment::By("tf.AddV2"),
        "AssignSub" | "AssignSubVariableOp" => Assignment::By("tf.Sub"),
        "ScatterUpdate" | "ResourceScatterUpdate" => Assignment::Rows("tf.TensorScatterUpdate"),
        "ScatterAdd" | "ResourceScatterAdd" => Assignment::Rows("tf.TensorScatterAdd"),
        "ScatterSub" | "ResourceScatterSub" => Assignment::Rows("tf.TensorScatterSub"),
        "ScatterMax" | "ResourceScatterMax" => Assignment::Rows("tf.TensorScatterMax"),
        "ScatterMin" | "ResourceScatterMin" => Assignment::Rows("tf.TensorScatterMin"),
        "ScatterNdUpdate" | "ResourceScatterNdUpdate" => Assignment::Parts("tf.TensorScatterUpdate"),
        "ScatterNdAdd" | "ResourceScatterNdAdd" => Assignment::Parts("tf.TensorScatterAdd"),
        "ScatterNdSub" | "ResourceScatterNdSub" => Assignment::Parts("tf.TensorScatterSub"),
        "StridedSliceAssign" | "ResourceStridedSliceAssign" => Assignment::Parts("tf.TensorStridedSliceUpdate"),
        _ => return None,
    })
}

/// Whether nodes of an operator assign a variable.
pub(crate) fn is_assignment(op: &str) -> bool {
    assignment(op).is_some()
}

impl State {
    /// Whether a variable was found that is assigned, of which nobody knew before.
    pub fn is_found(&self) -> bool {
        self.variables.len() > self.current.len()
    }

    /// What all variables hold, if anything around assigns one.
    pub fn values(&self, assigns: bool) -> Vec<Value> {
        if assigns { self.current.clone() } else { Vec::new() }
    }

    /// Says what all variables hold, unless there are no values of them.
    pub fn hold(&mut self, values: &[Value]) {
        if values.len() == self.current.len() {
            self.current.copy_from_slice(values);
        }
    }

    fn place(&self, handle: &Handle) -> Option<usize> {
        self.variables.iter().position(|variable| **variable == *handle).filter(|&place| place < self.current.len())
    }

    /// What the function returns of it, by name.
    pub fn results(&self) -> Vec<(String, Value)> {
        self.variables.iter().zip(&self.current).map(|(variable, &value)| (name_of(variable), value)).collect()
    }
}

fn name_of(variable: &Handle) -> String {
    let name = if variable.shared.is_empty() { &variable.node } else { &variable.shared };
    format!("state.{name}")
}

impl<'a> Importer<'a> {
    /// Arguments for the variables that are known to be assigned.
    pub(crate) fn begin_state(&mut self, main: &mut MainFunction) {
        self.state.current.clear();
        for variable in self.state.variables.clone() {
            match self.variable_value(&variable) {
                Ok(tensor) => {
                    let initial = self.module.tensor_attribute(tensor);
                    let ty = type_of_elements(initial);
                    let argument = main.remembered(&mut self.module, &name_of(&variable), ty, initial);
                    self.state.current.push(argument);
                }
                Err(reason) => return self.reporter.error(format!("variable \"{}\"", variable.node), reason),
            }
        }
    }

    /// What a variable holds, as a value that can be used in `block`.
    ///
    /// # Errors
    /// When nothing says it; one sentence.
    pub(crate) fn held(&mut self, handle: &Handle, block: Block) -> Result<Value, String> {
        if let Some(place) = self.state.place(handle) {
            return Ok(self.state.current[place]);
        }
        let tensor = self.variable_value(handle)?;
        let attribute = self.module.tensor_attribute(tensor);
        Ok(self.constant(block, &handle.node, attribute))
    }

    /// Whether a node reads a variable that is assigned, so that it matters when.
    pub(crate) fn is_read_of_state(&self, op: &str, first: Option<&Item>) -> bool {
        let Some(Item::Variable(handle)) = first else { return false };
        (op == "ReadVariableOp" || handle.is_memory) && self.state.place(handle).is_some()
    }

    /// A node that assigns.
    pub(crate) fn import_assignment(&mut self, graph: &Rc<Graph<'a>>, index: usize) {
        let node = &graph.nodes[index];
        let (proto, Some(how)) = (node.proto, assignment(&node.proto.op)) else { return };
        let Some((&target, operands)) = node.inputs.split_first() else { return };
        let Item::Variable(handle) = self.target(graph, target) else {
            if !self.reporter.has_errors() {
                self.reporter.error(part(proto), "it does not say which variable it assigns");
            }
            return;
        };
        if self.state.fixed > 0 {
            self.reporter.error(
                part(proto),
                "a variable that is assigned in a loop or a conditional of TensorFlow 1 is not supported",
            );
            return;
        }
        let operands: Option<Vec<Value>> = operands.iter().map(|&operand| self.loaded(graph, operand)).collect();
        let Some(operands) = operands else { return };
        let before = match self.held(&handle, self.block()) {
            Ok(value) => value,
            Err(reason) => return self.reporter.error(part(proto), reason),
        };
        let after = match (how, operands.as_slice()) {
            (Assignment::Whole, &[value]) => value,
            (Assignment::By(op), &[value]) => self.made(proto, op, &[before, value]),
            (Assignment::Rows(op), &[indices, updates]) => {
                let last = self.tensor(&proto.name, kiln_tensor::Tensor::scalar(-1i32));
                let indices = self.made(proto, "tf.ExpandDims", &[indices, last]);
                self.made(proto, op, &[before, indices, updates])
            }
            (Assignment::Parts(op), parts) => {
                let value = self.made(proto, op, &[&[before], parts].concat());
                self.copy_masks(graph, index, value);
                value
            }
            _ => return self.reporter.error(part(proto), "it has another number of operands than it takes"),
        };
        match self.state.place(&handle) {
            Some(place) => self.state.current[place] = after,
            None if self.state.variables.contains(&handle) => {}
            None => self.state.variables.push(handle.clone()),
        }
        self.set(Source::Node(index, 0), if handle.is_memory { Item::Value(after) } else { Item::Missing });
    }

    /// The variable that a node assigns: that of its operand, or that of the node before which gives it on.
    fn target(&self, graph: &Graph<'a>, mut source: Source) -> Item {
        for _ in 0..graph.nodes.len() {
            match (self.item(source), source) {
                (item @ Item::Variable(_), _) => return item,
                (_, Source::Node(node, 0)) if is_assignment(&graph.nodes[node].proto.op) => {
                    match graph.nodes[node].inputs.first() {
                        Some(&input) => source = input,
                        None => return Item::Missing,
                    }
                }
                (item, _) => return item,
            }
        }
        Item::Missing
    }

    /// An op with one result of the type of its first operand.
    fn made(&mut self, proto: &NodeDef, name: &str, operands: &[Value]) -> Value {
        let ty = kiln_tf::tensor_of(self.module.ty(operands[0]).scalar());
        let block = self.block();
        let mut builder = Builder::at_end(&mut self.module, block);
        builder.location = Location::named(&proto.name);
        builder.op(name).operands(operands).result(ty).value()
    }

    /// The masks of a slice that is assigned.
    fn copy_masks(&mut self, graph: &Graph<'a>, index: usize, made: Value) {
        let Some(op) = self.module.defining_op(made) else { return };
        for mask in ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"] {
            if let Some(AttributeValue::I(bits)) = value(graph.nodes[index].proto, mask) {
                self.module.set_attribute(op, mask, kiln_ir::Attribute::i64(*bits));
            }
        }
    }

    /// What must run before a node, other than what it takes: nothing where no node assigns.
    pub(crate) fn order_of(&self, graph: &Graph<'a>, node: usize) -> Vec<Source> {
        let Some(ordered) = self.state.ordered.get(&place_of(graph)) else { return Vec::new() };
        let matters = |&before: &usize| {
            let proto = graph.nodes[before].proto;
            let is_read = matches!(proto.op.as_str(), "ReadVariableOp" | "Identity");
            ordered.contains(&before) || is_read || !self.functions_of(proto).is_empty()
        };
        let controls = graph.nodes[node].controls.iter().copied().filter(matters);
        controls.map(|before| Source::Node(before, 0)).collect()
    }

    /// Learns the order in which nodes must run to make `targets`.
    pub(crate) fn find_order(&mut self, graph: &Graph<'a>, targets: &[Source]) {
        if self.state.ordered.contains_key(&place_of(graph)) {
            return;
        }
        let reached = graph.reached_in_order(targets);
        let mut ordered: FxHashSet<usize> = FxHashSet::default();
        // Nodes come behind those that they wait for.
        for &node in &reached {
            if graph.before(node).any(|before| ordered.contains(&before)) || self.assigns(graph, node, 0) {
                ordered.insert(node);
            }
        }
        if !ordered.is_empty() {
            self.state.ordered.insert(place_of(graph), Rc::new(ordered));
        }
    }

    /// The nodes of a function that run for the variables that they assign.
    pub(crate) fn effects_of(&mut self, body: &Graph<'a>) -> Vec<Source> {
        let returned = body.returned.iter().map(|&node| Source::Node(node, 0));
        let targets: Vec<Source> = body.results.iter().copied().chain(returned).collect();
        self.find_order(body, &targets);
        let Some(ordered) = self.state.ordered.get(&place_of(body)) else { return Vec::new() };
        let effects = body.returned.iter().filter(|node| ordered.contains(node));
        effects.map(|&node| Source::Node(node, 0)).collect()
    }

    /// Whether a node assigns a variable, itself or by a function that it calls.
    fn assigns(&mut self, graph: &Graph<'a>, node: usize, depth: usize) -> bool {
        let proto = graph.nodes[node].proto;
        is_assignment(&proto.op)
            || self.functions_of(proto).into_iter().any(|name| self.function_assigns(name, depth + 1))
    }

    pub(crate) fn function_assigns(&mut self, name: &'a str, depth: usize) -> bool {
        if let Some(&known) = self.state.functions.get(name) {
            return known;
        }
        // Of a function that calls itself, the rest says it; what is too deep is reported when it is imported.
        self.state.functions.insert(name.to_owned(), false);
        let body = if depth < MAX_DEPTH { self.function(name) } else { None };
        let Some(body) = body else { return false };
        let returned = body.returned.iter().map(|&node| Source::Node(node, 0));
        let targets: Vec<Source> = body.results.iter().copied().chain(returned).collect();
        let assigns = body.reached_in_order(&targets).into_iter().any(|node| self.assigns(&body, node, depth));
        self.state.functions.insert(name.to_owned(), assigns);
        assigns
    }

    /// The functions that a node calls.
    fn functions_of(&self, proto: &'a NodeDef) -> Vec<&'a str> {
        let own = self.library.get_key_value(proto.op.as_str()).map(|(&name, _)| name);
        let given =
            proto.attr.values().filter_map(|attribute| attribute.value.as_ref()).flat_map(|value| match value {
                AttributeValue::Func(function) => vec![function.name.as_str()],
                AttributeValue::List(list) => list.func.iter().map(|function| function.name.as_str()).collect(),
                _ => Vec::new(),
            });
        own.into_iter().chain(given).collect()
    }
}

/// What tells graphs apart, all of which live as long as the import.
fn place_of(graph: &Graph<'_>) -> usize {
    std::ptr::from_ref(graph) as usize
}
