//! Tensors of the file: their bytes, or values in the field of their type, the last of which may stand for all that follow.

use crate::proto::TensorProto;
use crate::types::{static_shape, tensor_element};
use half::{bf16, f16};
use kiln_import_core::ModelFile;
use kiln_ir::{Attribute, Module, Type};
use kiln_tensor::{ElementType, Storage, Tensor, element_count};

/// The largest number of elements that are written out of fewer.
const MOST_REPEATED: usize = 1 << 26;

/// The tensor that `proto` describes, as an attribute; its bytes are those of the file where they stand as they are needed.
///
/// # Errors
/// When shape, element type and data do not fit; one sentence.
pub(crate) fn import_attribute(file: &ModelFile, module: &Module, proto: &TensorProto) -> Result<Attribute, String> {
    let element = tensor_element(proto.dtype)?;
    let shape = static_shape(proto.tensor_shape.as_ref())?;
    let count = element_count(&shape).unwrap_or(0);
    let values = if proto.tensor_content.is_empty() { value_count(proto, element) } else { usize::MAX };
    // What is the same everywhere takes no memory.
    if count > Module::INLINE_ELEMENTS && values <= 1 && element != ElementType::String {
        let ty = Type::static_tensor(&shape, Type::from_element(element));
        return Ok(Attribute::splat(ty, import_values(proto, element, &[])?));
    }
    Ok(module.tensor_attribute(import_tensor(file, proto)?))
}

/// The tensor that `proto` describes.
///
/// # Errors
/// When shape, element type and data do not fit; one sentence.
pub(crate) fn import_tensor(file: &ModelFile, proto: &TensorProto) -> Result<Tensor, String> {
    let element = tensor_element(proto.dtype)?;
    let shape = static_shape(proto.tensor_shape.as_ref())?;
    let expected = Tensor::byte_length(element, &shape).map_err(|error| error.to_string())?;
    if proto.tensor_content.is_empty() || element == ElementType::String {
        return import_values(proto, element, &shape);
    }
    let found = proto.tensor_content.len();
    if found != expected {
        return Err(format!("shape {shape:?} of {element} asks for {expected} bytes, there are {found}"));
    }
    let storage = match file.range_of(&proto.tensor_content) {
        Some(range) => Storage::Mapped { file: file.bytes().clone(), range },
        None => Storage::from_bytes(&proto.tensor_content),
    };
    stored(element, &shape, storage)
}

/// A tensor of bytes as files have them.
///
/// # Errors
/// When shape and bytes do not fit; one sentence.
pub(crate) fn stored(element: ElementType, shape: &[usize], storage: Storage) -> Result<Tensor, String> {
    if element == ElementType::I1 && storage.bytes().iter().any(|&byte| byte > 1) {
        let bytes: Vec<u8> = storage.bytes().iter().map(|&byte| u8::from(byte != 0)).collect();
        return Tensor::from_bytes(element, shape, &bytes).map_err(|error| error.to_string());
    }
    Tensor::new(element, shape, storage).map_err(|error| error.to_string())
}

/// How many values there are in the field of the element type.
fn value_count(proto: &TensorProto, element: ElementType) -> usize {
    use ElementType::*;
    match element {
        F32 => proto.float_val.len(),
        F64 => proto.double_val.len(),
        I32 | I16 | I8 | U16 | U8 => proto.int_val.len(),
        I64 => proto.int64_val.len(),
        I1 => proto.bool_val.len(),
        F16 | BF16 => proto.half_val.len(),
        U32 => proto.uint32_val.len(),
        U64 => proto.uint64_val.len(),
        C64 => proto.scomplex_val.len() / 2,
        C128 => proto.dcomplex_val.len() / 2,
        String => proto.string_val.len(),
        _ => 0,
    }
}

/// `values`, the last of them repeated until there are `count`; none at all are zeros.
fn repeated<T: Clone + Default>(mut values: Vec<T>, count: usize) -> Result<Vec<T>, String> {
    if values.len() > count {
        return Err(format!("the shape asks for {count} elements, there are {}", values.len()));
    }
    if count > values.len() && count > MOST_REPEATED {
        return Err(format!("{count} elements out of {} are more than is supported", values.len()));
    }
    let last = values.last().cloned().unwrap_or_default();
    values.resize(count, last);
    Ok(values)
}

fn import_values(proto: &TensorProto, element: ElementType, shape: &[usize]) -> Result<Tensor, String> {
    use ElementType::*;
    let count = element_count(shape).unwrap_or(0);
    macro_rules! typed {
        ($field:ident, $convert:expr) => {{
            let values: Vec<_> = proto.$field.iter().copied().map($convert).collect();
            Tensor::from_values_as(element, shape, &repeated(values, count)?)
        }};
    }
    Ok(match element {
        F32 => typed!(float_val, |value: f32| value),
        F64 => typed!(double_val, |value: f64| value),
        I32 => typed!(int_val, |value: i32| value),
        I16 => typed!(int_val, |value: i32| value as i16),
        I8 => typed!(int_val, |value: i32| value as i8),
        U16 => typed!(int_val, |value: i32| value as u16),
        U8 => typed!(int_val, |value: i32| value as u8),
        I64 => typed!(int64_val, |value: i64| value),
        I1 => typed!(bool_val, u8::from),
        F16 => typed!(half_val, |value: i32| f16::from_bits(value as u16)),
        BF16 => typed!(half_val, |value: i32| bf16::from_bits(value as u16)),
        U32 => typed!(uint32_val, |value: u32| value),
        U64 => typed!(uint64_val, |value: u64| value),
        C64 => Tensor::from_values(shape, &repeated(proto.scomplex_val.as_chunks::<2>().0.to_vec(), count)?),
        C128 => Tensor::from_values(shape, &repeated(proto.dcomplex_val.as_chunks::<2>().0.to_vec(), count)?),
        String => {
            let strings = proto.string_val.iter().map(|string| string.to_vec()).collect();
            Tensor::from_strings(shape, repeated(strings, count)?).map_err(|error| error.to_string())?
        }
        _ => return Err(format!("values of {element} are not supported")),
    })
}
