//! One subgraph: its values, its operators, what it gives.

use crate::fields::{subgraph, tensor};
use crate::importer::Importer;
use crate::table::{Table, Tables};
use crate::types::OpenExtents;
use kiln_ir::{Attribute, Block, Builder, Location, Type, Value};
use kiln_tensor::Tensor;
use kiln_tflite::{CONSTANT, NONE, VARIABLE, YIELD};
use rustc_hash::FxHashMap;

/// The longest name that is kept.
const LONGEST_NAME: usize = 1000;

/// How deeply subgraphs may be nested.
const MOST_DEPTH: usize = 64;

/// A subgraph under construction.
pub(crate) struct Graph<'f> {
    pub number: usize,
    pub tensors: Tables<'f>,
    pub operators: Tables<'f>,
    /// The tensors that it takes and gives.
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
    /// The values of tensors, so far.
    pub values: FxHashMap<usize, Value>,
    /// What their elements stand for.
    pub quantizations: FxHashMap<usize, Attribute>,
}

impl Graph<'_> {
    /// What the file calls a tensor.
    pub fn name_of(&self, index: usize) -> String {
        let name = self.tensors.get(index).and_then(|table| table.string(tensor::NAME)).ok().flatten();
        let mut name = name.unwrap_or_default();
        if let Some((end, _)) = name.char_indices().nth(LONGEST_NAME) {
            name.truncate(end);
        }
        name
    }

    /// `tensor "x"`, or its number where it has no name.
    pub fn describe(&self, index: usize) -> String {
        match self.name_of(index).as_str() {
            "" => format!("tensor {index}"),
            name => format!("tensor \"{name}\""),
        }
    }
}

impl<'a> Importer<'a> {
    /// The lists of subgraph `number`.
    ///
    /// # Errors
    /// When it is not there, is damaged, or refers to tensors that are not there; one sentence.
    pub(crate) fn open_subgraph(&self, number: usize) -> Result<Graph<'a>, String> {
        if number >= self.subgraphs.len() {
            return Err(format!("there is no subgraph {number}, there are {}", self.subgraphs.len()));
        }
        let table = self.subgraphs.get(number)?;
        let tensors = table.tables(subgraph::TENSORS)?;
        Ok(Graph {
            number,
            tensors,
            operators: table.tables(subgraph::OPERATORS)?,
            inputs: tensor_list(&table, subgraph::INPUTS, tensors.len())?,
            outputs: tensor_list(&table, subgraph::OUTPUTS, tensors.len())?,
            values: FxHashMap::default(),
            quantizations: FxHashMap::default(),
        })
    }

    /// A subgraph as a region of an operator: a block with its inputs, ended by `tflite.yield`.
    pub(crate) fn import_region(&mut self, block: Block, number: u32, part: &str) {
        let number = number as usize;
        if self.nesting.contains(&number) {
            return self.reporter.error(part, format!("subgraph {number} is inside of itself"));
        }
        if self.nesting.len() >= MOST_DEPTH {
            return self.reporter.error(part, format!("subgraphs are nested more than {MOST_DEPTH} deep"));
        }
        let mut graph = match self.open_subgraph(number) {
            Ok(graph) => graph,
            Err(error) => return self.reporter.error(part, error),
        };
        self.nesting.push(number);
        for index in graph.inputs.clone() {
            let ty = self.type_of(&graph, index, OpenExtents::Unknown);
            let value = self.module.add_argument(block, ty);
            graph.values.insert(index, value);
        }
        self.import_operators(block, &mut graph);
        let results = self.import_outputs(block, &mut graph);
        Builder::at_end(&mut self.module, block).op(YIELD).operands(&results).build();
        self.nesting.pop();
    }

    /// The operators, which stand in the order in which they run.
    pub(crate) fn import_operators(&mut self, block: Block, graph: &mut Graph<'a>) {
        for index in 0..graph.operators.len() {
            if !self.spend(1) {
                return;
            }
            match graph.operators.get(index) {
                Ok(table) => self.import_operator(block, graph, index, &table),
                Err(damage) => self.reporter.error(format!("operator {index}"), damage.to_string()),
            }
        }
    }

    /// The values of the graph's outputs.
    pub(crate) fn import_outputs(&mut self, block: Block, graph: &mut Graph<'a>) -> Vec<Value> {
        let outputs = graph.outputs.clone();
        outputs.into_iter().map(|index| self.value_of(block, graph, index, "an output of the graph")).collect()
    }

    /// The value of a tensor: what an operator gave, or a constant that begins here.
    pub(crate) fn value_of(&mut self, block: Block, graph: &mut Graph<'a>, index: usize, user: &str) -> Value {
        if let Some(&value) = graph.values.get(&index) {
            return value;
        }
        let value = match self.initial_value(block, graph, index) {
            Ok(Some(value)) => value,
            Ok(None) => {
                let message = format!("no operator before gives it, it is no constant and no input, but {user}");
                self.reporter.error(graph.describe(index), message);
                self.none(block)
            }
            Err(error) => {
                self.reporter.error(graph.describe(index), error);
                self.none(block)
            }
        };
        graph.values.insert(index, value);
        value
    }

    /// The constant or the variable that a tensor is.
    fn initial_value(&mut self, block: Block, graph: &Graph<'a>, index: usize) -> Result<Option<Value>, String> {
        let table = graph.tensors.get(index)?;
        let name = graph.name_of(index);
        let content = self.constant_content(graph.number, index, &table)?;
        if table.bool(tensor::IS_VARIABLE)? {
            let ty = self.import_type(graph, index, OpenExtents::Unknown)?;
            let mut builder = Builder::at_end(&mut self.module, block);
            builder.location = Location::named(&name);
            let op = builder.op(VARIABLE).attribute("name", name.as_str());
            return Ok(Some(op.optional_attribute("value", content.map(|(value, _)| value)).result(ty).value()));
        }
        let Some((value, ty)) = content else { return Ok(None) };
        let mut builder = Builder::at_end(&mut self.module, block);
        builder.location = Location::named(&name);
        Ok(Some(builder.op(CONSTANT).attribute("value", value).result(ty).value()))
    }

    /// The content of a tensor, read once however often its graph is a region.
    fn constant_content(
        &mut self,
        graph: usize,
        index: usize,
        table: &Table<'a>,
    ) -> Result<Option<(Attribute, Type)>, String> {
        if let Some(&known) = self.contents.get(&(graph, index)) {
            return Ok(known);
        }
        let content = self.import_content(table)?.map(|tensor: Tensor| {
            let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
            (self.module.tensor_attribute(tensor), ty)
        });
        self.contents.insert((graph, index), content);
        Ok(content)
    }

    /// The type of a tensor; what is wrong with it is reported.
    pub(crate) fn type_of(&mut self, graph: &Graph<'a>, index: usize, open: OpenExtents) -> Type {
        self.import_type(graph, index, open).unwrap_or_else(|error| {
            self.reporter.error(graph.describe(index), error);
            kiln_tflite::any_type()
        })
    }

    /// A value that is left out or could not be made.
    pub(crate) fn none(&mut self, block: Block) -> Value {
        Builder::at_end(&mut self.module, block).op(NONE).result(Type::none()).value()
    }
}

/// A list of tensors that are all there.
fn tensor_list(table: &Table<'_>, slot: usize, count: usize) -> Result<Vec<usize>, String> {
    let Some(numbers) = table.numbers::<i32>(slot)? else { return Ok(Vec::new()) };
    let index = |number: i32| match usize::try_from(number) {
        Ok(index) if index < count => Ok(index),
        _ => Err(format!("there is no tensor {number}, there are {count}")),
    };
    numbers.iter().map(index).collect()
}
