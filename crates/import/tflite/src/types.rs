//! Element types, and the types of tensors.

use crate::fields::tensor;
use crate::importer::Importer;
use crate::subgraph::Graph;
use crate::table::Table;
use kiln_ir::{Dim, Type, TypeKind};
use kiln_tensor::ElementType;

/// The most axes that a tensor may have.
pub(crate) const MOST_AXES: usize = 32;

/// The element type that a number of the format means.
///
/// # Errors
/// When the number is not known; one sentence.
pub(crate) fn element_type(number: i8) -> Result<Type, String> {
    use ElementType::*;
    Ok(Type::from_element(match number {
        0 => F32,
        1 => F16,
        2 => I32,
        3 => U8,
        4 => I64,
        5 => String,
        6 => I1,
        7 => I16,
        8 => C64,
        9 => I8,
        10 => F64,
        11 => C128,
        12 => U64,
        13 => return Ok(kiln_tflite::resource()),
        14 => return Ok(kiln_tflite::variant()),
        15 => U32,
        16 => U16,
        17 => I4,
        18 => BF16,
        19 => I2,
        20 => U4,
        21 => F8E4M3FN,
        22 => F8E5M2,
        _ => return Err(format!("element type {number} is not known")),
    }))
}

/// What stands for an extent that the file leaves open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OpenExtents {
    /// A symbol of its own: of the model's inputs.
    Symbols,
    /// Nothing: of other values.
    Unknown,
}

impl Importer<'_> {
    /// The type of a tensor.
    ///
    /// # Errors
    /// When the file is damaged, an extent cannot be or the element type is not known; one sentence.
    pub(crate) fn import_type(&mut self, graph: &Graph<'_>, index: usize, open: OpenExtents) -> Result<Type, String> {
        let table = graph.tensors.get(index)?;
        let element = element_type(table.number_or(tensor::TYPE, 0)?)?;
        let extents = extents(&table)?;
        if extents.is_empty() && open == OpenExtents::Unknown && !table.bool(tensor::HAS_RANK)? {
            return Ok(Type::new(TypeKind::UnrankedTensor(element)));
        }
        let mut dims = Vec::with_capacity(extents.len());
        for (axis, extent) in extents.into_iter().enumerate() {
            dims.push(match (extent, open) {
                (Some(extent), _) => Dim::Static(extent as u64),
                (None, OpenExtents::Unknown) => Dim::Unknown,
                (None, OpenExtents::Symbols) => self.symbols.fresh(&format!("{}_{axis}", graph.name_of(index))),
            });
        }
        let known: Vec<usize> = dims.iter().filter_map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
        if kiln_tensor::element_count(&known).is_none_or(|count| count > isize::MAX as usize / 16) {
            return Err(format!("a tensor of shape {known:?} is too large for memory"));
        }
        Ok(Type::tensor(&dims, element))
    }
}

/// The extents of a tensor, `None` where the file leaves one open.
pub(crate) fn extents(table: &Table<'_>) -> Result<Vec<Option<usize>>, String> {
    let shape = table.numbers::<i32>(tensor::SHAPE)?;
    // Where one extent is open, the shape has 1 there and the signature -1.
    let signature = table.numbers::<i32>(tensor::SHAPE_SIGNATURE)?.filter(|signature| signature.len() > 0);
    let Some(extents) = signature.or(shape) else { return Ok(Vec::new()) };
    if extents.len() > MOST_AXES {
        return Err(format!("a tensor of {} axes is more than the {MOST_AXES} that are supported", extents.len()));
    }
    let extent = |extent: i32| match extent {
        -1 => Ok(None),
        _ => usize::try_from(extent).map(Some).map_err(|_| format!("extent {extent} cannot be")),
    };
    extents.iter().map(extent).collect()
}
