//! Functions of the model: expanded where they are called.

use crate::graph::{find, node_part};
use crate::importer::{Frame, Importer, Scopes};
use crate::model::collect_opsets;
use crate::proto::{FunctionProto, NodeProto};
use kiln_ir::Block;
use kiln_onnx::canonical_domain;
use rustc_hash::FxHashMap;

/// The deepest nesting of calls; beyond it a file is hostile.
const MAX_CALL_DEPTH: usize = 64;

impl<'a> Importer<'a> {
    /// Learns the model's functions.
    pub(crate) fn collect_functions(&mut self) {
        for function in &self.model.functions {
            let key = (canonical_domain(&function.domain), function.name.as_str(), function.overload.as_str());
            if self.functions.insert(key, function).is_some() {
                self.reporter.error(format!("function \"{}\"", function.name), "this function is defined twice");
            }
        }
    }

    /// The body of `function` in place of `node`, which calls it.
    pub(crate) fn expand(
        &mut self,
        block: Block,
        node: &'a NodeProto,
        function: &'a FunctionProto,
        frame: &Frame<'a>,
        scopes: &mut Scopes<'a>,
    ) {
        let key = (canonical_domain(&function.domain), function.name.as_str(), function.overload.as_str());
        if frame.calls.contains(&key) || frame.calls.len() >= MAX_CALL_DEPTH {
            let mut names: Vec<&str> = frame.calls.iter().map(|call| call.1).collect();
            names.push(key.1);
            let message = format!("functions call each other without end: {}", names.join(" -> "));
            self.reporter.error(node_part(node), message);
            return self.define_missing(block, node, scopes);
        }
        let inner = self.enter(node, function, frame);
        let mut values = vec![FxHashMap::default()];
        for (index, name) in function.input.iter().enumerate() {
            let given = node.input.get(index).map(String::as_str).unwrap_or_default();
            let value = if given.is_empty() { None } else { find(scopes, given) };
            if value.is_none() && !given.is_empty() {
                self.report_undefined(node_part(node), given, scopes);
            }
            let value = value.unwrap_or_else(|| self.none(block));
            self.define(&mut values, name, value);
        }
        if node.input.len() > function.input.len() || node.output.len() > function.output.len() {
            let message = format!("function {} has fewer inputs or outputs than are asked for", function.name);
            self.reporter.error(node_part(node), message);
        }
        let types = self.import_declared_types(function.value_info.iter());
        self.import_ordered(block, &function.node, &types, &inner, &mut values);
        for (name, inner_name) in node.output.iter().zip(&function.output) {
            match find(&values, inner_name) {
                Some(value) => self.define(scopes, name, value),
                None => self.report_undefined(format!("function \"{}\"", function.name), inner_name, &values),
            }
        }
        self.define_missing(block, node, scopes);
    }

    /// What the nodes of the function are read with.
    fn enter(&self, node: &'a NodeProto, function: &'a FunctionProto, frame: &Frame<'a>) -> Frame<'a> {
        let mut attributes = FxHashMap::default();
        for default in &function.attribute_proto {
            attributes.insert(default.name.as_str(), default);
        }
        for given in &node.attribute {
            if let Some(value) = self.resolve(node, given, frame) {
                attributes.insert(given.name.as_str(), value);
            }
        }
        let imports = function.opset_import.iter().map(|import| (import.domain.as_str(), import.version));
        let mut opsets = collect_opsets(imports, &format!("function \"{}\"", function.name), self.reporter);
        for (domain, version) in &frame.opsets {
            opsets.entry(domain.clone()).or_insert(*version);
        }
        let key = (canonical_domain(&function.domain), function.name.as_str(), function.overload.as_str());
        let calls = frame.calls.iter().copied().chain([key]).collect();
        Frame { opsets, attributes: Some(attributes), caller: Some(self.location(node, frame)), calls }
    }

    /// Defines the outputs that expansion did not.
    fn define_missing(&mut self, block: Block, node: &'a NodeProto, scopes: &mut Scopes<'a>) {
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            if scopes.last().is_some_and(|scope| !scope.contains_key(name.as_str())) {
                let value = self.none(block);
                self.define(scopes, name, value);
            }
        }
    }
}
