//! Which tensor of the checkpoint a variable is.
//!
//! A graph that was saved says it itself: the ops that restore its variables name the tensors.

use crate::checkpoint::Checkpoint;
use crate::graph::{Graph, Source, value};
use crate::importer::Importer;
use crate::proto::attr_value::Value;
use crate::slices::Slice;
use crate::tensor::import_tensor;
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

/// The deepest nesting of functions that restore variables.
const MAX_DEPTH: usize = 8;

/// The variables of a model and where their values are.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    pub checkpoint: Option<Checkpoint>,
    /// What variables are restored from, by the names of their nodes.
    pub keys: FxHashMap<String, Restored>,
}

/// The handle of a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Handle {
    /// The name of its node.
    pub node: String,
    /// What it calls itself.
    pub shared: String,
    /// Whether it is the variable's own memory, as in TensorFlow 1: then a copy of it is what it holds.
    pub is_memory: bool,
}

/// What a variable is restored from: a tensor of the checkpoint, or a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Restored {
    key: String,
    part: Option<Slice>,
}

impl Variables {
    /// Where the variable is whose node is called `node`, and which calls itself `shared`.
    fn restored(&self, node: &str, shared: &str) -> Option<Restored> {
        let checkpoint = self.checkpoint.as_ref()?;
        let named = || [shared, node].into_iter().find_map(|name| checkpoint.key_of(name));
        let whole = |key: &str| Restored { key: key.to_owned(), part: None };
        self.keys.get(node).cloned().or_else(|| named().map(whole))
    }
}

/// Whether a node is a variable.
pub(crate) fn is_variable(op: &str) -> bool {
    matches!(op, "VariableV2" | "Variable" | "VarHandleOp")
}

impl<'a> Importer<'a> {
    /// The keys of the variables that the graph restores.
    pub(crate) fn find_keys(&mut self, graph: &Graph<'a>) -> FxHashMap<String, Restored> {
        let mut keys = FxHashMap::default();
        self.find_restored(graph, &[], 0, &mut keys);
        keys
    }

    /// As [`Importer::find_keys`] in a graph whose arguments are these variables.
    fn find_restored(
        &mut self,
        graph: &Graph<'a>,
        arguments: &[Option<&'a str>],
        depth: usize,
        keys: &mut FxHashMap<String, Restored>,
    ) {
        let variable = |source: Source| match graph.behind_copies(source) {
            Source::Argument(index) => arguments.get(index).copied().flatten(),
            Source::Node(node, _) => {
                let proto = graph.nodes[node].proto;
                is_variable(&proto.op).then_some(proto.name.as_str())
            }
        };
        let mut restored: FxHashMap<usize, Vec<Restored>> = FxHashMap::default();
        for node in &graph.nodes {
            match node.proto.op.as_str() {
                "Assign" | "AssignVariableOp" => {
                    let &[target, value] = node.inputs.as_slice() else { continue };
                    let (Some(variable), Source::Node(from, output)) = (variable(target), graph.behind_copies(value))
                    else {
                        continue;
                    };
                    if !matches!(graph.nodes[from].proto.op.as_str(), "RestoreV2" | "Restore" | "RestoreSlice") {
                        continue;
                    }
                    let names = restored.entry(from).or_insert_with(|| self.restored_by(graph, from));
                    if let Some(restored) = names.get(output) {
                        keys.insert(variable.to_owned(), restored.clone());
                    }
                }
                "PartitionedCall" | "StatefulPartitionedCall" if depth < MAX_DEPTH => {
                    let Some(Value::Func(function)) = value(node.proto, "f") else { continue };
                    if !node.inputs.iter().any(|&input| variable(input).is_some()) {
                        continue;
                    }
                    let Some(body) = self.function(&function.name) else { continue };
                    if body
                        .nodes
                        .iter()
                        .any(|node| node.proto.op == "AssignVariableOp" || node.proto.op.ends_with("Call"))
                    {
                        let arguments: Vec<Option<&str>> = node.inputs.iter().map(|&input| variable(input)).collect();
                        self.find_restored(&body, &arguments, depth + 1, keys);
                    }
                }
                _ => {}
            }
        }
    }

    /// What a node restores, output by output.
    fn restored_by(&self, graph: &Graph<'a>, node: usize) -> Vec<Restored> {
        let parts = self.constant_strings(graph, node, 2);
        let restored = |(index, key): (usize, String)| Restored {
            key,
            part: parts.get(index).and_then(|part| Slice::of_text(part)),
        };
        self.constant_strings(graph, node, 1).into_iter().enumerate().map(restored).collect()
    }

    /// The strings that an input of a node is.
    fn constant_strings(&self, graph: &Graph<'a>, node: usize, input: usize) -> Vec<String> {
        let Some(&source) = graph.nodes[node].inputs.get(input) else { return Vec::new() };
        let Source::Node(constant, 0) = graph.behind_copies(source) else { return Vec::new() };
        let tensor = match value(graph.nodes[constant].proto, "value") {
            Some(Value::Tensor(proto)) => import_tensor(self.file, proto).ok(),
            _ => None,
        };
        let tensor = tensor.filter(|tensor| tensor.element() == ElementType::String);
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        tensor.map(|tensor| tensor.strings().iter().map(text).collect()).unwrap_or_default()
    }

    /// What a variable holds when the model is used.
    ///
    /// # Errors
    /// When nothing says it; one sentence.
    pub(crate) fn variable_value(&self, handle: &Handle) -> Result<Tensor, String> {
        let node = handle.node.as_str();
        let Some(checkpoint) = &self.variables.checkpoint else {
            return Err(format!(
                "variable \"{node}\" has no value in a graph alone: give a frozen graph, a saved model, or the .meta file \
                 beside a checkpoint"
            ));
        };
        match self.variables.restored(node, &handle.shared) {
            Some(restored) => checkpoint.tensor(self.file, &restored.key, restored.part.as_ref()),
            None => Err(match kiln_diag::suggest(node, checkpoint.names()) {
                Some(near) => format!("the checkpoint has no value of variable \"{node}\"; it has \"{near}\""),
                None => format!("the checkpoint has no value of variable \"{node}\""),
            }),
        }
    }
}
