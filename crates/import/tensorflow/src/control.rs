//! Functions that are called, branches and loops: ops with regions.

use crate::flow::{Conditional, Frame};
use crate::graph::{Graph, Source, part, value};
use crate::importer::{Importer, Item, Scope};
use crate::proto::NodeDef;
use crate::proto::attr_value::Value as AttributeValue;
use kiln_ir::{Attributes, Block, Builder, Location, Op, OpState, Type, Value};
use std::rc::Rc;

/// The deepest nesting of functions and loops; beyond it a file is hostile.
pub(crate) const MAX_DEPTH: usize = 64;

impl<'a> Importer<'a> {
    /// Does `work` one level deeper, unless that is too deep.
    fn deeper(&mut self, proto: &NodeDef, work: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            self.reporter.error(part(proto), format!("functions and loops are nested more than {MAX_DEPTH} deep"));
            return;
        }
        self.depth += 1;
        work(self);
        self.depth -= 1;
    }

    /// The name of the function in an attribute; if there is none, that is reported.
    fn function_name(&self, proto: &'a NodeDef, attribute: &str) -> Option<&'a str> {
        match value(proto, attribute) {
            Some(AttributeValue::Func(function)) => Some(&function.name),
            _ => {
                self.reporter.error(part(proto), format!("attribute \"{attribute}\" must name a function"));
                None
            }
        }
    }

    /// A function's body; if there is none, that is reported.
    fn body(&mut self, proto: &NodeDef, name: &str) -> Option<Rc<Graph<'a>>> {
        let body = self.function(name);
        if body.is_none() {
            let known = kiln_diag::suggest(name, self.library.keys().copied());
            let known = known.map(|known| format!("; did you mean \"{known}\"?")).unwrap_or_default();
            self.reporter.error(part(proto), format!("there is no function \"{name}\"{known}"));
        }
        body
    }

    /// Imports a function's body with these arguments into `block`; what it returns.
    fn expand(&mut self, proto: &NodeDef, body: &Rc<Graph<'a>>, arguments: &[Item], block: Block) -> Vec<Item> {
        if body.arguments != arguments.len() {
            let message = format!("the function has {} arguments, {} are given", body.arguments, arguments.len());
            self.reporter.error(part(proto), message);
            return Vec::new();
        }
        let mut scope = Scope::new(block, true);
        for (index, item) in arguments.iter().enumerate() {
            scope.items.insert(Source::Argument(index), item.clone());
        }
        self.scopes.push(scope);
        let targets = [body.results.as_slice(), &self.effects_of(body)].concat();
        self.demand(body, &targets);
        let results = body.results.iter().map(|&result| self.item(result)).collect();
        self.scopes.pop();
        results
    }

    /// A call of the function in an attribute, which is imported in its place.
    pub(crate) fn import_call(&mut self, graph: &Rc<Graph<'a>>, index: usize, attribute: &str) {
        if let Some(name) = self.function_name(graph.nodes[index].proto, attribute) {
            self.import_call_of(graph, index, name);
        }
    }

    /// A call of a function.
    pub(crate) fn import_call_of(&mut self, graph: &Rc<Graph<'a>>, index: usize, name: &str) {
        let node = &graph.nodes[index];
        let Some(body) = self.body(node.proto, name) else { return };
        let arguments: Vec<Item> = node.inputs.iter().map(|&input| self.item(input)).collect();
        let block = self.block();
        self.deeper(node.proto, |importer| {
            let results = importer.expand(node.proto, &body, &arguments, block);
            for (output, item) in results.into_iter().enumerate() {
                importer.set(Source::Node(index, output), item);
            }
        });
    }

    /// An op with regions, at the end of the current block, and the blocks of these with arguments.
    fn build(
        &mut self,
        name: &str,
        proto: &NodeDef,
        operands: &[Value],
        regions: usize,
        arguments: &[Type],
    ) -> (Op, Vec<Block>) {
        let mut state = OpState::new(name, Location::named(&proto.name));
        state.operands = operands.into();
        state.attributes = Attributes::default();
        state.region_count = regions;
        let op = self.module.create(state);
        let block = self.block();
        self.module.append(block, op);
        let regions = self.module.regions(op).to_vec();
        (op, regions.into_iter().map(|region| self.module.create_block(region, arguments)).collect())
    }

    /// The same op with results of these types: what they are is known once its regions are there.
    fn with_results(&mut self, op: Op, types: &[Type]) -> Vec<Value> {
        let mut state = OpState::new(self.module.name(op).as_str(), self.module.location(op));
        state.operands = self.module.operands(op).into();
        state.result_types = types.into();
        state.region_count = self.module.regions(op).len();
        let complete = self.module.create(state);
        let block = self.block();
        self.module.append(block, complete);
        for index in 0..self.module.regions(op).len() {
            let (from, to) = (self.module.regions(op)[index], self.module.regions(complete)[index]);
            self.module.move_blocks(from, to);
        }
        self.module.erase(op);
        self.module.results(complete).to_vec()
    }

    /// Ends a region.
    fn finish_region(&mut self, proto: &NodeDef, block: Block, items: &[Item]) -> Vec<Type> {
        let mut values = Vec::new();
        for item in items {
            match item {
                Item::Value(value) => values.push(*value),
                Item::Variable(handle) => match self.held(handle, block) {
                    Ok(value) => values.push(value),
                    Err(reason) => self.reporter.error(part(proto), reason),
                },
                Item::Table(_) => {
                    self.reporter.error(part(proto), "a table that a branch or a loop gives on is not supported")
                }
                Item::Missing => {}
            }
        }
        Builder::at_end(&mut self.module, block).op(kiln_tf::YIELD).operands(&values).build();
        values.iter().map(|&value| kiln_tf::tensor_of(self.module.ty(value).scalar())).collect()
    }

    /// `If` and `Case`: a region for each branch, which use values from outside.
    pub(crate) fn import_branches(&mut self, graph: &Rc<Graph<'a>>, index: usize) {
        let node = &graph.nodes[index];
        let proto = node.proto;
        let is_if = proto.op.ends_with("If");
        let names: Vec<&'a str> = match value(proto, "branches") {
            Some(AttributeValue::List(list)) if !is_if => {
                list.func.iter().map(|function| function.name.as_str()).collect()
            }
            _ => ["then_branch", "else_branch"].iter().filter_map(|name| self.function_name(proto, name)).collect(),
        };
        let Some((&selector, inputs)) = node.inputs.split_first() else { return };
        let Some(selector) = self.loaded(graph, selector) else { return };
        let arguments: Vec<Item> = inputs.iter().map(|&input| self.item(input)).collect();
        let bodies: Option<Vec<Rc<Graph<'a>>>> = names.iter().map(|name| self.body(proto, name)).collect();
        let Some(bodies) = bodies else { return };
        let assigns = names.iter().any(|name| self.function_assigns(name, 0));
        let before = self.state.values(assigns);
        self.deeper(proto, |importer| {
            let name = if is_if { "tf.If" } else { "tf.Case" };
            let (op, blocks) = importer.build(name, proto, &[selector], bodies.len(), &[]);
            let mut branches: Vec<Vec<Item>> = Vec::new();
            let mut after = Vec::new();
            for (body, &block) in bodies.iter().zip(&blocks) {
                importer.state.hold(&before);
                branches.push(importer.expand(proto, body, &arguments, block));
                after.push(importer.state.values(assigns));
            }
            // What only training needs is no result.
            let count = branches.iter().map(Vec::len).min().unwrap_or(0);
            let is_there = |output: &usize| !branches.iter().any(|items| matches!(items[*output], Item::Missing));
            let kept: Vec<usize> = (0..count).filter(is_there).collect();
            let mut types = Vec::new();
            for ((items, after), &block) in branches.iter().zip(after).zip(&blocks) {
                let items = kept.iter().map(|&output| items[output].clone());
                let items: Vec<Item> = items.chain(after.into_iter().map(Item::Value)).collect();
                types = importer.finish_region(proto, block, &items);
            }
            let mut results = importer.with_results(op, &types).into_iter();
            for (output, value) in kept.into_iter().zip(results.by_ref()) {
                importer.set(Source::Node(index, output), Item::Value(value));
            }
            importer.state.hold(&results.collect::<Vec<Value>>());
        });
    }

    /// `While`: regions for the condition and the body. Handles of variables are not carried: they stay what they are.
    pub(crate) fn import_while(&mut self, graph: &Rc<Graph<'a>>, index: usize) {
        let node = &graph.nodes[index];
        let proto = node.proto;
        let names: Vec<&'a str> = ["cond", "body"].iter().filter_map(|name| self.function_name(proto, name)).collect();
        let bodies: Option<Vec<Rc<Graph<'a>>>> = names.iter().map(|name| self.body(proto, name)).collect();
        let Some(bodies) = bodies.filter(|bodies| bodies.len() == 2) else { return };
        let items: Vec<Item> = node.inputs.iter().map(|&input| self.item(input)).collect();
        let carried: Vec<Value> =
            items.iter().filter_map(|item| if let Item::Value(value) = item { Some(*value) } else { None }).collect();
        // Variables that a round assigns are carried behind everything else.
        let assigns = names.iter().any(|name| self.function_assigns(name, 0));
        let carried = [carried, self.state.values(assigns)].concat();
        let types: Vec<Type> =
            carried.iter().map(|&value| kiln_tf::tensor_of(self.module.ty(value).scalar())).collect();
        self.deeper(proto, |importer| {
            let (op, blocks) = importer.build("tf.While", proto, &carried, 2, &types);
            for (which, (body, &block)) in bodies.iter().zip(&blocks).enumerate() {
                let mut given = importer.module.arguments(block).to_vec().into_iter();
                let arguments: Vec<Item> = items
                    .iter()
                    .map(|item| match item {
                        Item::Value(_) => given.next().map_or(Item::Missing, Item::Value),
                        other => other.clone(),
                    })
                    .collect();
                importer.state.hold(&given.collect::<Vec<Value>>());
                let results = importer.expand(proto, body, &arguments, block);
                let after = if which == 0 { Vec::new() } else { importer.state.values(assigns) };
                let is_carried = |index: usize| which == 0 || matches!(items.get(index), Some(Item::Value(_)));
                let results: Vec<Item> = results
                    .into_iter()
                    .enumerate()
                    .filter(|(index, _)| is_carried(*index))
                    .map(|(_, item)| item)
                    .chain(after.into_iter().map(Item::Value))
                    .collect();
                importer.finish_region(proto, block, &results);
            }
            let mut results = importer.with_results(op, &types).into_iter();
            for (output, item) in items.into_iter().enumerate() {
                let item = match item {
                    Item::Value(_) => results.next().map_or(Item::Missing, Item::Value),
                    other => other,
                };
                importer.set(Source::Node(index, output), item);
            }
            importer.state.hold(&results.collect::<Vec<Value>>());
        });
    }

    /// A loop of TensorFlow 1.
    pub(crate) fn import_loop(&mut self, graph: &Rc<Graph<'a>>, frame: &Frame) {
        let proto = graph.nodes[frame.node].proto;
        let Some(condition) = frame.condition else {
            self.reporter.error(part(proto), "nothing says when the loop ends");
            return;
        };
        let mut carried = Vec::new();
        for variable in &frame.variables {
            match self.loaded(graph, variable.initial) {
                Some(value) => carried.push(value),
                // What is missing was reported.
                None => return,
            }
        }
        let types: Vec<Type> =
            carried.iter().map(|&value| kiln_tf::tensor_of(self.module.ty(value).scalar())).collect();
        self.deeper(proto, |importer| {
            importer.state.fixed += 1;
            let (op, blocks) = importer.build("tf.While", proto, &carried, 2, &types);
            let nexts: Vec<Source> = frame.variables.iter().map(|variable| variable.next).collect();
            for (&block, targets) in blocks.iter().zip([&[condition][..], &nexts]) {
                let mut scope = Scope::new(block, false);
                for (variable, &argument) in frame.variables.iter().zip(importer.module.arguments(block)) {
                    scope.items.insert(Source::Node(variable.merge, 0), Item::Value(argument));
                    if let Some(switch) = variable.switch {
                        scope.items.insert(Source::Node(switch, 1), Item::Value(argument));
                    }
                }
                importer.scopes.push(scope);
                importer.demand(graph, targets);
                let results: Vec<Item> = targets.iter().map(|&target| importer.item(target)).collect();
                importer.scopes.pop();
                importer.finish_region(proto, block, &results);
            }
            importer.state.fixed -= 1;
            let results = importer.with_results(op, &types);
            for (variable, value) in frame.variables.iter().zip(results) {
                if let Some(exit) = variable.exit {
                    importer.set(Source::Node(exit, 0), Item::Value(value));
                }
            }
        });
    }

    /// A conditional of TensorFlow 1.
    pub(crate) fn import_conditional(&mut self, graph: &Rc<Graph<'a>>, conditional: &Conditional) {
        let proto = graph.nodes[conditional.merges[0].merge].proto;
        let Some(predicate) = self.loaded(graph, conditional.predicate) else { return };
        self.deeper(proto, |importer| {
            importer.state.fixed += 1;
            let (op, blocks) = importer.build("tf.If", proto, &[predicate], 2, &[]);
            let mut types = Vec::new();
            for (side, &block) in [true, false].into_iter().zip(&blocks) {
                let mut scope = Scope::new(block, false);
                for &switch in &conditional.switches {
                    let data = importer.item(graph.nodes[switch].inputs[0]);
                    scope.items.insert(Source::Node(switch, usize::from(side)), data);
                }
                let joined = conditional.merges.iter();
                let targets: Vec<Source> =
                    joined.map(|joined| if side { joined.on_true } else { joined.on_false }).collect();
                importer.scopes.push(scope);
                importer.demand(graph, &targets);
                let results: Vec<Item> = targets.iter().map(|&target| importer.item(target)).collect();
                importer.scopes.pop();
                types = importer.finish_region(proto, block, &results);
            }
            importer.state.fixed -= 1;
            let results = importer.with_results(op, &types);
            for (joined, value) in conditional.merges.iter().zip(results) {
                importer.set(Source::Node(joined.merge, 0), Item::Value(value));
            }
        });
    }
}
