//! The state of an import, and the model as a whole.

use crate::fields::{metadata, model};
use crate::operator::Code;
use crate::subgraph::Graph;
use crate::table::{Read, Table, Tables};
use crate::types::OpenExtents;
use kiln_import_core::{ImportOptions, MainFunction, ModelFile, Reporter, SymbolTable};
use kiln_ir::{Attribute, Builder, Location, Module, Registry, Type};
use kiln_tensor::Tensor;
use kiln_tflite::CONSTANT;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The version of the format that is read.
const VERSION: u32 = 3;

/// The most operators and uses of tensors that a model may have, with those of subgraphs for each use of them.
const MOST_USES: usize = 16_000_000;

/// An import under way.
pub(crate) struct Importer<'a> {
    pub file: &'a ModelFile,
    pub reporter: &'a Reporter<'a>,
    pub module: Module,
    pub symbols: SymbolTable,
    /// Operators by their numbers in this model; `None` is one that is wrong, which is reported.
    pub codes: Vec<Option<Code>>,
    pub subgraphs: Tables<'a>,
    pub buffers: Tables<'a>,
    pub external_groups: Tables<'a>,
    pub external_buffers: Tables<'a>,
    pub signatures: Tables<'a>,
    /// Operators that need not be known.
    pub custom_operators: FxHashSet<String>,
    /// The subgraphs that are being imported, the outermost first.
    pub nesting: Vec<usize>,
    /// Constants by the numbers of subgraph and tensor.
    pub contents: FxHashMap<(usize, usize), Option<(Attribute, Type)>>,
    /// How many uses are left.
    uses: usize,
}

impl<'a> Importer<'a> {
    /// Finds the model's lists; what is wrong is reported.
    pub fn new(file: &'a ModelFile, registry: Arc<Registry>, reporter: &'a Reporter<'a>) -> Option<Importer<'a>> {
        let opened = Importer::open(file, registry, reporter);
        let importer = opened.map_err(|damage| {
            let error = kiln_diag::Diagnostic::error(reporter.whole(), damage.to_string());
            reporter.report(error.with_help("it may not be completely downloaded"));
        });
        importer.ok()
    }

    fn open(file: &'a ModelFile, registry: Arc<Registry>, reporter: &'a Reporter<'a>) -> Read<Importer<'a>> {
        let table = Table::root(file.bytes())?;
        let version: u32 = table.number_or(model::VERSION, 0)?;
        if version != VERSION {
            reporter.error("version", format!("version {version} of the format is not supported, but {VERSION} is"));
        }
        let mut codes = Vec::new();
        for (index, code) in table.tables(model::OPERATOR_CODES)?.iter().enumerate() {
            codes.push(match Code::import(&code?) {
                Ok(code) => Some(code),
                Err(error) => {
                    reporter.error(format!("operator code {index}"), error);
                    None
                }
            });
        }
        let mut importer = Importer {
            file,
            reporter,
            module: Module::new(registry),
            symbols: SymbolTable::new(),
            codes,
            subgraphs: table.tables(model::SUBGRAPHS)?,
            buffers: table.tables(model::BUFFERS)?,
            external_groups: table.tables(model::EXTERNAL_GROUPS)?,
            external_buffers: table.tables(model::EXTERNAL_BUFFERS)?,
            signatures: table.tables(model::SIGNATURES)?,
            custom_operators: FxHashSet::default(),
            nesting: Vec::new(),
            contents: FxHashMap::default(),
            uses: MOST_USES,
        };
        importer.import_properties(&table)?;
        Ok(importer)
    }

    /// Imports the subgraph that is the model; what is wrong is reported.
    pub fn import_model(mut self, options: &ImportOptions) -> Module {
        self.custom_operators = options.custom_operators.iter().cloned().collect();
        let Some(interface) = self.find_interface(options.signature.as_deref()) else { return self.module };
        let mut graph = match self.open_subgraph(interface.subgraph) {
            Ok(graph) => graph,
            Err(error) => {
                self.reporter.error(format!("subgraph {}", interface.subgraph), error);
                return self.module;
            }
        };
        self.nesting.push(interface.subgraph);
        let mut main = MainFunction::begin(&mut self.module);
        let names = interface.names(&graph, &graph.inputs, true);
        self.import_inputs(&mut main, &mut graph, &names, options);
        self.import_operators(main.block, &mut graph);
        let names = interface.names(&graph, &graph.outputs, false);
        let results = self.import_outputs(main.block, &mut graph);
        main.finish(&mut self.module, &names.into_iter().zip(results).collect::<Vec<_>>());
        self.module
    }

    /// Whether `count` more uses are still allowed; that they are not is reported once.
    pub fn spend(&mut self, count: usize) -> bool {
        let had_some = self.uses > 0;
        self.uses = self.uses.saturating_sub(count);
        if self.uses == 0 && had_some {
            self.reporter.error("operators", format!("there are more than {MOST_USES} of them and their operands"));
        }
        self.uses > 0
    }

    fn import_properties(&mut self, table: &Table<'_>) -> Read<()> {
        let top = self.module.top();
        if let Some(text) = table.string(model::DESCRIPTION)?.filter(|text| !text.is_empty()) {
            self.module.set_attribute(top, "tflite.description", text.as_str());
        }
        for entry in table.tables(model::METADATA)?.iter() {
            let entry = entry?;
            let name = entry.string(metadata::NAME)?.unwrap_or_default();
            // Other entries are for tools that show or run models.
            if name != "min_runtime_version" {
                continue;
            }
            let content = self.buffer(entry.number_or(metadata::BUFFER, 0)?).ok().flatten();
            let text = content.map(|content| String::from_utf8_lossy(content.bytes()).trim_matches('\0').to_owned());
            if let Some(text) = text.filter(|text| text.len() < 100) {
                self.module.set_attribute(top, "tflite.min_runtime_version", text.as_str());
            }
        }
        Ok(())
    }

    /// Block arguments for the inputs that no option fixes.
    fn import_inputs(
        &mut self,
        main: &mut MainFunction,
        graph: &mut Graph<'a>,
        names: &[String],
        options: &ImportOptions,
    ) {
        options.check_constant_names(names.iter().map(String::as_str), self.reporter);
        for (index, name) in graph.inputs.clone().into_iter().zip(names) {
            let ty = self.type_of(graph, index, OpenExtents::Symbols);
            let value = match options.constant_for(name, ty, self.reporter) {
                Some(tensor) => self.constant(main, name, tensor.clone()),
                None => main.input(&mut self.module, name, ty),
            };
            if graph.values.insert(index, value).is_some() {
                self.reporter.error(graph.describe(index), "it is an input of the model twice");
            }
        }
    }

    fn constant(&mut self, main: &MainFunction, name: &str, tensor: Tensor) -> kiln_ir::Value {
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        let value = self.module.tensor_attribute(tensor);
        let mut builder = Builder::at_end(&mut self.module, main.block);
        builder.location = Location::named(name);
        builder.op(CONSTANT).attribute("value", value).result(ty).value()
    }
}
