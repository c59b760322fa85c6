//! One operator: an op of the dialect.

use crate::fields::{operator, operator_code};
use crate::importer::Importer;
use crate::options::ImportedOptions;
use crate::subgraph::Graph;
use crate::table::{Numbers, Table};
use crate::types::OpenExtents;
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::with_suggestion;
use kiln_ir::{Attribute, Block, Location, OpState, Value};
use kiln_tflite::{
    INTERMEDIATE_QUANTIZATION, OPERAND_QUANTIZATION, RESULT_QUANTIZATION, Schema, find_custom_schema, find_schema,
    schemas,
};

/// The number that says that an operator is custom.
const CUSTOM: i32 = 32;

/// The longest name of a custom operator.
const LONGEST_CUSTOM_NAME: usize = 200;

/// An operator that a model uses.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// Its name: that of the format, or that of the custom operator.
    pub name: String,
    /// What is known of it.
    pub schema: Option<&'static Schema>,
    pub is_custom: bool,
}

impl Code {
    /// The operator that an entry of the model's list means.
    ///
    /// # Errors
    /// When there is none of its number; one sentence.
    pub fn import(table: &Table<'_>) -> Result<Code, String> {
        // Numbers above 127 do not fit the first field, which says 127 then.
        let old = i32::from(table.number_or(operator_code::DEPRECATED_CODE, 0i8)?);
        let code = old.max(table.number_or(operator_code::CODE, 0i32)?);
        if code != CUSTOM {
            let schema = find_schema(code).ok_or_else(|| format!("operator {code} is not known"))?;
            return Ok(Code { name: schema.name.into(), schema: Some(schema), is_custom: false });
        }
        let name = table.string(operator_code::CUSTOM_CODE)?.unwrap_or_default();
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '-');
        if name.is_empty() || name.len() > LONGEST_CUSTOM_NAME || !name.chars().all(is_letter) {
            return Err(format!("\"{}\" cannot be the name of a custom operator", name.escape_default()));
        }
        if schemas().any(|schema| schema.code.is_some() && schema.name == name) {
            return Err(format!("a custom operator cannot have the name of operator {name}"));
        }
        Ok(Code { schema: find_custom_schema(&name), name, is_custom: true })
    }
}

impl<'a> Importer<'a> {
    /// Imports an operator at the end of `block`. Its outputs are values whatever is wrong with it, so that nothing else
    /// is reported because of it.
    pub(crate) fn import_operator(&mut self, block: Block, graph: &mut Graph<'a>, index: usize, table: &Table<'a>) {
        let lists = operator_lists(table);
        let (inputs, outputs, intermediates) = match lists {
            Ok(lists) => lists,
            Err(error) => return self.reporter.error(format!("operator {index}"), error),
        };
        if !self.spend(inputs.len() + outputs.len() + intermediates.len()) {
            return;
        }
        let code = table.number_or(operator::CODE_INDEX, 0u32).map(|code| self.codes.get(code as usize).cloned());
        let first = outputs.first().and_then(|&output| usize::try_from(output).ok());
        let name = first.filter(|&first| first < graph.tensors.len()).map(|first| graph.name_of(first));
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| index.to_string());
        let Ok(Some(Some(code))) = code else {
            if !matches!(code, Ok(Some(None))) {
                self.reporter
                    .error(format!("operator \"{name}\""), "its number is not in the model's list of operators");
            }
            return self.define_outputs(block, graph, &outputs);
        };
        let part = format!("operator \"{name}\" ({})", code.name);
        let op_name = format!("tflite.{}", code.name);
        if code.schema.is_none() && !self.custom_operators.contains(&code.name) {
            self.report_unknown(&part, &code.name);
        }
        let mut state = OpState::new(&op_name, Location::named(&name));
        state.operands = self.import_operands(block, graph, &inputs, &part).into();
        state.result_types = self.result_types(graph, &outputs, &part).into();
        let options = self.options_of(&code, table, &part);
        state.attributes = options.attributes;
        for (name, tensors) in [
            (OPERAND_QUANTIZATION, &inputs),
            (RESULT_QUANTIZATION, &outputs),
            (INTERMEDIATE_QUANTIZATION, &intermediates),
        ] {
            if let Some(quantization) = self.quantization_of(graph, tensors) {
                state.attributes.set(name, quantization);
            }
        }
        state.region_count = options.subgraphs.len();
        let op = self.module.create(state);
        self.module.append(block, op);
        for (region, &number) in options.subgraphs.iter().enumerate() {
            let region = self.module.regions(op)[region];
            let inner = self.module.create_block(region, &[]);
            self.import_region(inner, number, &part);
        }
        for (index, &output) in outputs.iter().enumerate() {
            if let Ok(output) = usize::try_from(output) {
                graph.values.insert(output, self.module.result(op, index));
            }
        }
    }

    /// Values of the inputs; one that is left out is `tflite.none`.
    fn import_operands(&mut self, block: Block, graph: &mut Graph<'a>, inputs: &[i32], part: &str) -> Vec<Value> {
        let mut operands = Vec::with_capacity(inputs.len());
        for &input in inputs {
            operands.push(match usize::try_from(input) {
                Ok(index) if index < graph.tensors.len() => {
                    self.value_of(block, graph, index, &format!("{part} reads it"))
                }
                _ => {
                    if input != -1 {
                        self.report_missing(part, input, graph);
                    }
                    self.none(block)
                }
            });
        }
        operands
    }

    fn result_types(&mut self, graph: &Graph<'a>, outputs: &[i32], part: &str) -> Vec<kiln_ir::Type> {
        let mut types = Vec::with_capacity(outputs.len());
        for &output in outputs {
            types.push(match usize::try_from(output) {
                Ok(index) if index < graph.tensors.len() => self.type_of(graph, index, OpenExtents::Unknown),
                _ => {
                    if output != -1 {
                        self.report_missing(part, output, graph);
                    }
                    kiln_tflite::any_type()
                }
            });
        }
        types
    }

    fn report_missing(&self, part: &str, number: i32, graph: &Graph<'a>) {
        self.reporter.error(part, format!("there is no tensor {number}, there are {}", graph.tensors.len()));
    }

    /// Attributes and graphs out of the operator's options; what is wrong with them is reported.
    fn options_of(&mut self, code: &Code, table: &Table<'a>, part: &str) -> ImportedOptions {
        if code.is_custom {
            let attributes = self.import_custom_options(table).unwrap_or_else(|error| {
                self.reporter.error(part, error);
                Default::default()
            });
            return ImportedOptions { attributes, ..ImportedOptions::default() };
        }
        let Some(options) = code.schema.and_then(|schema| schema.options) else {
            return ImportedOptions::default();
        };
        let imported = self.import_options(table, options);
        for error in &imported.errors {
            self.reporter.error(part, error.as_str());
        }
        imported
    }

    /// What the elements of `tensors` stand for; `None` if all are what they are.
    fn quantization_of(&mut self, graph: &mut Graph<'a>, tensors: &[i32]) -> Option<Attribute> {
        let nothing = Attribute::dictionary(Vec::new());
        let mut all = Vec::with_capacity(tensors.len());
        for &tensor in tensors {
            let index = usize::try_from(tensor).ok().filter(|&index| index < graph.tensors.len());
            all.push(index.map_or(nothing, |index| {
                self.import_quantization(graph, index).unwrap_or_else(|error| {
                    self.reporter.error(graph.describe(index), error);
                    graph.quantizations.insert(index, nothing);
                    nothing
                })
            }));
        }
        all.iter().any(|&entry| entry != nothing).then(|| Attribute::array(&all))
    }

    /// Values for the outputs of an operator that cannot be made.
    fn define_outputs(&mut self, block: Block, graph: &mut Graph<'a>, outputs: &[i32]) {
        for output in outputs.iter().filter_map(|&output| usize::try_from(output).ok()) {
            let value = self.none(block);
            graph.values.insert(output, value);
        }
    }

    fn report_unknown(&self, part: &str, name: &str) {
        let message = match name.strip_prefix("Flex") {
            Some(inner) => format!("operator {inner} of TensorFlow, which the model calls by {name}, is not known"),
            None => format!("custom operator {name} is not known"),
        };
        let error = Diagnostic::error(self.reporter.part(part), message);
        let known = suggest(name, schemas().filter(|schema| schema.code.is_none()).map(|schema| schema.name));
        self.reporter.report(with_suggestion(error, known).with_help(format!(
            "a C function can compute it, --custom-op {name}=FUNCTION, or a rule say what it is, --rules FILE"
        )));
    }
}

/// The tensors that an operator reads, gives, and has between its steps.
fn operator_lists(table: &Table<'_>) -> Result<(Vec<i32>, Vec<i32>, Vec<i32>), String> {
    let list = |slot| -> Result<Vec<i32>, String> {
        let numbers: Option<Numbers<'_, i32>> = table.numbers(slot)?;
        Ok(numbers.map(|numbers| numbers.iter().collect()).unwrap_or_default())
    };
    Ok((list(operator::INPUTS)?, list(operator::OUTPUTS)?, list(operator::INTERMEDIATES)?))
}
