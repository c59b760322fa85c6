//! What the integers of a tensor stand for, as an attribute.

use crate::fields::{blockwise, quantization, tensor};
use crate::importer::Importer;
use crate::subgraph::Graph;
use crate::table::Table;
use crate::types::{element_type, extents};
use kiln_ir::{Attribute, Name};
use kiln_tensor::Tensor;

impl Importer<'_> {
    /// What the elements of tensor `index` stand for: a dictionary, empty if they are what they are.
    ///
    /// # Errors
    /// When scales, zero points and shape do not fit; one sentence.
    pub(crate) fn import_quantization(&mut self, graph: &mut Graph<'_>, index: usize) -> Result<Attribute, String> {
        if let Some(&known) = graph.quantizations.get(&index) {
            return Ok(known);
        }
        let table = graph.tensors.get(index)?;
        let entries = self.quantization_entries(graph, &table)?;
        let entries = entries.into_iter().map(|(name, value)| (Name::new(name), value)).collect();
        let attribute = Attribute::dictionary(entries);
        graph.quantizations.insert(index, attribute);
        Ok(attribute)
    }

    fn quantization_entries(
        &mut self,
        graph: &Graph<'_>,
        table: &Table<'_>,
    ) -> Result<Vec<(&'static str, Attribute)>, String> {
        let element = element_type(table.number_or(tensor::TYPE, 0)?)?.to_element();
        // Writers leave ranges of values on floats, which mean nothing.
        let Some(element) = element.filter(|element| element.is_integer()) else { return Ok(Vec::new()) };
        let Some(parameters) = table.table(tensor::QUANTIZATION)? else { return Ok(Vec::new()) };
        let axis: i32 = parameters.number_or(quantization::DIMENSION, 0)?;
        let shape = extents(table)?;
        if parameters.number_or(quantization::DETAILS_TYPE, 0u8)? == quantization::BLOCKWISE
            && let Some(details) = parameters.table(quantization::DETAILS)?
        {
            return self.blockwise_entries(graph, &details, axis);
        }
        let scales: Vec<f32> =
            parameters.numbers(quantization::SCALE)?.map(|scales| scales.iter().collect()).unwrap_or_default();
        let points: Vec<i64> =
            parameters.numbers(quantization::ZERO_POINT)?.map(|points| points.iter().collect()).unwrap_or_default();
        let count = scales.len();
        if !matches!(points.len(), 0 | 1) && points.len() != count {
            return Err(format!("{} zero points do not fit {count} scales", points.len()));
        }
        if let Some(scale) = scales.iter().find(|scale| !scale.is_finite() || **scale < 0.0) {
            return Err(format!("{scale} cannot be the scale of {element}"));
        }
        match scales.as_slice() {
            [] => Ok(Vec::new()),
            &[scale] => Ok(vec![
                ("scale", Attribute::f32(scale)),
                ("zero_point", Attribute::i64(points.first().copied().unwrap_or(0))),
            ]),
            scales => {
                let extent = usize::try_from(axis).ok().and_then(|axis| shape.get(axis).copied().flatten());
                if extent != Some(count) {
                    return Err(format!("{count} scales are not one for each index of axis {axis}"));
                }
                let mut entries = vec![
                    ("axis", Attribute::i64(i64::from(axis))),
                    ("scale", self.module.tensor_attribute(Tensor::from_values(&[count], scales))),
                ];
                if points.iter().any(|&point| point != 0) {
                    let points: Vec<i64> = points.iter().copied().cycle().take(count).collect();
                    entries.push(("zero_point", self.module.tensor_attribute(Tensor::from_values(&[count], &points))));
                }
                Ok(entries)
            }
        }
    }

    /// Scales of blocks along an axis, which are a tensor of their own.
    fn blockwise_entries(
        &mut self,
        graph: &Graph<'_>,
        details: &Table<'_>,
        axis: i32,
    ) -> Result<Vec<(&'static str, Attribute)>, String> {
        let mut entries = vec![
            ("axis", Attribute::i64(i64::from(axis))),
            ("block_size", Attribute::i64(i64::from(details.number_or(blockwise::BLOCK_SIZE, 0i32)?))),
        ];
        for (name, slot) in [("scale", blockwise::SCALES), ("zero_point", blockwise::ZERO_POINTS)] {
            // Zero points may be left out, scales not.
            let index: i32 = details.number_or(slot, if name == "scale" { 0 } else { -1 })?;
            let Ok(index) = usize::try_from(index) else { continue };
            if index >= graph.tensors.len() {
                return Err(format!("the {name} of blocks is tensor {index}, which there is not"));
            }
            match self.import_content(&graph.tensors.get(index)?)? {
                Some(tensor) => entries.push((name, self.module.tensor_attribute(tensor))),
                None if name == "scale" => return Err("the scales of blocks are no constant".into()),
                None => {}
            }
        }
        Ok(entries)
    }
}
