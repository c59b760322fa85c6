//! Options of operators: fields of a table, or a FlexBuffer, as attributes.

use crate::fields::operator;
use crate::importer::Importer;
use crate::table::Table;
use crate::types::element_type;
use kiln_ir::{Attribute, Attributes};
use kiln_tensor::Tensor;
use kiln_tflite::{CUSTOM_BYTES, CUSTOM_OPTIONS, Field, Kind, Options, Union};

/// What an operator's options say.
#[derive(Debug, Default)]
pub(crate) struct ImportedOptions {
    pub attributes: Attributes,
    /// The subgraphs that are its regions.
    pub subgraphs: Vec<u32>,
    /// What is wrong with them.
    pub errors: Vec<String>,
}

impl Importer<'_> {
    /// The fields of the table that an operator of these options has; where it has none, all are at their defaults.
    pub(crate) fn import_options(&self, table: &Table<'_>, options: &Options) -> ImportedOptions {
        let mut imported = ImportedOptions::default();
        let fields = options_table(table, options);
        for field in options.fields {
            let read = match &fields {
                Ok(Some(fields)) => import_field(fields, field, &mut imported),
                Ok(None) if field.kind == Kind::Subgraph => {
                    Err("it says which graph the operator runs, and is missing".into())
                }
                Ok(None) => Ok(()),
                Err(error) => Err(error.clone()),
            };
            if let Err(error) = read {
                imported.errors.push(format!("option \"{}\": {error}", field.name));
            }
        }
        imported
    }

    /// The options of a custom operator: a FlexBuffer, or bytes that only it understands.
    pub(crate) fn import_custom_options(&mut self, table: &Table<'_>) -> Result<Attributes, String> {
        let mut attributes = Attributes::new();
        let (offset, size): (u64, u64) =
            (table.number_or(operator::LARGE_CUSTOM_OFFSET, 0)?, table.number_or(operator::LARGE_CUSTOM_SIZE, 0)?);
        let bytes = match (offset, size) {
            (0 | 1, _) | (_, 0 | 1) => table.bytes(operator::CUSTOM_OPTIONS)?,
            _ => {
                let range = usize::try_from(offset).ok().zip(usize::try_from(size).ok());
                let range = range.and_then(|(offset, size)| Some(offset..offset.checked_add(size)?));
                let bytes = range.and_then(|range| self.file.bytes().get(range));
                Some(bytes.ok_or_else(|| format!("its {size} bytes of options from {offset} on are not in the file"))?)
            }
        };
        match bytes {
            None | Some([]) => {}
            Some(bytes) => match crate::flex::decode(bytes) {
                Some(decoded) => _ = attributes.set(CUSTOM_OPTIONS, decoded),
                None => {
                    let tensor = Tensor::from_values(&[bytes.len()], bytes);
                    attributes.set(CUSTOM_BYTES, self.module.tensor_attribute(tensor));
                }
            },
        }
        Ok(attributes)
    }
}

/// The table of an operator's options, if it is the expected one.
fn options_table<'f>(table: &Table<'f>, options: &Options) -> Result<Option<Table<'f>>, String> {
    let (kind, slot) = match options.union {
        Union::First => (operator::OPTIONS_TYPE, operator::OPTIONS),
        Union::Second => (operator::OPTIONS_2_TYPE, operator::OPTIONS_2),
    };
    if table.number_or(kind, 0u8)? != options.number {
        return Ok(None);
    }
    Ok(table.table(slot)?)
}

/// One field: an attribute unless it has its default value, or a graph.
fn import_field(table: &Table<'_>, field: &Field, imported: &mut ImportedOptions) -> Result<(), String> {
    let slot = field.slot;
    let integers = |values: &mut dyn Iterator<Item = i64>| Attribute::i64s(&values.collect::<Vec<_>>());
    let value = match field.kind {
        Kind::Bool => table.number::<u8>(slot)?.map(|value| Attribute::bool(value != 0)),
        Kind::Int32 => table.number::<i32>(slot)?.map(|value| Attribute::i64(i64::from(value))),
        Kind::Int64 => table.number::<i64>(slot)?.map(Attribute::i64),
        Kind::Float => table.number::<f32>(slot)?.map(Attribute::f32),
        Kind::String => table.string(slot)?.map(|text| Attribute::string(&text)),
        Kind::Bytes => table.bytes(slot)?.map(|bytes| integers(&mut bytes.iter().map(|&byte| i64::from(byte)))),
        Kind::Int32s => table.numbers::<i32>(slot)?.map(|numbers| integers(&mut numbers.iter().map(i64::from))),
        Kind::Int64s => table.numbers::<i64>(slot)?.map(|numbers| integers(&mut numbers.iter())),
        Kind::Bools => table
            .bytes(slot)?
            .map(|bytes| Attribute::array(&bytes.iter().map(|&byte| Attribute::bool(byte != 0)).collect::<Vec<_>>())),
        Kind::Floats => table
            .numbers::<f32>(slot)?
            .map(|numbers| Attribute::array(&numbers.iter().map(Attribute::f32).collect::<Vec<_>>())),
        Kind::Type => match table.number::<i8>(slot)? {
            Some(number) => Some(Attribute::ty(element_type(number)?)),
            None => None,
        },
        Kind::Word(words, size) => {
            let number = match size {
                1 => table.number::<i8>(slot)?.map(i32::from),
                _ => table.number::<i32>(slot)?,
            };
            number.map(|number| word(words, number)).transpose()?
        }
        Kind::Words(words) => match table.numbers::<i32>(slot)? {
            Some(numbers) => {
                let words = numbers.iter().map(|number| word(words, number)).collect::<Result<Vec<_>, _>>()?;
                Some(Attribute::array(&words))
            }
            None => None,
        },
        Kind::FlexBuffer => match table.bytes(slot)? {
            Some(bytes) if !bytes.is_empty() => Some(crate::flex::decode(bytes).ok_or("its FlexBuffer is damaged")?),
            _ => None,
        },
        Kind::Subgraph => {
            imported.subgraphs.push(table.number_or(slot, 0)?);
            None
        }
        Kind::Subgraphs => {
            let numbers = table.numbers::<u32>(slot)?;
            imported.subgraphs.extend(numbers.iter().flat_map(|numbers| numbers.iter()));
            None
        }
    };
    if let Some(value) = value.filter(|&value| Some(value) != field.default_attribute()) {
        imported.attributes.set(field.name, value);
    }
    Ok(())
}

fn word(words: &[&str], number: i32) -> Result<Attribute, String> {
    let word = usize::try_from(number).ok().and_then(|number| words.get(number));
    word.map(|word| Attribute::string(word)).ok_or_else(|| format!("{number} is none of its {} values", words.len()))
}
