//! Which tensor of the checkpoint a variable is.
//!
//! A graph that was saved says it itself: the ops that restore its variables name the tensors.

use crate::checkpoint::Checkpoint;
use crate::graph::{Graph, Source, value};
use crate::importer::Importer;
use crate::proto::attr_value::Value;
use crate::tensor::import_tensor;
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

/// The deepest nesting of functions that restore variables.
const MAX_DEPTH: usize = 8;

/// The variables of a model and where their values are.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    pub checkpoint: Option<Checkpoint>,
    /// Keys by the names of variables' nodes.
    pub keys: FxHashMap<String, String>,
}

impl Variables {
    /// The key of the variable whose node is called `node`, and which calls itself `shared`.
    pub fn key_of(&self, node: &str, shared: &str) -> Option<&str> {
        let checkpoint = self.checkpoint.as_ref()?;
        if let Some(key) = self.keys.get(node) {
            return Some(key);
        }
        [shared, node].into_iter().find_map(|name| checkpoint.key_of(name))
    }
}

/// Whether a node is a variable.
pub(crate) fn is_variable(op: &str) -> bool {
    matches!(op, "VariableV2" | "Variable" | "VarHandleOp")
}

impl<'a> Importer<'a> {
    /// The keys of the variables that the graph restores.
    pub(crate) fn find_keys(&mut self, graph: &Graph<'a>) -> FxHashMap<String, String> {
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
        keys: &mut FxHashMap<String, String>,
    ) {
        let variable = |source: Source| match graph.behind_copies(source) {
            Source::Argument(index) => arguments.get(index).copied().flatten(),
            Source::Node(node, _) => {
                let proto = graph.nodes[node].proto;
                is_variable(&proto.op).then_some(proto.name.as_str())
            }
        };
        let mut restored: FxHashMap<usize, Vec<String>> = FxHashMap::default();
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
                    let names = restored.entry(from).or_insert_with(|| self.restored_names(graph, from));
                    if let Some(name) = names.get(output) {
                        keys.insert(variable.to_owned(), name.clone());
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

    /// The names of the tensors that a node restores.
    fn restored_names(&self, graph: &Graph<'a>, node: usize) -> Vec<String> {
        let Some(&source) = graph.nodes[node].inputs.get(1) else { return Vec::new() };
        let Source::Node(names, 0) = graph.behind_copies(source) else { return Vec::new() };
        let tensor = match value(graph.nodes[names].proto, "value") {
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
    pub(crate) fn variable_value(&self, node: &str, shared: &str) -> Result<Tensor, String> {
        let Some(checkpoint) = &self.variables.checkpoint else {
            return Err(format!(
                "variable \"{node}\" has no value in a graph alone: give a frozen graph, a saved model, or the .meta file \
                 beside a checkpoint"
            ));
        };
        match self.variables.key_of(node, shared) {
            Some(key) => checkpoint.tensor(self.file, key),
            None => Err(match kiln_diag::suggest(node, checkpoint.names()) {
                Some(near) => format!("the checkpoint has no value of variable \"{node}\"; it has \"{near}\""),
                None => format!("the checkpoint has no value of variable \"{node}\""),
            }),
        }
    }
}
