//! Signatures: which subgraph is the model, and what its inputs and outputs are called.

use crate::fields::{signature, tensor_map};
use crate::importer::Importer;
use crate::subgraph::Graph;
use crate::table::{Read, Table};
use kiln_diag::{Diagnostic, suggest};
use kiln_import_core::with_suggestion;
use rustc_hash::{FxHashMap, FxHashSet};

/// What the model's function is.
pub(crate) struct Interface {
    /// The number of its subgraph.
    pub subgraph: usize,
    inputs: FxHashMap<usize, String>,
    outputs: FxHashMap<usize, String>,
}

impl Interface {
    /// Unlike names for tensors: those of the signature, or else those of the tensors.
    pub fn names(&self, graph: &Graph<'_>, tensors: &[usize], are_inputs: bool) -> Vec<String> {
        let given = if are_inputs { &self.inputs } else { &self.outputs };
        let mut taken = FxHashSet::default();
        let mut names = Vec::with_capacity(tensors.len());
        for (place, index) in tensors.iter().enumerate() {
            let base = given.get(index).cloned().unwrap_or_else(|| graph.name_of(*index));
            let base = match base.as_str() {
                "" if are_inputs => format!("input_{place}"),
                "" => format!("output_{place}"),
                _ => base,
            };
            let numbered = (1..).map(|number| match number {
                1 => base.clone(),
                _ => format!("{base}_{number}"),
            });
            let name = numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(name.clone());
            names.push(name);
        }
        names
    }
}

impl Importer<'_> {
    /// The function of signature `wanted`; without one, that of the first subgraph, by the signature that it has.
    pub(crate) fn find_interface(&self, wanted: Option<&str>) -> Option<Interface> {
        let signatures: Vec<(String, Table<'_>)> = match self.signatures.iter().map(read_key).collect() {
            Ok(signatures) => signatures,
            Err(damage) => {
                self.reporter.error("signatures", damage.to_string());
                return None;
            }
        };
        let found = match wanted {
            Some(wanted) => {
                let found = signatures.iter().find(|(key, _)| key == wanted);
                if found.is_none() {
                    self.report_no_signature(wanted, &signatures);
                    return None;
                }
                found
            }
            None => signatures.iter().find(|(_, table)| table.number_or(signature::SUBGRAPH, 0u32) == Ok(0)),
        };
        if wanted.is_none() && signatures.len() > 1 {
            let keys: Vec<&str> = signatures.iter().map(|(key, _)| key.as_str()).take(20).collect();
            let taken = found.map_or("the first subgraph", |(key, _)| key);
            self.reporter.note(format!("of the signatures {}, this is {taken}", keys.join(", ")));
        }
        let interface = match found {
            Some((_, table)) => read_interface(table),
            None => Ok(Interface { subgraph: 0, inputs: FxHashMap::default(), outputs: FxHashMap::default() }),
        };
        interface.map_err(|damage| self.reporter.error("signatures", damage.to_string())).ok()
    }

    fn report_no_signature(&self, wanted: &str, signatures: &[(String, Table<'_>)]) {
        let keys = || signatures.iter().map(|(key, _)| key.as_str());
        let error = Diagnostic::error(self.reporter.whole(), format!("the model has no signature \"{wanted}\""));
        let known = suggest(wanted, keys());
        self.reporter.report(match known {
            None if signatures.is_empty() => error.with_help("it has none: leave the option out"),
            None => error.with_help(format!("its signatures are: {}", keys().take(20).collect::<Vec<_>>().join(", "))),
            known => with_suggestion(error, known),
        });
    }
}

fn read_key(table: Read<Table<'_>>) -> Read<(String, Table<'_>)> {
    let table = table?;
    Ok((table.string(signature::KEY)?.unwrap_or_default(), table))
}

fn read_interface(table: &Table<'_>) -> Read<Interface> {
    let names = |slot| -> Read<FxHashMap<usize, String>> {
        let mut names = FxHashMap::default();
        for entry in table.tables(slot)?.iter() {
            let entry = entry?;
            let index: u32 = entry.number_or(tensor_map::TENSOR, 0)?;
            names.entry(index as usize).or_insert(entry.string(tensor_map::NAME)?.unwrap_or_default());
        }
        Ok(names)
    };
    Ok(Interface {
        subgraph: table.number_or(signature::SUBGRAPH, 0u32)? as usize,
        inputs: names(signature::INPUTS)?,
        outputs: names(signature::OUTPUTS)?,
    })
}
