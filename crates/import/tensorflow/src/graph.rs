//! Graphs and functions of the file, with inputs that are places of nodes, not names.

use crate::proto::attr_value::Value;
use crate::proto::{FunctionDef, NodeDef};
use kiln_import_core::Reporter;
use kiln_tf::{ArgumentCount, Schema, find_schema};
use rustc_hash::{FxHashMap, FxHashSet};

/// A tensor of a graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Source {
    /// An argument of the function.
    Argument(usize),
    /// An output of a node.
    Node(usize, usize),
}

/// A node.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub proto: &'a NodeDef,
    /// The tensors it takes.
    pub inputs: Vec<Source>,
    /// The nodes that run before it.
    pub controls: Vec<usize>,
    /// The operator, if it is one.
    pub schema: Option<&'static Schema>,
}

/// A graph, or the body of a function.
#[derive(Debug, Default)]
pub(crate) struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    /// How many arguments the function has.
    pub arguments: usize,
    /// What the function returns.
    pub results: Vec<Source>,
    /// The nodes that the function runs for what they do.
    pub returned: Vec<usize>,
    by_name: FxHashMap<&'a str, usize>,
}

impl<'a> Graph<'a> {
    /// The graph of a model. Inputs that name nothing are reported.
    pub fn of_nodes(nodes: &'a [NodeDef], reporter: &Reporter<'_>) -> Graph<'a> {
        let mut graph = Graph::default();
        graph.collect(nodes, reporter);
        graph.connect(nodes, reporter, |graph, text| graph.find_tensor(text));
        graph
    }

    /// The body of a function.
    pub fn of_function(
        function: &'a FunctionDef,
        library: &FxHashMap<&'a str, &'a FunctionDef>,
        reporter: &Reporter<'_>,
    ) -> Graph<'a> {
        let mut graph = Graph::default();
        graph.collect(&function.node_def, reporter);
        let signature = function.signature.as_ref();
        let arguments: FxHashMap<&str, usize> = signature
            .iter()
            .flat_map(|signature| &signature.input_arg)
            .enumerate()
            .map(|(index, argument)| (argument.name.as_str(), index))
            .collect();
        graph.arguments = signature.map_or(0, |signature| signature.input_arg.len());
        let find = |graph: &Graph<'a>, text: &str| match arguments.get(text) {
            Some(&argument) => Some(Source::Argument(argument)),
            None => graph.find_in_function(text, library),
        };
        graph.connect(&function.node_def, reporter, find);
        for output in signature.iter().flat_map(|signature| &signature.output_arg) {
            let text = function.ret.get(&output.name).map_or("", String::as_str);
            match find(&graph, text) {
                Some(source) => graph.results.push(source),
                None => {
                    let name = signature.map_or("", |signature| signature.name.as_str());
                    let message = format!("what it returns as \"{}\" is not there: \"{text}\"", output.name);
                    reporter.error(format!("function \"{name}\""), message);
                }
            }
        }
        let mut returned: Vec<usize> = function.control_ret.values().filter_map(|name| graph.find_node(name)).collect();
        returned.sort_unstable();
        graph.returned = returned;
        graph
    }

    /// Learns the nodes' names.
    fn collect(&mut self, nodes: &'a [NodeDef], reporter: &Reporter<'_>) {
        for proto in nodes {
            if self.by_name.insert(&proto.name, self.nodes.len()).is_some() {
                reporter.error(part(proto), "a node of this name is there twice");
            }
            let schema = find_schema(&proto.op);
            self.nodes.push(Node { proto, inputs: Vec::new(), controls: Vec::new(), schema });
        }
    }

    /// Finds what the nodes take.
    fn connect(
        &mut self,
        nodes: &'a [NodeDef],
        reporter: &Reporter<'_>,
        find: impl Fn(&Graph<'a>, &str) -> Option<Source>,
    ) {
        for (index, proto) in nodes.iter().enumerate() {
            let (mut inputs, mut controls) = (Vec::new(), Vec::new());
            for text in &proto.input {
                let found = match text.strip_prefix('^') {
                    Some(name) => self.by_name.get(name).map(|&node| controls.push(node)),
                    None => find(self, text).map(|source| inputs.push(source)),
                };
                // Orders of execution may name what was taken out of the graph.
                if found.is_none() && !text.starts_with('^') {
                    reporter.error(part(proto), format!("its input \"{text}\" is not there"));
                }
            }
            self.nodes[index].inputs = inputs;
            self.nodes[index].controls = controls;
        }
    }

    /// The node of this name.
    pub fn find_node(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The names of the nodes.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + Clone + '_ {
        self.nodes.iter().map(|node| node.proto.name.as_str())
    }

    /// The tensor `name` or `name:1` of a graph.
    pub fn find_tensor(&self, text: &str) -> Option<Source> {
        let (name, output) = match text.rsplit_once(':') {
            Some((name, output)) => (name, output.parse().ok()?),
            None => (text, 0),
        };
        self.find_node(name).map(|node| Source::Node(node, output))
    }

    /// The tensor `name:output:1` of a function's body: the one of that number under the output's name.
    fn find_in_function(&self, text: &str, library: &FxHashMap<&'a str, &'a FunctionDef>) -> Option<Source> {
        let mut parts = text.splitn(3, ':');
        let node = self.find_node(parts.next()?)?;
        let Some(output) = parts.next() else { return Some(Source::Node(node, 0)) };
        let number: usize = parts.next().map_or(Some(0), |number| number.parse().ok())?;
        if let Ok(number) = output.parse() {
            return Some(Source::Node(node, number));
        }
        let Node { proto, schema, .. } = &self.nodes[node];
        let first = match schema {
            Some(schema) => {
                let before = schema.outputs.iter().position(|argument| argument.name == output)?;
                schema.outputs[..before].iter().map(|argument| count(proto, argument.count, argument.element)).sum()
            }
            None => {
                let signature = library.get(proto.op.as_str()).and_then(|function| function.signature.as_ref());
                signature
                    .and_then(|signature| signature.output_arg.iter().position(|arg| arg.name == output))
                    .unwrap_or(0)
            }
        };
        Some(Source::Node(node, number.checked_add(first)?))
    }

    /// The nodes that the tensors are made of, stopping at `known` ones.
    pub fn reached(&self, from: &[Source], known: &FxHashSet<Source>) -> FxHashSet<usize> {
        let mut reached = FxHashSet::default();
        let mut pending: Vec<Source> = from.to_vec();
        while let Some(source) = pending.pop() {
            let Source::Node(node, _) = source else { continue };
            if !known.contains(&source) && reached.insert(node) {
                pending.extend(self.nodes[node].inputs.iter().filter(|input| !known.contains(input)));
            }
        }
        reached
    }

    /// The nodes that a node waits for.
    pub fn before(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let inputs = self.nodes[node].inputs.iter().filter_map(|input| match input {
            Source::Node(from, _) => Some(*from),
            Source::Argument(_) => None,
        });
        inputs.chain(self.nodes[node].controls.iter().copied())
    }

    /// The nodes that must run for some tensors, each behind those that it waits for, but for the ways back of loops.
    pub fn reached_in_order(&self, targets: &[Source]) -> Vec<usize> {
        let (mut order, mut seen) = (Vec::new(), FxHashSet::default());
        let nodes = targets.iter().rev().filter_map(|target| match target {
            Source::Node(node, _) => Some((*node, false)),
            Source::Argument(_) => None,
        });
        let mut pending: Vec<(usize, bool)> = nodes.collect();
        while let Some((node, is_finished)) = pending.pop() {
            if is_finished {
                order.push(node);
            } else if node < self.nodes.len() && seen.insert(node) {
                pending.push((node, true));
                pending.extend(self.before(node).map(|before| (before, false)));
            }
        }
        order
    }

    /// The tensor behind copies.
    pub fn behind_copies(&self, mut source: Source) -> Source {
        for _ in 0..self.nodes.len() {
            let Source::Node(node, 0) = source else { break };
            let is_copy = matches!(self.nodes[node].proto.op.as_str(), "Identity" | "StopGradient" | "Snapshot");
            match self.nodes[node].inputs.first() {
                Some(&input) if is_copy => source = input,
                _ => break,
            }
        }
        source
    }
}

/// How many tensors an argument of a node is.
pub(crate) fn count(proto: &NodeDef, count: ArgumentCount, element: &str) -> usize {
    match count {
        ArgumentCount::One => 1,
        ArgumentCount::Number(attribute) => match value(proto, attribute) {
            Some(Value::I(number)) => usize::try_from(*number).unwrap_or(0).min(MOST_OUTPUTS),
            _ => 0,
        },
        ArgumentCount::Types => match value(proto, element) {
            Some(Value::List(list)) => list.r#type.len(),
            _ => 0,
        },
    }
}

/// The most outputs of a node: a file may say any number.
const MOST_OUTPUTS: usize = 1 << 16;

/// The value of an attribute.
pub(crate) fn value<'n>(proto: &'n NodeDef, attribute: &str) -> Option<&'n Value> {
    proto.attr.get(attribute)?.value.as_ref()
}

/// `node "conv1" (Conv2D)`.
pub(crate) fn part(proto: &NodeDef) -> String {
    format!("node \"{}\" ({})", proto.name, proto.op)
}
