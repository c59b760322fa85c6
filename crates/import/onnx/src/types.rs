//! Types of values, and element types.

use crate::importer::Importer;
use crate::proto::tensor_proto::DataType;
use crate::proto::tensor_shape_proto::dimension::Value as Extent;
use crate::proto::{TensorShapeProto, TypeProto, type_proto};
use kiln_ir::{Dim, Type, TypeKind};
use kiln_onnx::{Composite, any_element};
use kiln_tensor::ElementType;

/// The element type that a number of the format means.
///
/// # Errors
/// When the number is unknown or the type is not supported; one sentence.
pub(crate) fn element_type(number: i32) -> Result<ElementType, String> {
    use ElementType::*;
    let data_type = DataType::try_from(number).map_err(|_| format!("element type {number} is not known"))?;
    Ok(match data_type {
        DataType::Float => F32,
        DataType::Uint8 => U8,
        DataType::Int8 => I8,
        DataType::Uint16 => U16,
        DataType::Int16 => I16,
        DataType::Int32 => I32,
        DataType::Int64 => I64,
        DataType::String => String,
        DataType::Bool => I1,
        DataType::Float16 => F16,
        DataType::Double => F64,
        DataType::Uint32 => U32,
        DataType::Uint64 => U64,
        DataType::Complex64 => C64,
        DataType::Complex128 => C128,
        DataType::Bfloat16 => BF16,
        DataType::Float8e4m3fn => F8E4M3FN,
        DataType::Float8e4m3fnuz => F8E4M3FNUZ,
        DataType::Float8e5m2 => F8E5M2,
        DataType::Float8e5m2fnuz => F8E5M2FNUZ,
        DataType::Uint4 => U4,
        DataType::Int4 => I4,
        DataType::Float4e2m1 => F4E2M1FN,
        DataType::Float8e8m0 => F8E8M0FNU,
        DataType::Uint2 => U2,
        DataType::Int2 => I2,
        DataType::Undefined => return Err("the element type is missing".into()),
        DataType::Float6e2m3 | DataType::Float6e3m2 => {
            return Err(format!("element type {} is not supported", data_type.as_str_name()));
        }
    })
}

impl Importer<'_> {
    /// The type of the value called `name`; what the file does not say is unknown.
    ///
    /// # Errors
    /// When an extent cannot be or an element type is not known; one sentence.
    pub(crate) fn import_type(&mut self, name: &str, ty: &TypeProto) -> Result<Type, String> {
        use type_proto::Value;
        Ok(match &ty.value {
            None => kiln_onnx::any_type(),
            Some(Value::TensorType(tensor)) => {
                self.import_tensor_type(name, tensor.elem_type, tensor.shape.as_ref())?
            }
            Some(Value::SparseTensorType(tensor)) => {
                let dense = self.import_tensor_type(name, tensor.elem_type, tensor.shape.as_ref())?;
                Type::dialect("onnx", &format!("sparse<{dense}>"))
            }
            Some(Value::SequenceType(sequence)) => {
                // Each element has extents of its own: none that has a name is the same for all.
                let named = std::mem::replace(&mut self.named_extents, NamedExtents::None);
                let element = self.import_element_type(name, sequence.elem_type.as_deref());
                self.named_extents = named;
                let element = element?;
                Composite::Sequence(element).ty()
            }
            Some(Value::OptionalType(optional)) => {
                let element = self.import_element_type(name, optional.elem_type.as_deref())?;
                Composite::Optional(element).ty()
            }
            Some(Value::MapType(map)) => {
                let key = element_type(map.key_type)?;
                let value = self.import_element_type(name, map.value_type.as_deref())?;
                Type::dialect("onnx", &format!("map<{key}, {value}>"))
            }
            Some(Value::OpaqueType(opaque)) => {
                return Err(format!(
                    "opaque type \"{}\" of domain \"{}\" is not supported",
                    opaque.name, opaque.domain
                ));
            }
        })
    }

    fn import_element_type(&mut self, name: &str, ty: Option<&TypeProto>) -> Result<Type, String> {
        match ty {
            Some(ty) => self.import_type(name, ty),
            None => Ok(kiln_onnx::any_type()),
        }
    }

    fn import_tensor_type(
        &mut self,
        name: &str,
        element: i32,
        shape: Option<&TensorShapeProto>,
    ) -> Result<Type, String> {
        let element = match element {
            0 => any_element(),
            number => Type::from_element(element_type(number)?),
        };
        let Some(shape) = shape else { return Ok(Type::new(TypeKind::UnrankedTensor(element))) };
        let mut dims = Vec::with_capacity(shape.dim.len());
        for (axis, dim) in shape.dim.iter().enumerate() {
            dims.push(self.import_extent(name, axis, dim.value.as_ref())?);
        }
        let known: Vec<usize> = dims.iter().filter_map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
        if kiln_tensor::element_count(&known).is_none_or(|count| count > isize::MAX as usize / 16) {
            return Err(format!("a tensor of shape {known:?} is too large for memory"));
        }
        Ok(Type::tensor(&dims, element))
    }

    fn import_extent(&mut self, name: &str, axis: usize, extent: Option<&Extent>) -> Result<Dim, String> {
        match extent {
            Some(Extent::DimValue(value)) if *value >= 0 => Ok(Dim::Static(value.unsigned_abs())),
            Some(Extent::DimValue(value)) if *value < -1 => Err(format!("extent {value} of axis {axis} cannot be")),
            Some(Extent::DimParam(text)) if !is_anonymous(text) => match text.parse::<u64>() {
                Ok(value) => Ok(Dim::Static(value)),
                Err(_) if self.named_extents == NamedExtents::None => Ok(Dim::Unknown),
                Err(_) => Ok(self.symbols.named(text)),
            },
            _ => Ok(self.anonymous_extent(name, axis)),
        }
    }

    /// Inputs get a symbol for each axis without a name; of other values the extent is unknown.
    fn anonymous_extent(&mut self, name: &str, axis: usize) -> Dim {
        match self.named_extents {
            NamedExtents::All => self.symbols.fresh(&format!("{name}_{axis}")),
            NamedExtents::Named | NamedExtents::None => Dim::Unknown,
        }
    }
}

/// The extents that become symbols where a type is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NamedExtents {
    /// Every one that is not fixed: of inputs.
    All,
    /// Those that have a name.
    Named,
    /// No one: of the elements of sequences.
    None,
}

/// What exporters write for an extent that has no name.
fn is_anonymous(text: &str) -> bool {
    matches!(text.trim(), "" | "?" | "-1" | "None" | "none")
}
