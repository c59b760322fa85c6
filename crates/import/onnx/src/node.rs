//! One node: an op of the dialect, checked against the operator's schema, or a call of a function of the model.

use crate::graph::{find, node_name, node_part};
use crate::importer::{Frame, Importer, Scopes};
use crate::order::named_tensors;
use crate::proto::NodeProto;
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::with_suggestion;
use kiln_ir::{Attributes, Block, Location, LocationKind, OpState, Presence, Type, Value};
use kiln_onnx::{OPSET, Schema, canonical_domain, find_schema, schemas};
use rustc_hash::FxHashMap;

/// The most nodes a model may have once its functions are expanded.
const MAX_NODES: usize = 4_000_000;

impl<'a> Importer<'a> {
    /// Imports `node` at the end of `block`. Its outputs are defined whatever is wrong with it, so that nothing else is
    /// reported because of it.
    pub(crate) fn import_node(
        &mut self,
        block: Block,
        node: &'a NodeProto,
        types: &FxHashMap<&'a str, Type>,
        frame: &Frame<'a>,
        scopes: &mut Scopes<'a>,
    ) {
        self.nodes += 1;
        if self.nodes == MAX_NODES {
            self.reporter.error(node_part(node), format!("the model has more than {MAX_NODES} nodes"));
        }
        if self.nodes >= MAX_NODES {
            return;
        }
        let domain = canonical_domain(&node.domain);
        if let Some(function) = self.functions.get(&(domain, node.op_type.as_str(), node.overload.as_str())).copied() {
            return self.expand(block, node, function, frame, scopes);
        }
        let schema = find_schema(domain, &node.op_type);
        let name = op_name(domain, &node.op_type);
        match schema {
            Some(schema) => self.check_node(node, schema, frame),
            None if self.custom_operators.contains(&name) => {}
            None => self.report_unknown(node, domain),
        }
        let mut state = OpState::new(&name, self.location(node, frame));
        state.operands = self.import_operands(block, node, scopes).into();
        let outputs = node.output.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        let types = node.output[..outputs].iter().map(|name| types.get(name.as_str()).copied());
        state.result_types = types.map(|ty| ty.unwrap_or_else(kiln_onnx::any_type)).collect();
        let (attributes, graphs) = self.import_attributes(node, schema, frame);
        state.attributes = attributes;
        state.region_count = graphs.len();
        self.note_version(&mut state.attributes, domain, frame);
        let op = self.module.create(state);
        self.module.append(block, op);
        for (index, graph) in graphs.into_iter().enumerate() {
            if let Some(graph) = graph {
                let region = self.module.regions(op)[index];
                let inner = self.module.create_block(region, &[]);
                self.import_subgraph(inner, graph, frame, scopes);
            }
        }
        self.type_constant(op);
        for (index, name) in node.output[..outputs].iter().enumerate() {
            let value = self.module.result(op, index);
            self.define(scopes, name, value);
        }
    }

    /// Values of the inputs; those left out at the end are dropped, those before are `onnx.none`. Tensors that are named
    /// in attributes come behind them: in IR, values have no names.
    fn import_operands(&mut self, block: Block, node: &'a NodeProto, scopes: &Scopes<'a>) -> Vec<Value> {
        let count = node.input.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        let mut operands = Vec::with_capacity(count);
        for name in &node.input[..count] {
            let value = if name.is_empty() { None } else { find(scopes, name) };
            if value.is_none() && !name.is_empty() {
                self.report_undefined(node_part(node), name, scopes);
            }
            operands.push(value.unwrap_or_else(|| self.none(block)));
        }
        for name in named_tensors(node) {
            let value = find(scopes, name);
            if value.is_none() {
                self.report_undefined(node_part(node), name, scopes);
            }
            operands.push(value.unwrap_or_else(|| self.none(block)));
        }
        operands
    }

    /// Version, arities and attributes must be those of the schema.
    fn check_node(&self, node: &NodeProto, schema: &Schema, frame: &Frame) {
        let error = |message: String| self.reporter.error(node_part(node), message);
        match frame.opsets.get(schema.domain) {
            None if schema.domain.is_empty() => {}
            None => error(format!("the model does not import domain \"{}\"", schema.domain)),
            Some(&opset) if schema.version_at(opset).is_none() => match schema.until {
                Some(until) if opset >= until => error(format!(
                    "operator {} was withdrawn in opset {until}; the model uses opset {opset}",
                    schema.name
                )),
                _ => error(format!(
                    "operator {} came with opset {}; the model uses opset {opset}",
                    schema.name, schema.since[0]
                )),
            },
            Some(_) => {}
        }
        let check = |count: usize, (least, most): (usize, usize), what: &str| {
            if count < least {
                error(format!("operator {} needs {least} {what}, the node has {count}", schema.name));
            } else if count > most {
                error(format!("operator {} has at most {most} {what}, the node has {count}", schema.name));
            }
        };
        check(node.input.len(), schema.inputs, "inputs");
        check(node.output.len(), schema.outputs, "outputs");
        let is_there = |name: &str| node.attribute.iter().any(|attribute| attribute.name == name);
        let required = schema.attributes().iter().filter(|declared| declared.presence == Presence::Required);
        let graphs = if schema.are_regions_optional { &[] } else { schema.regions };
        let required = required.map(|declared| declared.name).chain(graphs.iter().copied());
        for name in required.filter(|name| !is_there(name)) {
            error(format!("attribute \"{name}\" of operator {} is missing", schema.name));
        }
    }

    fn report_unknown(&self, node: &NodeProto, domain: &str) {
        let message = match domain {
            "" => format!("operator {} is not known", node.op_type),
            domain => format!("operator {} of domain \"{domain}\" is not known", node.op_type),
        };
        let error = Diagnostic::error(self.reporter.part(node_part(node)), message);
        let known = if node.op_type.len() < 100 {
            suggest(&node.op_type, schemas().filter(|schema| schema.domain == domain).map(|schema| schema.name))
        } else {
            None
        };
        let error = with_suggestion(error, known);
        self.reporter.report(match domain {
            "" => error,
            domain => error.with_help(format!(
                "a C function can compute it, --custom-op {domain}.{}=FUNCTION, or a rule say what it is, --rules FILE",
                node.op_type
            )),
        });
    }

    /// Ops whose version differs from the module's say so.
    fn note_version(&self, attributes: &mut Attributes, domain: &str, frame: &Frame) {
        let top = self.module.attribute(self.module.top(), OPSET).and_then(|version| version.as_i64());
        if let Some(&version) = frame.opsets.get(domain)
            && (Some(version) != top || !domain.is_empty())
        {
            attributes.set(OPSET, version);
        }
    }

    /// The type of a constant is that of its value.
    fn type_constant(&mut self, op: kiln_ir::Op) {
        if !self.module.is(op, "onnx.Constant") || self.module.results(op).len() != 1 {
            return;
        }
        let Some(value) = self.module.attribute(op, "value") else { return };
        let ty = match value.kind() {
            kiln_ir::AttributeKind::Dense { ty, .. } | kiln_ir::AttributeKind::DenseResource { ty, .. } => *ty,
            _ => return,
        };
        let result = self.module.result(op, 0);
        self.module.set_ty(result, ty);
    }

    /// The node's name, called from where its function is.
    pub(crate) fn location(&self, node: &NodeProto, frame: &Frame) -> Location {
        let own = Location::named(node_name(node));
        match frame.caller {
            Some(caller) => Location::new(LocationKind::CallSite { callee: own, caller }),
            None => own,
        }
    }
}

/// `onnx.Conv`, `onnx.ai.onnx.ml.Scaler`.
fn op_name(domain: &str, operator: &str) -> String {
    match domain {
        "" => format!("onnx.{operator}"),
        domain => format!("onnx.{domain}.{operator}"),
    }
}
