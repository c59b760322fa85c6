//! Tables in which models look things up: constants of keys and of values.
//!
//! A table is filled by a node of its own, which no output needs: from constants, or from a text file among the model's
//! assets. What is looked up gets both as operands, in the place of the table.
//!
//! ```text
//! %v = tf.LookupTableFindV2 %keys, %values, %x, %default
//! ```

use crate::control::MAX_DEPTH;
use crate::graph::{Graph, Source, part, value};
use crate::importer::{Importer, Item};
use crate::proto::attr_value::Value as AttributeValue;
use crate::proto::{AssetFileDef, NodeDef};
use crate::tensor::import_tensor;
use crate::types::tensor_element;
use kiln_ir::{Location, OpState, Value};
use kiln_tensor::scalar::{Scalar, tensor_of};
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Where a saved model has its assets.
const ASSETS: &str = "assets";

/// The most functions that are looked through: they may call each other in more ways than can be followed.
const MOST_CALLS: usize = 10_000;

/// Columns of a file that are none: the number of the line, and all of it.
const LINE_NUMBER: i64 = -1;
const WHOLE_LINE: i64 = -2;

/// The tables of a model.
#[derive(Debug, Default)]
pub(crate) struct Tables<'a> {
    /// Files by the names of the nodes that stand for their paths.
    pub assets: FxHashMap<String, String>,
    /// How many functions were looked through for what fills tables.
    looked_through: usize,
    /// What fills tables, by the names of their nodes.
    fillings: FxHashMap<&'a str, Filling<'a>>,
}

/// What fills a table.
#[derive(Clone, Debug)]
enum Filling<'a> {
    /// Constants: keys and values.
    Constants([&'a NodeDef; 2]),
    /// A file, as the node that fills says, of the types that the table has.
    File { name: String, filler: &'a NodeDef, table: &'a NodeDef },
}

/// Where a tensor comes from.
#[derive(Clone, Debug)]
enum Origin<'a> {
    Table(&'a NodeDef),
    Constant(&'a NodeDef),
    Asset(String),
    Other,
}

/// The files of assets, by the names of the nodes that stand for their paths.
pub(crate) fn assets(files: &[AssetFileDef]) -> FxHashMap<String, String> {
    let node = |file: &AssetFileDef| {
        let name = &file.tensor_info.as_ref()?.name;
        let name = name.split_once(':').map_or(name.as_str(), |(name, _)| name);
        Some((name.to_owned(), file.filename.clone()))
    };
    files.iter().filter_map(node).collect()
}

/// Whether nodes of an operator are tables.
pub(crate) fn is_table(op: &str) -> bool {
    matches!(
        op,
        "HashTable" | "HashTableV2" | "MutableHashTable" | "MutableHashTableV2" | "MutableHashTableOfTensorsV2"
    )
}

impl<'a> Importer<'a> {
    /// Learns what fills the tables.
    pub(crate) fn find_tables(&mut self, graph: &Graph<'a>) {
        let creates = |node: &NodeDef| is_table(&node.op);
        if graph.nodes.iter().any(|node| creates(node.proto)) {
            self.find_filled(graph, &[], 0);
        }
    }

    fn find_filled(&mut self, graph: &Graph<'a>, arguments: &[Origin<'a>], depth: usize) {
        self.tables.looked_through += 1;
        if self.tables.looked_through > MOST_CALLS {
            return;
        }
        let assigned = assigned(graph);
        for node in &graph.nodes {
            let origin = |index: usize| match node.inputs.get(index) {
                Some(&input) => self.origin(graph, input, arguments, &assigned, 0),
                None => Origin::Other,
            };
            match node.proto.op.as_str() {
                "InitializeTable" | "InitializeTableV2" | "LookupTableImport" | "LookupTableImportV2" => {
                    if let (Origin::Table(table), Origin::Constant(keys), Origin::Constant(values)) =
                        (origin(0), origin(1), origin(2))
                    {
                        self.tables.fillings.insert(&table.name, Filling::Constants([keys, values]));
                    }
                }
                "InitializeTableFromTextFile" | "InitializeTableFromTextFileV2" => {
                    if let (Origin::Table(table), Origin::Asset(name)) = (origin(0), origin(1)) {
                        let filling = Filling::File { name, filler: node.proto, table };
                        self.tables.fillings.insert(&table.name, filling);
                    }
                }
                "PartitionedCall" | "StatefulPartitionedCall" if depth < MAX_DEPTH => {
                    let given: Vec<Origin<'a>> = (0..node.inputs.len()).map(origin).collect();
                    let Some(AttributeValue::Func(function)) = value(node.proto, "f") else { continue };
                    if !given.iter().any(|origin| matches!(origin, Origin::Table(_))) {
                        continue;
                    }
                    let Some(body) = self.function(&function.name) else { continue };
                    if body.nodes.iter().any(|node| fills(&node.proto.op)) {
                        self.find_filled(&body, &given, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    /// Where a tensor comes from, behind copies and behind variables that hold paths.
    fn origin(
        &self,
        graph: &Graph<'a>,
        source: Source,
        arguments: &[Origin<'a>],
        assigned: &FxHashMap<Source, Source>,
        depth: usize,
    ) -> Origin<'a> {
        let Source::Node(node, 0) = graph.behind_copies(source) else {
            return match source {
                Source::Argument(index) => arguments.get(index).cloned().unwrap_or(Origin::Other),
                Source::Node(..) => Origin::Other,
            };
        };
        let node = &graph.nodes[node];
        let proto = node.proto;
        if let Some(file) = self.tables.assets.get(&proto.name) {
            return Origin::Asset(file.clone());
        }
        match proto.op.as_str() {
            "Const" => Origin::Constant(proto),
            "ReadVariableOp" if depth < MAX_DEPTH => {
                let path = node.inputs.first().and_then(|variable| assigned.get(variable));
                path.map_or(Origin::Other, |&path| self.origin(graph, path, arguments, assigned, depth + 1))
            }
            op if is_table(op) => Origin::Table(proto),
            _ => Origin::Other,
        }
    }

    /// A node that looks something up, or asks how many keys there are.
    pub(crate) fn import_look_up(&mut self, graph: &Rc<Graph<'a>>, index: usize, table: Item) {
        let node = &graph.nodes[index];
        let Item::Table(table) = table else {
            if !self.reporter.has_errors() {
                self.reporter.error(part(node.proto), "it does not say in which table");
            }
            return;
        };
        let (keys, values) = match self.content(&table) {
            Ok(content) => content,
            Err(reason) => return self.reporter.error(part(node.proto), reason),
        };
        if node.proto.op.contains("Size") {
            let size = self.tensor(&node.proto.name, Tensor::scalar(keys.len() as i64));
            return self.set(Source::Node(index, 0), Item::Value(size));
        }
        let table = [keys, values].map(|tensor| self.tensor(&table, tensor));
        let rest: Option<Vec<Value>> = node.inputs.iter().skip(1).map(|&input| self.loaded(graph, input)).collect();
        let Some(rest) = rest else { return };
        let mut state = OpState::new("tf.LookupTableFindV2", Location::named(&node.proto.name));
        state.operands = [&table[..], &rest].concat().into();
        state.result_types = self.result_types(node).into();
        let op = self.module.create(state);
        let block = self.block();
        self.module.append(block, op);
        let found = self.module.result(op, 0);
        self.set(Source::Node(index, 0), Item::Value(found));
    }

    /// The keys and the values of a table.
    fn content(&self, table: &str) -> Result<(Tensor, Tensor), String> {
        let filling = self.tables.fillings.get(table);
        match filling.ok_or_else(|| format!("nothing fills the table \"{table}\" with constants or from an asset"))? {
            Filling::Constants(nodes) => {
                let [keys, values] = nodes.map(|node| match value(node, "value") {
                    Some(AttributeValue::Tensor(proto)) => import_tensor(self.file, proto),
                    _ => Err("it has no value".to_owned()),
                });
                let (keys, values) = (keys?, values?);
                match keys.shape().len() == 1 && keys.shape() == values.shape() {
                    true => Ok((keys, values)),
                    false => Err(format!("the table \"{table}\" has not as many values as keys")),
                }
            }
            Filling::File { name, filler, table } => {
                let bytes = self.file.open_neighbour(&format!("{ASSETS}/{name}"))?;
                let number = |name: &str, default: i64| match value(filler, name) {
                    Some(AttributeValue::I(number)) => *number,
                    _ => default,
                };
                let element = |name: &str| match value(table, name) {
                    Some(AttributeValue::Type(number)) => tensor_element(*number),
                    _ => Err(format!("the table does not say its {name}")),
                };
                let delimiter = match value(filler, "delimiter") {
                    Some(AttributeValue::S(text)) => text.first().copied(),
                    _ => None,
                };
                let lines = Lines {
                    bytes: &bytes,
                    offset: usize::try_from(number("offset", 0)).unwrap_or(0),
                    most: usize::try_from(number("vocab_size", -1)).unwrap_or(usize::MAX),
                    delimiter: delimiter.unwrap_or(b'\t'),
                };
                let columns = [("key_index", "key_dtype"), ("value_index", "value_dtype")];
                let [keys, values] = columns.map(|(column, dtype)| {
                    let element = element(dtype)?;
                    lines
                        .column(number(column, WHOLE_LINE), element)
                        .map_err(|reason| format!("asset \"{name}\": {reason}"))
                });
                Ok((keys?, values?))
            }
        }
    }
}

/// A text file of which each line is an entry of a table.
struct Lines<'f> {
    bytes: &'f [u8],
    /// How many lines come before the first entry.
    offset: usize,
    /// How many entries there are at most.
    most: usize,
    delimiter: u8,
}

impl Lines<'_> {
    /// What stands in one column, line by line.
    fn column(&self, column: i64, element: ElementType) -> Result<Tensor, String> {
        let bytes = self.bytes.strip_suffix(b"\n").unwrap_or(self.bytes);
        let lines = bytes.split(|&byte| byte == b'\n').filter(|_| !bytes.is_empty()).skip(self.offset).take(self.most);
        let text = |(number, line): (usize, &[u8])| -> Result<Vec<u8>, String> {
            let line: Vec<u8> = line.iter().copied().filter(|&byte| byte != b'\r').collect();
            match column {
                LINE_NUMBER => Ok(number.to_string().into_bytes()),
                WHOLE_LINE => Ok(line),
                column => {
                    let part = usize::try_from(column)
                        .ok()
                        .and_then(|column| line.split(|&byte| byte == self.delimiter).nth(column));
                    part.map(<[u8]>::to_vec)
                        .ok_or_else(|| format!("line {} has no column {column}", number + self.offset + 1))
                }
            }
        };
        let texts = lines.enumerate().map(text).collect::<Result<Vec<_>, String>>()?;
        let shape = [texts.len()];
        if element == ElementType::String {
            return Tensor::from_strings(&shape, texts).map_err(|error| error.to_string());
        }
        let number = |text: &Vec<u8>| {
            let number = std::str::from_utf8(text).ok().map(str::trim);
            let number = number.and_then(|text| match element.is_integer() {
                true => text.parse().ok().map(Scalar::Integer),
                false => text.parse().ok().map(Scalar::Float),
            });
            number.ok_or_else(|| format!("\"{}\" is no number", text.escape_ascii()))
        };
        let numbers = texts.iter().map(number).collect::<Result<Vec<Scalar>, String>>()?;
        tensor_of(element, &shape, &numbers).ok_or_else(|| format!("numbers of type {element} are not supported"))
    }
}

/// What variables are assigned, where nodes of the graph do it.
fn assigned(graph: &Graph<'_>) -> FxHashMap<Source, Source> {
    let assignments = graph.nodes.iter().filter(|node| node.proto.op == "AssignVariableOp");
    assignments.filter_map(|node| Some((*node.inputs.first()?, *node.inputs.get(1)?))).collect()
}

fn fills(op: &str) -> bool {
    op.starts_with("InitializeTable") || op.starts_with("LookupTableImport") || op.ends_with("PartitionedCall")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_columns() {
        let lines = Lines { bytes: b"red 1\r\ngreen 2\nblue x\n", offset: 1, most: 5, delimiter: b' ' };
        let words = |column| lines.column(column, ElementType::String).expect("words").strings().to_vec();
        assert_eq!(words(0), [b"green".to_vec(), b"blue".to_vec()]);
        assert_eq!(words(WHOLE_LINE), [b"green 2".to_vec(), b"blue x".to_vec()]);
        let numbers = lines.column(LINE_NUMBER, ElementType::I64).expect("numbers");
        assert_eq!(numbers.values::<i64>().as_ref(), [0, 1]);
        assert_eq!(lines.column(1, ElementType::I64).unwrap_err(), "\"x\" is no number");
        assert_eq!(lines.column(2, ElementType::String).unwrap_err(), "line 2 has no column 2");
        let empty = Lines { bytes: b"", offset: 0, most: 5, delimiter: b' ' };
        assert_eq!(empty.column(WHOLE_LINE, ElementType::String).expect("nothing").len(), 0);
    }
}
