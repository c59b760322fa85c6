//! Graphs: initializers, nodes in order, outputs.

use crate::importer::{Frame, Importer, Scopes, input_part};
use crate::order::{Order, find_order};
use crate::proto::{GraphProto, NodeProto, ValueInfoProto};
use crate::tensor::{describe_sparse, import_tensor};
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::with_suggestion;
use kiln_ir::{Block, Builder, Type, Value};
use kiln_onnx::{NONE, YIELD};
use rustc_hash::FxHashMap;

/// The most names that are searched for the one that was meant.
const MAX_SUGGESTIONS: usize = 10_000;

/// The most errors of one model that get a suggestion.
const MAX_SUGGESTED_ERRORS: usize = 20;

impl<'a> Importer<'a> {
    /// `onnx.Constant`s from the initializers.
    pub(crate) fn import_initializers(&mut self, block: Block, graph: &'a GraphProto, scopes: &mut Scopes<'a>) {
        for proto in &graph.initializer {
            let part = format!("initializer \"{}\"", proto.name);
            match import_tensor(self.file, proto) {
                Ok(tensor) => {
                    let value = self.constant(block, &proto.name, tensor);
                    self.define(scopes, &proto.name, value);
                }
                Err(message) => {
                    self.reporter.error(part, message);
                    let value = self.none(block);
                    self.define(scopes, &proto.name, value);
                }
            }
        }
        for sparse in &graph.sparse_initializer {
            self.reporter.error("sparse_initializer", describe_sparse(sparse));
            if let Some(values) = &sparse.values {
                let value = self.none(block);
                self.define(scopes, &values.name, value);
            }
        }
    }

    /// The nodes of a graph, in an order in which each value is made before it is used.
    pub(crate) fn import_nodes(
        &mut self,
        block: Block,
        graph: &'a GraphProto,
        frame: &Frame<'a>,
        scopes: &mut Scopes<'a>,
    ) {
        let declared = graph.output.iter().chain(&graph.value_info);
        let types = self.import_declared_types(declared);
        self.import_ordered(block, &graph.node, &types, frame, scopes);
    }

    pub(crate) fn import_ordered(
        &mut self,
        block: Block,
        nodes: &'a [NodeProto],
        types: &FxHashMap<&'a str, Type>,
        frame: &Frame<'a>,
        scopes: &mut Scopes<'a>,
    ) {
        match find_order(nodes) {
            Order::AsIs => {
                for node in nodes {
                    self.import_node(block, node, types, frame, scopes);
                }
            }
            Order::Sorted(order) => {
                self.reporter.note("nodes that came before what they use were moved");
                for index in order {
                    self.import_node(block, &nodes[index], types, frame, scopes);
                }
            }
            Order::Cycle(cycle) => self.report_cycle(nodes, &cycle),
        }
    }

    fn report_cycle(&self, nodes: &[NodeProto], cycle: &[usize]) {
        let first = cycle.first().map(|&index| node_part(&nodes[index])).unwrap_or_default();
        let mut names: Vec<String> = cycle.iter().take(20).map(|&index| node_part(&nodes[index])).collect();
        if cycle.len() > names.len() {
            names.push("...".into());
        }
        names.push(first.clone());
        let message = format!("the graph has a cycle: {}", names.join(" -> "));
        self.reporter.error(first, message);
    }

    /// The types that the file declares for values.
    pub(crate) fn import_declared_types(
        &mut self,
        declared: impl Iterator<Item = &'a ValueInfoProto>,
    ) -> FxHashMap<&'a str, Type> {
        let mut types = FxHashMap::default();
        for value in declared {
            let Some(ty) = &value.r#type else { continue };
            match self.import_type(&value.name, ty) {
                Ok(ty) => _ = types.insert(value.name.as_str(), ty),
                Err(message) => self.reporter.error(format!("value \"{}\"", value.name), message),
            }
        }
        types
    }

    /// The values of a graph's outputs.
    pub(crate) fn import_outputs(&mut self, outputs: &'a [ValueInfoProto], scopes: &mut Scopes<'a>) -> Vec<Value> {
        let mut values = Vec::new();
        for output in outputs {
            match find(scopes, &output.name) {
                Some(value) => values.push(value),
                None => self.report_undefined(format!("output \"{}\"", output.name), &output.name, scopes),
            }
        }
        values
    }

    /// A graph inside an operator: a block with its inputs, ended by `onnx.Yield`.
    pub(crate) fn import_subgraph(
        &mut self,
        block: Block,
        graph: &'a GraphProto,
        frame: &Frame<'a>,
        scopes: &mut Scopes<'a>,
    ) {
        scopes.push(FxHashMap::default());
        for input in &graph.input {
            let ty = self.import_input_type(input, false);
            let value = self.module.add_argument(block, ty);
            if scopes.last().is_some_and(|scope| scope.contains_key(input.name.as_str())) {
                self.reporter.error(input_part(input), "this input is there twice");
            }
            self.define(scopes, &input.name, value);
        }
        self.import_initializers(block, graph, scopes);
        self.import_nodes(block, graph, frame, scopes);
        let results = self.import_outputs(&graph.output, scopes);
        Builder::at_end(&mut self.module, block).op(YIELD).operands(&results).build();
        scopes.pop();
    }

    /// Gives a value its name in the innermost graph.
    pub(crate) fn define(&mut self, scopes: &mut Scopes<'a>, name: &'a str, value: Value) {
        let Some(scope) = scopes.last_mut() else { return };
        if !name.is_empty() && scope.insert(name, value).is_some() {
            self.reporter.error(format!("value \"{name}\""), "this name is defined twice");
        }
    }

    /// A value that is left out or could not be made.
    pub(crate) fn none(&mut self, block: Block) -> Value {
        Builder::at_end(&mut self.module, block).op(NONE).result(Type::none()).value()
    }

    /// Reports a name that nothing defines.
    pub(crate) fn report_undefined(&self, part: String, name: &str, scopes: &Scopes) {
        let error = Diagnostic::error(self.reporter.part(part), format!("no value is called \"{name}\""));
        let names = scopes.iter().flat_map(|scope| scope.keys().copied()).take(MAX_SUGGESTIONS);
        let known = if self.reporter.error_count() < MAX_SUGGESTED_ERRORS && name.len() < 200 {
            suggest(name, names.filter(|known| known.len() < 200))
        } else {
            None
        };
        self.reporter.report(with_suggestion(error, known));
    }
}

/// The value of that name, innermost graph first.
pub(crate) fn find(scopes: &Scopes, name: &str) -> Option<Value> {
    scopes.iter().rev().find_map(|scope| scope.get(name).copied())
}

/// `node "name" (Op)`; a node without a name goes by its first output.
pub(crate) fn node_part(node: &NodeProto) -> String {
    format!("node \"{}\" ({})", node_name(node), node.op_type)
}

/// The node's name, or that of its first output.
pub(crate) fn node_name(node: &NodeProto) -> &str {
    match node.name.as_str() {
        "" => node.output.iter().find(|name| !name.is_empty()).map_or("", |name| name),
        name => name,
    }
}
