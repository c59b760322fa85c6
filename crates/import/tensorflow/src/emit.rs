//! Nodes to ops, from what is wanted back to what is known.

use crate::attribute;
use crate::flow::{Flow, is};
use crate::graph::{Graph, Node, Source, count, part, value};
use crate::importer::{Importer, Item, type_of_elements};
use crate::lookup::is_table;
use crate::proto::attr_value::Value as AttributeValue;
use crate::variables::{Handle, is_variable};
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::with_suggestion;
use kiln_ir::{Attributes, Location, OpState, Type, Value};
use kiln_tf::{ArgumentCount, Kind, find_schema, schemas};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// The most nodes a model may have once its functions are expanded.
const MAX_NODES: usize = 2_000_000;

/// What is imported at once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Unit {
    /// A node.
    Node(usize),
    /// A loop.
    Loop(usize),
    /// A conditional.
    Conditional(usize),
}

/// A step of the way from what is wanted to what is known and back.
enum Step {
    Begin(Unit),
    End(Unit),
}

impl<'a> Importer<'a> {
    /// Imports what `targets` need, at the end of the block of the innermost scope.
    pub(crate) fn demand(&mut self, graph: &Rc<Graph<'a>>, targets: &[Source]) {
        let flow = self.flow(graph, targets);
        let mut open = FxHashSet::default();
        let mut steps: Vec<Step> = Vec::new();
        steps.extend(targets.iter().rev().filter_map(|&source| self.unit_of(graph, &flow, source)).map(Step::Begin));
        while let Some(step) = steps.pop() {
            match step {
                Step::Begin(unit) => {
                    if self.is_done(unit) {
                        continue;
                    }
                    if !open.insert(unit) {
                        self.report_cycle(graph, &flow, unit);
                        continue;
                    }
                    steps.push(Step::End(unit));
                    for source in self.needs(graph, &flow, unit).into_iter().rev() {
                        steps.extend(self.unit_of(graph, &flow, source).map(Step::Begin));
                    }
                }
                Step::End(unit) => {
                    open.remove(&unit);
                    self.nodes += 1;
                    if self.nodes == MAX_NODES {
                        let message = format!("the model has more than {MAX_NODES} nodes");
                        self.reporter.report(Diagnostic::error(self.reporter.whole(), message));
                    }
                    if self.nodes >= MAX_NODES {
                        return;
                    }
                    match unit {
                        Unit::Node(node) => self.import_node(graph, node),
                        Unit::Loop(index) => self.import_loop(graph, &flow.loops[index]),
                        Unit::Conditional(index) => self.import_conditional(graph, &flow.conditionals[index]),
                    }
                    self.scopes.last_mut().expect("something is being imported").done.insert(unit);
                }
            }
        }
    }

    /// The control flow of a graph, which is found when it is first asked for.
    fn flow(&mut self, graph: &Rc<Graph<'a>>, targets: &[Source]) -> Rc<Flow> {
        if let Some(flow) = self.flows.get(&Rc::as_ptr(graph)) {
            return flow.clone();
        }
        let known: FxHashSet<Source> =
            self.scopes.last().iter().flat_map(|scope| scope.items.keys().copied()).collect();
        let flow = Rc::new(Flow::find(graph, targets, &known));
        for (node, fault) in &flow.faults {
            self.reporter.error(part(graph.nodes[*node].proto), fault.clone());
        }
        self.flows.insert(Rc::as_ptr(graph), flow.clone());
        flow
    }

    /// What is to be imported for a tensor; `None` if it is there.
    fn unit_of(&self, graph: &Graph<'a>, flow: &Flow, source: Source) -> Option<Unit> {
        let Source::Node(node, _) = source else { return None };
        if self.find(source).is_some() {
            return None;
        }
        let index = flow.loop_of.get(&node).map(|&index| Unit::Loop(index));
        let index = index.or_else(|| flow.conditional_of.get(&node).map(|&index| Unit::Conditional(index)));
        debug_assert!(node < graph.nodes.len());
        Some(index.unwrap_or(Unit::Node(node)))
    }

    fn is_done(&self, unit: Unit) -> bool {
        self.visible().any(|scope| scope.done.contains(&unit))
    }

    /// What a unit needs before it.
    fn needs(&self, graph: &Graph<'a>, flow: &Flow, unit: Unit) -> Vec<Source> {
        match unit {
            Unit::Node(node) => {
                let order = self.order_of(graph, node);
                order.into_iter().chain(graph.nodes[node].inputs.iter().copied()).collect()
            }
            Unit::Loop(index) => {
                let frame = &flow.loops[index];
                let constants = frame.constants.iter().map(|&enter| Source::Node(enter, 0));
                frame.variables.iter().map(|variable| variable.initial).chain(constants).collect()
            }
            Unit::Conditional(index) => {
                let conditional = &flow.conditionals[index];
                let data = conditional.switches.iter().map(|&switch| graph.nodes[switch].inputs[0]);
                std::iter::once(conditional.predicate).chain(data).collect()
            }
        }
    }

    fn report_cycle(&self, graph: &Graph<'a>, flow: &Flow, unit: Unit) {
        let node = match unit {
            Unit::Node(node) => node,
            Unit::Loop(index) => flow.loops[index].node,
            Unit::Conditional(index) => flow.conditionals[index].merges[0].merge,
        };
        self.reporter.error(part(graph.nodes[node].proto), "what it takes is made of what it gives");
    }

    /// The scopes that can be seen from the innermost one.
    fn visible(&self) -> impl Iterator<Item = &crate::importer::Scope> {
        let innermost_function = self.scopes.iter().rposition(|scope| scope.is_function).unwrap_or(0);
        self.scopes[innermost_function..].iter().rev()
    }

    /// What a tensor became, if it is there.
    pub(crate) fn find(&self, source: Source) -> Option<&Item> {
        self.visible().find_map(|scope| scope.items.get(&source))
    }

    /// What a tensor became.
    pub(crate) fn item(&self, source: Source) -> Item {
        self.find(source).cloned().unwrap_or(Item::Missing)
    }

    /// Says what a tensor is.
    pub(crate) fn set(&mut self, source: Source, item: Item) {
        self.scopes.last_mut().expect("something is being imported").items.insert(source, item);
    }

    /// A tensor as a value, which a variable is by what it holds.
    pub(crate) fn loaded(&mut self, graph: &Graph<'a>, source: Source) -> Option<Value> {
        match self.item(source) {
            Item::Value(value) => Some(value),
            Item::Variable(handle) => match self.held(&handle, self.block()) {
                Ok(value) => Some(value),
                Err(reason) => {
                    let place = match source {
                        Source::Node(node, _) => part(graph.nodes[node].proto),
                        Source::Argument(_) => format!("variable \"{}\"", handle.node),
                    };
                    self.reporter.error(place, reason);
                    None
                }
            },
            Item::Table(table) => {
                self.reporter.error(format!("table \"{table}\""), "only looking things up in it is supported");
                None
            }
            Item::Missing => None,
        }
    }

    fn import_node(&mut self, graph: &Rc<Graph<'a>>, index: usize) {
        let node = &graph.nodes[index];
        let (proto, op) = (node.proto, node.proto.op.as_str());
        let first = node.inputs.first().map(|&input| self.item(input));
        let is_handle = matches!(first, Some(Item::Variable(_) | Item::Table(_)));
        match op {
            "Placeholder" | "PlaceholderV2" => {
                self.reporter.error(part(proto), "the outputs need it, but it is no input");
            }
            "Const" => self.import_constant(index, node),
            _ if is_variable(op) => {
                let shared = match value(proto, "shared_name") {
                    Some(AttributeValue::S(name)) => String::from_utf8_lossy(name).into_owned(),
                    _ => String::new(),
                };
                let handle = Handle { node: proto.name.clone(), shared, is_memory: op != "VarHandleOp" };
                self.set(Source::Node(index, 0), Item::Variable(Rc::new(handle)));
            }
            "ReadVariableOp" | "Identity" if self.is_read_of_state(op, first.as_ref()) => {
                let value = node.inputs.first().and_then(|&input| self.loaded(graph, input));
                self.set(Source::Node(index, 0), value.map_or(Item::Missing, Item::Value));
            }
            _ if is_table(op) => self.set(Source::Node(index, 0), Item::Table(proto.name.as_str().into())),
            "LookupTableFind" | "LookupTableFindV2" | "LookupTableSize" | "LookupTableSizeV2" => {
                self.import_look_up(graph, index, first.unwrap_or(Item::Missing));
            }
            _ if crate::state::is_assignment(op) => self.import_assignment(graph, index),
            // Handles are followed; what a variable holds is read where it is used.
            "Identity" | "ReadVariableOp" | "StopGradient" if is_handle => {
                self.set(Source::Node(index, 0), first.unwrap_or(Item::Missing));
            }
            // What nodes of these do, other nodes wait for at most.
            "NoOp" | "Assert" | "PrintV2" => {}
            // What a branch keeps for its gradient.
            "OptionalFromValue" | "OptionalNone" => {}
            "PlaceholderWithDefault" | "LoopCond" => self.set(Source::Node(index, 0), first.unwrap_or(Item::Missing)),
            "VarIsInitializedOp" => {
                let value = self.tensor(&proto.name, kiln_tensor::Tensor::from_bools(&[], &[true]));
                self.set(Source::Node(index, 0), Item::Value(value));
            }
            "PartitionedCall" | "StatefulPartitionedCall" => self.import_call(graph, index, "f"),
            "If" | "StatelessIf" | "Case" | "StatelessCase" => self.import_branches(graph, index),
            "While" | "StatelessWhile" => self.import_while(graph, index),
            _ if is(op, "Enter") => self.set(Source::Node(index, 0), first.unwrap_or(Item::Missing)),
            _ if is(op, "Merge") || is(op, "Switch") || is(op, "Exit") || is(op, "NextIteration") => {
                if !self.reporter.has_errors() {
                    self.reporter
                        .error(part(proto), "it is a part of a loop or a conditional that is not there as a whole");
                }
            }
            _ if self.library.contains_key(op) => self.import_call_of(graph, index, op),
            _ => self.import_op(graph, index),
        }
    }

    fn import_constant(&mut self, index: usize, node: &Node<'a>) {
        let imported = match value(node.proto, "value") {
            Some(AttributeValue::Tensor(proto)) => crate::tensor::import_attribute(self.file, &self.module, proto),
            _ => Err("it has no value".into()),
        };
        match imported {
            Ok(attribute) => {
                let value = self.constant(self.block(), &node.proto.name, attribute);
                self.set(Source::Node(index, 0), Item::Value(value));
                debug_assert!(self.module.ty(value) == type_of_elements(attribute));
            }
            Err(reason) => self.reporter.error(part(node.proto), reason),
        }
    }

    /// One op for a node.
    fn import_op(&mut self, graph: &Rc<Graph<'a>>, index: usize) {
        let node = &graph.nodes[index];
        if node.schema.is_none() {
            self.report_unknown(node);
        }
        self.check_inputs(node);
        let mut state = OpState::new(&format!("tf.{}", node.proto.op), Location::named(&node.proto.name));
        state.operands = node.inputs.iter().filter_map(|&input| self.loaded(graph, input)).collect();
        state.attributes = self.import_attributes(node);
        state.result_types = self.result_types(node).into();
        let op = self.module.create(state);
        let block = self.block();
        self.module.append(block, op);
        for (output, value) in self.module.results(op).to_vec().into_iter().enumerate() {
            self.set(Source::Node(index, output), Item::Value(value));
        }
    }

    /// The attributes that the operator declares; others whose names begin with an underscore are notes of tools.
    pub(crate) fn import_attributes(&mut self, node: &Node<'a>) -> Attributes {
        let mut attributes = Attributes::default();
        let Some(schema) = node.schema else { return attributes };
        for (name, proto) in node.proto.attr.iter().filter(|(name, _)| !name.starts_with('_')) {
            let Some(declared) = schema.attribute(name) else { continue };
            match attribute::import(self.file, &self.module, declared.kind, proto) {
                Ok(Some(value)) => _ = attributes.set(declared.name, value),
                Ok(None) => {}
                Err(message) => self.reporter.error(part(node.proto), format!("attribute \"{name}\": {message}")),
            }
        }
        attributes
    }

    /// The types of a node's results: the element types, which the attributes say.
    pub(crate) fn result_types(&self, node: &Node<'a>) -> Vec<Type> {
        let Some(schema) = node.schema else { return vec![kiln_tf::tensor_of(kiln_tf::any_element())] };
        let outputs: usize = schema.outputs.iter().map(|output| count(node.proto, output.count, output.element)).sum();
        (0..outputs).map(|output| kiln_tf::tensor_of(self.output_element(node, output))).collect()
    }

    /// The element type of a node's output.
    pub(crate) fn output_element(&self, node: &Node<'a>, output: usize) -> Type {
        let mut first = 0;
        for argument in node.schema.iter().flat_map(|schema| schema.outputs) {
            let own = count(node.proto, argument.count, argument.element);
            if output < first + own {
                if let Some(element) = kiln_tf::element_of_name(argument.element) {
                    return element;
                }
                let number = match value(node.proto, argument.element) {
                    Some(AttributeValue::Type(number)) => Some(*number),
                    Some(AttributeValue::List(list)) => list.r#type.get(output - first).copied(),
                    _ => None,
                };
                let declared = node.schema.and_then(|schema| schema.attribute(argument.element));
                let default = declared.and_then(|declared| declared.default).and_then(kiln_tf::element_of_name);
                let said = number.and_then(|number| crate::types::element_type(number).ok());
                return said.or(default).unwrap_or_else(kiln_tf::any_element);
            }
            first += own;
        }
        kiln_tf::any_element()
    }

    fn check_inputs(&self, node: &Node<'a>) {
        let Some(schema) = node.schema else { return };
        let expected: usize = schema.inputs.iter().map(|input| count(node.proto, input.count, input.element)).sum();
        let found = node.proto.input.iter().filter(|text| !text.starts_with('^')).count();
        if expected != found {
            let message = format!("operator {} takes {expected} inputs, the node has {found}", schema.name);
            self.reporter.error(part(node.proto), message);
        }
        for declared in schema.attributes.iter().filter(|declared| declared.kind == Kind::Int) {
            let is_count = schema.inputs.iter().chain(schema.outputs);
            let mut is_count = is_count.map(|argument| argument.count);
            if is_count.any(|count| count == ArgumentCount::Number(declared.name))
                && value(node.proto, declared.name).is_none()
            {
                self.reporter.error(part(node.proto), format!("attribute \"{}\" is missing", declared.name));
            }
        }
    }

    fn report_unknown(&self, node: &Node<'a>) {
        let op = node.proto.op.as_str();
        let error = Diagnostic::error(self.reporter.part(part(node.proto)), format!("operator {op} is not known"));
        let known = if op.len() < 100 { suggest(op, schemas().map(|schema| schema.name)) } else { None };
        let error = with_suggestion(error, known);
        self.reporter.report(match is_training(op) {
            true => error.with_help(
                "it is a part of training or of storing a model: outputs before it can be chosen, --graph-output NAME",
            ),
            false => error,
        });
        debug_assert!(find_schema(op).is_none());
    }
}

/// Whether an operator trains or stores a model.
fn is_training(op: &str) -> bool {
    let starts = [
        "Assign",
        "Apply",
        "ResourceApply",
        "SparseApply",
        "Save",
        "Restore",
        "Queue",
        "Scatter",
        "Resource",
        "Iterator",
    ];
    op.ends_with("Grad") || op.ends_with("Summary") || starts.iter().any(|start| op.starts_with(start))
}
