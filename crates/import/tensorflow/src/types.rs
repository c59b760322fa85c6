//! Element types and shapes.

use crate::proto::{DataType, TensorShapeProto};
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

/// What is added to the number of an element type for a variable's own memory.
const REFERENCE: i32 = 100;

/// The element type that a number of the format means: of tensors, or of handles.
///
/// # Errors
/// When the number is unknown or the type is not supported; one sentence.
pub(crate) fn element_type(number: i32) -> Result<Type, String> {
    use ElementType::*;
    let number = if number > REFERENCE { number - REFERENCE } else { number };
    let data_type = DataType::try_from(number).map_err(|_| format!("element type {number} is not known"))?;
    let element = match data_type {
        DataType::DtFloat => F32,
        DataType::DtDouble => F64,
        DataType::DtInt32 => I32,
        DataType::DtUint8 => U8,
        DataType::DtInt16 => I16,
        DataType::DtInt8 => I8,
        DataType::DtString => String,
        DataType::DtComplex64 => C64,
        DataType::DtInt64 => I64,
        DataType::DtBool => I1,
        DataType::DtBfloat16 => BF16,
        DataType::DtUint16 => U16,
        DataType::DtComplex128 => C128,
        DataType::DtHalf => F16,
        DataType::DtUint32 => U32,
        DataType::DtUint64 => U64,
        DataType::DtFloat8E5m2 => F8E5M2,
        DataType::DtFloat8E4m3fn => F8E4M3FN,
        DataType::DtFloat8E4m3fnuz => F8E4M3FNUZ,
        DataType::DtFloat8E5m2fnuz => F8E5M2FNUZ,
        DataType::DtResource => return Ok(kiln_tf::resource()),
        DataType::DtVariant => return Ok(kiln_tf::variant()),
        DataType::DtInvalid => return Err("the element type is missing".into()),
        // Integers with a scale that ops carry beside them.
        DataType::DtQint8 => I8,
        DataType::DtQuint8 => U8,
        DataType::DtQint16 => I16,
        DataType::DtQuint16 => U16,
        DataType::DtQint32 => I32,
        other => return Err(format!("element type {} is not supported", other.as_str_name())),
    };
    Ok(Type::from_element(element))
}

/// The element type of tensors that a number of the format means.
///
/// # Errors
/// As [`element_type`], and when it is that of handles.
pub(crate) fn tensor_element(number: i32) -> Result<ElementType, String> {
    let ty = element_type(number)?;
    ty.to_element().ok_or_else(|| format!("a tensor of {ty} is not supported"))
}

/// The extents of a shape, `Dim::Unknown` where they are not known; `None` if the rank is not known.
///
/// # Errors
/// When an extent cannot be, or all together are too large for memory; one sentence.
pub(crate) fn dims(shape: &TensorShapeProto) -> Result<Option<Vec<Dim>>, String> {
    if shape.unknown_rank {
        return Ok(None);
    }
    let mut dims = Vec::with_capacity(shape.dim.len());
    for (axis, dim) in shape.dim.iter().enumerate() {
        dims.push(match u64::try_from(dim.size) {
            Ok(size) => Dim::Static(size),
            Err(_) if dim.size == -1 => Dim::Unknown,
            Err(_) => return Err(format!("extent {} of axis {axis} cannot be", dim.size)),
        });
    }
    let known: Vec<usize> = dims.iter().filter_map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
    if kiln_tensor::element_count(&known).is_none_or(|count| count > isize::MAX as usize / 16) {
        return Err(format!("a tensor of shape {known:?} is too large for memory"));
    }
    Ok(Some(dims))
}

/// The extents of a shape that are all known.
///
/// # Errors
/// When one is not, or as [`dims`].
pub(crate) fn static_shape(shape: Option<&TensorShapeProto>) -> Result<Vec<usize>, String> {
    let Some(shape) = shape else { return Ok(Vec::new()) };
    let dims = dims(shape)?.ok_or("the rank is not known")?;
    let extent = |dim: &Dim| dim.as_static().and_then(|extent| usize::try_from(extent).ok());
    dims.iter().map(|dim| extent(dim).ok_or_else(|| "an extent is not known".to_owned())).collect()
}
