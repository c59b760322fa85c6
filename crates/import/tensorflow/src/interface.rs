//! What the model takes and gives: by a signature, by the user's choice, or by what the graph leaves open.

use crate::graph::{Graph, Source, part, value};
use crate::importer::Importer;
use crate::proto::attr_value::Value;
use crate::proto::{NodeDef, SignatureDef, TensorInfo, TensorShapeProto};
use crate::types::{dims, element_type};
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::{ImportOptions, with_suggestion};
use kiln_ir::{Dim, Type, TypeKind};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// An input or output of the model.
#[derive(Debug)]
pub(crate) struct Port {
    /// What users call it.
    pub name: String,
    pub source: Source,
    /// Its element type and shape, as a signature says them.
    pub info: Option<TensorInfo>,
}

/// The model's inputs and outputs.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
}

/// The signature that is meant where nobody says which.
const DEFAULT_SIGNATURE: &str = "serving_default";

/// The first version of the producer in whose graphs a placeholder without extents is a scalar.
const SCALARS_SINCE: i32 = 24;

impl<'a> Importer<'a> {
    /// Finds the interface; `None` if there is none, which is reported.
    pub(crate) fn find_interface(
        &self,
        graph: &Graph<'a>,
        signatures: &'a BTreeMap<String, SignatureDef>,
        options: &ImportOptions,
    ) -> Option<Interface> {
        let signature = match (options.outputs.is_empty(), &options.signature) {
            (false, None) => None,
            (_, wanted) => self.find_signature(signatures, wanted.as_deref())?,
        };
        if let Some(signature) = signature {
            return self.of_signature(graph, signature);
        }
        let errors = self.reporter.error_count();
        let outputs = match options.outputs.is_empty() {
            false => options.outputs.iter().filter_map(|name| self.named(graph, name, "output")).collect(),
            true => sinks(graph),
        };
        let inputs: Vec<Port> = options.inputs.iter().filter_map(|name| self.named(graph, name, "input")).collect();
        if self.reporter.error_count() > errors {
            return None;
        }
        if outputs.is_empty() {
            let error = Diagnostic::error(self.reporter.whole(), "nothing in the graph looks like an output");
            self.reporter.report(error.with_help("--graph-output says which tensors are the outputs"));
            return None;
        }
        Some(Interface { inputs: self.with_placeholders(graph, inputs, &outputs), outputs })
    }

    /// The signature that is wanted, or the one there is; `Some(None)` if there are none.
    fn find_signature(
        &self,
        signatures: &'a BTreeMap<String, SignatureDef>,
        wanted: Option<&str>,
    ) -> Option<Option<&'a SignatureDef>> {
        // What a saved model has for its own start begins with two underscores.
        let usual: Vec<&String> = signatures.keys().filter(|name| !name.starts_with("__")).collect();
        let found = match (wanted, usual.as_slice()) {
            (Some(wanted), _) => signatures.get(wanted),
            (None, []) => return Some(None),
            (None, [only]) => signatures.get(*only),
            (None, _) => signatures.get(DEFAULT_SIGNATURE),
        };
        if found.is_some() {
            return Some(found);
        }
        let message = match wanted {
            Some(wanted) => format!("the model has no signature \"{wanted}\""),
            None => "the model has several signatures, none of which is the default one".to_owned(),
        };
        let error = Diagnostic::error(self.reporter.whole(), message);
        let names = usual.iter().map(|name| name.as_str());
        let known = wanted.and_then(|wanted| suggest(wanted, names.clone()));
        let list = match usual.is_empty() {
            true => "it has none: leave --signature out".to_owned(),
            false => format!("--signature may be one of: {}", names.collect::<Vec<_>>().join(", ")),
        };
        self.reporter.report(with_suggestion(error, known).with_help(list));
        None
    }

    fn of_signature(&self, graph: &Graph<'a>, signature: &'a SignatureDef) -> Option<Interface> {
        let errors = self.reporter.error_count();
        let ports = |side: &'a BTreeMap<String, TensorInfo>, what: &str| {
            let port = |(name, info): (&'a String, &'a TensorInfo)| {
                let part = format!("{what} \"{name}\" of the signature");
                let source = match info.name.is_empty() {
                    true => Err("it is a sparse or composite tensor, which is not supported".to_owned()),
                    false => {
                        graph.find_tensor(&info.name).ok_or_else(|| format!("tensor \"{}\" is not there", info.name))
                    }
                };
                match source {
                    Ok(source) => Some(Port { name: name.clone(), source, info: Some(info.clone()) }),
                    Err(reason) => {
                        self.reporter.error(part, reason);
                        None
                    }
                }
            };
            side.iter().filter_map(port).collect::<Vec<Port>>()
        };
        let interface =
            Interface { inputs: ports(&signature.inputs, "input"), outputs: ports(&signature.outputs, "output") };
        if interface.outputs.is_empty() && self.reporter.error_count() == errors {
            self.reporter.report(Diagnostic::error(self.reporter.whole(), "the signature has no outputs"));
        }
        (self.reporter.error_count() == errors).then_some(interface)
    }

    /// The tensor of a name that the user gave.
    fn named(&self, graph: &Graph<'a>, name: &str, what: &str) -> Option<Port> {
        let source = graph.find_tensor(name);
        if source.is_none() {
            let error =
                Diagnostic::error(self.reporter.whole(), format!("the graph has no tensor \"{name}\" ({what})"));
            self.reporter.report(with_suggestion(error, suggest(name, graph.names())));
        }
        source.map(|source| Port { name: name.strip_suffix(":0").unwrap_or(name).to_owned(), source, info: None })
    }

    /// The inputs, and the placeholders behind the outputs, in the order of the file.
    fn with_placeholders(&self, graph: &Graph<'a>, mut inputs: Vec<Port>, outputs: &[Port]) -> Vec<Port> {
        let known: FxHashSet<Source> = inputs.iter().map(|port| port.source).collect();
        let outputs: Vec<Source> = outputs.iter().map(|port| port.source).collect();
        let mut reached: Vec<usize> = graph.reached(&outputs, &known).into_iter().collect();
        reached.sort_unstable();
        for node in reached {
            let proto = graph.nodes[node].proto;
            let source = Source::Node(node, 0);
            if matches!(proto.op.as_str(), "Placeholder" | "PlaceholderV2") && !known.contains(&source) {
                inputs.push(Port { name: proto.name.clone(), source, info: None });
            }
        }
        inputs
    }

    /// The type of an input, in which each extent that is not known is a symbol of its own.
    pub(crate) fn input_type(&mut self, graph: &Graph<'a>, port: &Port) -> Type {
        let Source::Node(node, output) = port.source else { return kiln_tf::tensor_of(kiln_tf::any_element()) };
        let proto = graph.nodes[node].proto;
        let report = |reason: String| self.reporter.error(part(proto), reason);
        let number = match (&port.info, value(proto, "dtype")) {
            (Some(info), _) if info.dtype != 0 => Some(info.dtype),
            (_, Some(Value::Type(number))) => Some(*number),
            _ => None,
        };
        let element = match number.map(element_type) {
            Some(Ok(element)) => element,
            Some(Err(reason)) => {
                report(reason);
                kiln_tf::any_element()
            }
            None => self.output_element(&graph.nodes[node], output),
        };
        let shape = port.info.as_ref().and_then(|info| info.tensor_shape.as_ref());
        let shape = shape.or_else(|| self.declared_shape(proto, output));
        match shape.map(dims) {
            None | Some(Ok(None)) => Type::new(TypeKind::UnrankedTensor(element)),
            Some(Ok(Some(dims))) => {
                let symbol = |(axis, dim): (usize, Dim)| match dim {
                    Dim::Unknown => self.symbols.fresh(&format!("{}_{axis}", port.name)),
                    known => known,
                };
                Type::tensor(&dims.into_iter().enumerate().map(symbol).collect::<Vec<_>>(), element)
            }
            Some(Err(reason)) => {
                self.reporter.error(part(proto), reason);
                Type::new(TypeKind::UnrankedTensor(element))
            }
        }
    }

    /// The shape that a node says its output has.
    fn declared_shape(&self, proto: &'a NodeDef, output: usize) -> Option<&'a TensorShapeProto> {
        let own = match value(proto, "shape") {
            Some(Value::Shape(shape)) => Some(shape),
            _ => None,
        };
        // In old graphs a shape without extents says nothing.
        let own = own.filter(|shape| !shape.dim.is_empty() || self.producer >= SCALARS_SINCE);
        own.or_else(|| match value(proto, "_output_shapes") {
            Some(Value::List(list)) => list.shape.get(output),
            _ => None,
        })
    }
}

/// The outputs of nodes that nothing takes or waits for, but for those that are there for what they do. Where a graph trains
/// its variables, those that only training can have made are none, either.
fn sinks(graph: &Graph<'_>) -> Vec<Port> {
    let mut taken: FxHashSet<usize> = graph.nodes.iter().flat_map(|node| &node.controls).copied().collect();
    taken.extend(graph.nodes.iter().flat_map(|node| &node.inputs).filter_map(|input| match input {
        Source::Node(node, _) => Some(*node),
        Source::Argument(_) => None,
    }));
    let trains = graph.nodes.iter().any(|node| node.schema.is_none() && node.proto.op.contains("Apply"));
    let is_of_training = |index: usize| {
        let reached = graph.reached(&[Source::Node(index, 0)], &FxHashSet::default());
        reached.into_iter().any(|node| graph.nodes[node].schema.is_none())
    };
    let mut ports = Vec::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        let Some(schema) = node.schema else { continue };
        if taken.contains(&index) || is_side_work(&node.proto.op) || node.inputs.is_empty() {
            continue;
        }
        if trains && is_of_training(index) {
            continue;
        }
        // Statistics of a normalization are for training alone.
        let first_only = schema.name.starts_with("FusedBatchNorm");
        let counts = schema.outputs.iter().map(|output| crate::graph::count(node.proto, output.count, output.element));
        let outputs = if first_only { 1 } else { counts.sum() };
        for output in 0..outputs {
            let name = &node.proto.name;
            let name = if output == 0 { name.clone() } else { format!("{name}:{output}") };
            ports.push(Port { name, source: Source::Node(index, output), info: None });
        }
    }
    ports
}

/// Whether nodes of an operator are no outputs even where nothing takes what they give.
fn is_side_work(op: &str) -> bool {
    matches!(
        op,
        "Const"
            | "NoOp"
            | "Assert"
            | "Print"
            | "PrintV2"
            | "Placeholder"
            | "PlaceholderV2"
            | "PlaceholderWithDefault"
            | "VarIsInitializedOp"
            | "ReadVariableOp"
            | "Exit"
            | "Switch"
            | "Merge"
            | "TensorArrayCloseV3"
            | "LookupTableSizeV2"
    )
}
