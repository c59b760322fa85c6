//! The state of an import, and the model as a whole.

use crate::graph::{Graph, Source};
use crate::interface::Interface;
use crate::lookup::Tables;
use crate::proto::{FunctionDef, GraphDef, SignatureDef};
use crate::state::State;
use crate::variables::{Handle, Variables};
use kiln_import_core::{ImportOptions, MainFunction, ModelFile, Reporter, SymbolTable};
use kiln_ir::{Attribute, Block, Builder, Location, Module, Registry, Type, Value};
use kiln_tensor::Tensor;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// What a tensor of a graph became.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A value.
    Value(Value),
    /// The handle of a variable.
    Variable(Rc<Handle>),
    /// The handle of a table: the name of its node.
    Table(Rc<str>),
    /// Something that was reported.
    Missing,
}

/// Where ops go, and what is known there.
#[derive(Debug)]
pub(crate) struct Scope {
    pub block: Block,
    pub items: FxHashMap<Source, Item>,
    /// What was imported here already.
    pub done: FxHashSet<crate::emit::Unit>,
    /// Whether what was imported around is not to be seen: a function's body.
    pub is_function: bool,
}

/// What the module says of the version of what wrote the graph.
const PRODUCER: &str = "tf.producer";

/// An import under way.
pub(crate) struct Importer<'a> {
    pub file: &'a ModelFile,
    pub reporter: &'a Reporter<'a>,
    pub module: Module,
    pub symbols: SymbolTable,
    pub library: FxHashMap<&'a str, &'a FunctionDef>,
    graphs: FxHashMap<&'a str, Rc<Graph<'a>>>,
    pub flows: FxHashMap<*const Graph<'a>, Rc<crate::flow::Flow>>,
    pub variables: Variables,
    pub state: State,
    pub tables: Tables<'a>,
    pub scopes: Vec<Scope>,
    /// The version of what wrote the graph.
    pub producer: i32,
    /// How many nodes were made.
    pub nodes: usize,
    /// How many functions and loops are around.
    pub depth: usize,
}

impl<'a> Importer<'a> {
    pub fn new(file: &'a ModelFile, registry: Arc<Registry>, reporter: &'a Reporter<'a>) -> Importer<'a> {
        Importer {
            file,
            reporter,
            module: Module::new(registry),
            symbols: SymbolTable::new(),
            library: FxHashMap::default(),
            graphs: FxHashMap::default(),
            flows: FxHashMap::default(),
            variables: Variables::default(),
            state: State::default(),
            tables: Tables::default(),
            scopes: Vec::new(),
            producer: 0,
            nodes: 0,
            depth: 0,
        }
    }

    /// Imports the graph, as much of it as its outputs need; what is wrong is reported.
    pub fn import_model(
        mut self,
        proto: &'a GraphDef,
        signatures: &'a BTreeMap<String, SignatureDef>,
        options: &ImportOptions,
    ) -> Option<Module> {
        self.producer = proto.versions.as_ref().map_or(proto.version, |versions| versions.producer);
        if self.producer != 0 {
            let top = self.module.top();
            self.module.set_attribute(top, PRODUCER, Attribute::i64(self.producer.into()));
        }
        for function in proto.library.iter().flat_map(|library| &library.function) {
            if let Some(signature) = &function.signature {
                self.library.insert(&signature.name, function);
            }
        }
        let graph = Rc::new(Graph::of_nodes(&proto.node, self.reporter));
        let interface = self.find_interface(&graph, signatures, options)?;
        self.variables.keys = match self.variables.checkpoint {
            Some(_) => self.find_keys(&graph),
            None => FxHashMap::default(),
        };
        self.find_tables(&graph);
        self.import_main(&graph, &interface, options);
        // Which variables the model assigns is known once it has been imported: then they are no constants.
        if self.state.is_found() && !self.reporter.has_errors() {
            self.restart();
            self.import_main(&graph, &interface, options);
        }
        Some(self.module)
    }

    /// Forgets what was imported, but for which variables are assigned.
    fn restart(&mut self) {
        let top = self.module.top();
        let producer = self.module.attribute(top, PRODUCER);
        self.module = Module::new(self.module.registry().clone());
        let top = self.module.top();
        if let Some(producer) = producer {
            self.module.set_attribute(top, PRODUCER, producer);
        }
        self.symbols = SymbolTable::new();
        self.scopes.clear();
        self.nodes = 0;
    }

    /// `func.func @main`.
    fn import_main(&mut self, graph: &Rc<Graph<'a>>, interface: &Interface, options: &ImportOptions) {
        let mut main = MainFunction::begin(&mut self.module);
        let mut scope = Scope::new(main.block, true);
        options.check_constant_names(interface.inputs.iter().map(|input| input.name.as_str()), self.reporter);
        for port in &interface.inputs {
            let ty = self.input_type(graph, port);
            let value = match options.constant_for(&port.name, ty, self.reporter) {
                Some(tensor) => self.constant(main.block, &port.name, self.module.tensor_attribute(tensor.clone())),
                None => main.input(&mut self.module, &port.name, ty),
            };
            scope.items.insert(port.source, Item::Value(value));
        }
        self.scopes.push(scope);
        self.begin_state(&mut main);
        let outputs: Vec<Source> = interface.outputs.iter().map(|port| port.source).collect();
        self.find_order(graph, &outputs);
        self.demand(graph, &outputs);
        let mut results = Vec::new();
        for port in &interface.outputs {
            match self.loaded(graph, port.source) {
                Some(value) => results.push((port.name.clone(), value)),
                None if self.reporter.has_errors() => {}
                None => self.reporter.error(format!("output \"{}\"", port.name), "it is not there"),
            }
        }
        results.extend(self.state.results());
        main.finish(&mut self.module, &results);
    }

    /// The body of a function of the library; if there is none of this name, that is for the caller to report.
    pub fn function(&mut self, name: &str) -> Option<Rc<Graph<'a>>> {
        let (&name, &function) = self.library.get_key_value(name)?;
        if let Some(graph) = self.graphs.get(name) {
            return Some(graph.clone());
        }
        let graph = Rc::new(Graph::of_function(function, &self.library, self.reporter));
        self.graphs.insert(name, graph.clone());
        Some(graph)
    }

    /// `tf.Const`.
    pub fn constant(&mut self, block: Block, name: &str, value: Attribute) -> Value {
        let ty = type_of_elements(value);
        let mut builder = Builder::at_end(&mut self.module, block);
        builder.location = Location::named(name);
        builder.op("tf.Const").attribute("value", value).result(ty).value()
    }

    /// `tf.Const` of a tensor, where ops go.
    pub fn tensor(&mut self, name: &str, tensor: Tensor) -> Value {
        let value = self.module.tensor_attribute(tensor);
        let block = self.block();
        self.constant(block, name, value)
    }

    /// Where ops go.
    pub fn block(&self) -> Block {
        self.scopes.last().expect("something is being imported").block
    }
}

impl Scope {
    /// A scope in which nothing is known yet.
    pub fn new(block: Block, is_function: bool) -> Scope {
        Scope { block, items: FxHashMap::default(), done: FxHashSet::default(), is_function }
    }
}

/// The type of a constant.
pub(crate) fn type_of_elements(value: Attribute) -> Type {
    match value.kind() {
        kiln_ir::AttributeKind::Dense { ty, .. } | kiln_ir::AttributeKind::DenseResource { ty, .. } => *ty,
        _ => kiln_tf::tensor_of(kiln_tf::any_element()),
    }
}
