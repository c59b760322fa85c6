//! The state of an import, and the model as a whole.

use crate::model::{Opsets, check_header};
use crate::proto::{AttributeProto, FunctionProto, GraphProto, ModelProto, ValueInfoProto};
use crate::types::NamedExtents;
use kiln_import_core::{ImportOptions, MainFunction, ModelFile, Reporter, SymbolTable};
use kiln_ir::{Attribute, Block, Builder, Location, Module, Name, Registry, Type, Value};
use kiln_onnx::OPSET;
use kiln_tensor::Tensor;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Values by name, innermost graph last.
pub(crate) type Scopes<'a> = Vec<FxHashMap<&'a str, Value>>;

/// A function by domain, name and overload.
pub(crate) type FunctionKey<'a> = (&'a str, &'a str, &'a str);

/// What the nodes of a graph are read with: the model's own, or those of the function they stand in.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// Versions of operator sets.
    pub opsets: Opsets,
    /// The values of the function's attributes; `None` outside of functions.
    pub attributes: Option<FxHashMap<&'a str, &'a AttributeProto>>,
    /// Where the function is called.
    pub caller: Option<Location>,
    /// The functions being expanded, outermost first.
    pub calls: Vec<FunctionKey<'a>>,
}

/// An import under way.
pub(crate) struct Importer<'a> {
    pub file: &'a ModelFile,
    pub model: &'a ModelProto,
    pub reporter: &'a Reporter<'a>,
    pub module: Module,
    pub symbols: SymbolTable,
    /// Which extents become symbols.
    pub named_extents: NamedExtents,
    pub functions: FxHashMap<FunctionKey<'a>, &'a FunctionProto>,
    /// Operators that need not be known, as the dialect calls them.
    pub custom_operators: FxHashSet<String>,
    /// How many nodes were made, calls of functions expanded.
    pub nodes: usize,
}

impl<'a> Importer<'a> {
    pub fn new(
        file: &'a ModelFile,
        model: &'a ModelProto,
        registry: Arc<Registry>,
        reporter: &'a Reporter<'a>,
    ) -> Importer<'a> {
        Importer {
            file,
            model,
            reporter,
            module: Module::new(registry),
            symbols: SymbolTable::new(),
            named_extents: NamedExtents::Named,
            functions: FxHashMap::default(),
            custom_operators: FxHashSet::default(),
            nodes: 0,
        }
    }

    /// Imports header, functions and graph; what is wrong is reported.
    pub fn import_model(mut self, options: &ImportOptions) -> Module {
        self.custom_operators = options.custom_operators.iter().map(|name| format!("onnx.{name}")).collect();
        let opsets = check_header(self.model, self.reporter);
        self.import_properties(&opsets);
        self.collect_functions();
        if let Some(graph) = &self.model.graph {
            self.import_main(graph, opsets, options);
        }
        self.module
    }

    fn import_properties(&mut self, opsets: &Opsets) {
        let model = self.model;
        let top = self.module.top();
        let mut set = |name: &str, value: Attribute| {
            self.module.set_attribute(top, name, value);
        };
        if let Some(&version) = opsets.get("") {
            set(OPSET, Attribute::i64(version));
        }
        let mut texts = vec![
            ("onnx.producer", model.producer_name.as_str()),
            ("onnx.producer_version", &model.producer_version),
            ("onnx.model_domain", &model.domain),
        ];
        if let Some(graph) = &model.graph {
            texts.push(("onnx.graph_name", &graph.name));
        }
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            set(name, Attribute::string(text));
        }
        if model.model_version != 0 {
            set("onnx.model_version", Attribute::i64(model.model_version));
        }
        if !model.metadata_props.is_empty() {
            let entries: std::collections::BTreeMap<&str, &str> =
                model.metadata_props.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
            let entries = entries.into_iter().map(|(key, value)| (Name::new(key), Attribute::string(value)));
            set("onnx.metadata", Attribute::dictionary(entries.collect()));
        }
    }

    /// `func.func @main` from the model's graph.
    fn import_main(&mut self, graph: &'a GraphProto, opsets: Opsets, options: &ImportOptions) {
        let mut main = MainFunction::begin(&mut self.module);
        let block = main.block;
        let frame = Frame { opsets, attributes: None, caller: None, calls: Vec::new() };
        let mut scopes = vec![FxHashMap::default()];
        self.import_initializers(block, graph, &mut scopes);
        self.import_inputs(&mut main, graph, options, &mut scopes);
        self.import_nodes(block, graph, &frame, &mut scopes);
        let results = self.import_outputs(&graph.output, &mut scopes);

        let names = graph.output.iter().map(|output| output.name.clone());
        main.finish(&mut self.module, &names.zip(results).collect::<Vec<_>>());
    }

    /// Block arguments for the inputs that no initializer and no option fixes.
    fn import_inputs(
        &mut self,
        main: &mut MainFunction,
        graph: &'a GraphProto,
        options: &ImportOptions,
        scopes: &mut Scopes<'a>,
    ) {
        options.check_constant_names(graph.input.iter().map(|input| input.name.as_str()), self.reporter);
        for input in &graph.input {
            if scopes.last().is_some_and(|scope| scope.contains_key(input.name.as_str())) {
                if graph.initializer.iter().any(|tensor| tensor.name == input.name) {
                    continue;
                }
                self.reporter.error(input_part(input), "this input is there twice");
                continue;
            }
            let ty = self.import_input_type(input, true);
            let value = match options.constant_for(&input.name, ty, self.reporter) {
                Some(tensor) => self.constant(main.block, &input.name, tensor.clone()),
                None => main.input(&mut self.module, &input.name, ty),
            };
            self.define(scopes, &input.name, value);
        }
    }

    /// The declared type of an input; anonymous extents become symbols if `symbolic`.
    pub fn import_input_type(&mut self, input: &ValueInfoProto, symbolic: bool) -> Type {
        self.named_extents = if symbolic { NamedExtents::All } else { NamedExtents::Named };
        let ty = input.r#type.as_ref().map_or(Ok(kiln_onnx::any_type()), |ty| self.import_type(&input.name, ty));
        self.named_extents = NamedExtents::Named;
        ty.unwrap_or_else(|message| {
            self.reporter.error(input_part(input), message);
            kiln_onnx::any_type()
        })
    }

    /// `onnx.Constant` at the end of `block`.
    pub fn constant(&mut self, block: Block, name: &str, tensor: Tensor) -> Value {
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        let value = self.module.tensor_attribute(tensor);
        let mut builder = Builder::at_end(&mut self.module, block);
        builder.location = Location::named(name);
        builder.op("onnx.Constant").attribute("value", value).result(ty).value()
    }
}

/// `input "x"`.
pub(crate) fn input_part(input: &ValueInfoProto) -> String {
    format!("input \"{}\"", input.name)
}
