//! Tensors of the file: raw, in typed fields, or in a file beside it.

use crate::proto::tensor_proto::DataLocation;
use crate::proto::{SparseTensorProto, TensorProto};
use crate::types::element_type;
use half::{bf16, f16};
use kiln_import_core::ModelFile;
use kiln_tensor::{ElementType, Storage, Tensor, element_count};

/// The tensor that `proto` describes; its bytes are those of the file where they stand as they are needed.
///
/// # Errors
/// When shape, element type and data do not fit, or external data cannot be had; one sentence.
pub(crate) fn import_tensor(file: &ModelFile, proto: &TensorProto) -> Result<Tensor, String> {
    let element = element_type(proto.data_type)?;
    let shape = import_shape(&proto.dims)?;
    Tensor::byte_length(element, &shape).map_err(|error| error.to_string())?;
    if proto.segment.is_some() {
        return Err("tensors in segments are not supported".into());
    }
    if proto.data_location == DataLocation::External as i32 {
        return import_external(file, proto, element, &shape);
    }
    if !proto.raw_data.is_empty() {
        let storage = match file.range_of(&proto.raw_data) {
            Some(range) => Storage::Mapped { file: file.bytes().clone(), range },
            None => Storage::from_bytes(&proto.raw_data),
        };
        return import_raw(storage, element, &shape);
    }
    import_typed(proto, element, &shape)
}

/// Why a sparse tensor is refused.
pub(crate) fn describe_sparse(proto: &SparseTensorProto) -> String {
    let name = proto.values.as_ref().map_or("", |values| values.name.as_str());
    format!("sparse tensor \"{name}\" of shape {:?} is not supported", proto.dims)
}

fn import_shape(dims: &[i64]) -> Result<Vec<usize>, String> {
    dims.iter()
        .map(|&extent| usize::try_from(extent).map_err(|_| format!("extent {extent} in shape {dims:?} cannot be")))
        .collect()
}

/// Bytes as they stand in a file: little endian, types of 4 and 2 bits packed.
fn import_raw(storage: Storage, element: ElementType, shape: &[usize]) -> Result<Tensor, String> {
    let wrong_length = |expected: usize, found: usize| {
        Err(format!("shape {shape:?} of {element} asks for {expected} bytes, there are {found}"))
    };
    let count = element_count(shape).unwrap_or(0);
    match element {
        ElementType::String => Err("strings cannot be raw data".into()),
        _ if let bits @ (2 | 4) = element.bit_width() => {
            let (packed, in_byte) = (storage.bytes(), 8 / bits);
            if packed.len() != count.div_ceil(in_byte) {
                return wrong_length(count.div_ceil(in_byte), packed.len());
            }
            // Each is moved to the byte's upper end, and back with its sign, if it has one.
            let (place, upper) = (|at: usize| at % in_byte * bits, 8 - bits);
            let raised = (0..count).map(|at| packed[at / in_byte] >> place(at) << upper);
            let bytes: Vec<u8> = match element.is_signed_integer() {
                true => raised.map(|byte| (byte as i8 >> upper) as u8).collect(),
                false => raised.map(|byte| byte >> upper).collect(),
            };
            Tensor::from_bytes(element, shape, &bytes).map_err(|error| error.to_string())
        }
        ElementType::I1 if storage.bytes().iter().any(|&byte| byte > 1) => {
            let bytes: Vec<u8> = storage.bytes().iter().map(|&byte| u8::from(byte != 0)).collect();
            Tensor::from_bytes(element, shape, &bytes).map_err(|error| error.to_string())
        }
        _ => {
            let (expected, found) = (count * element.byte_size(), storage.bytes().len());
            if expected != found {
                return wrong_length(expected, found);
            }
            Tensor::new(element, shape, storage).map_err(|error| error.to_string())
        }
    }
}

/// Values in the field that belongs to the element type.
fn import_typed(proto: &TensorProto, element: ElementType, shape: &[usize]) -> Result<Tensor, String> {
    use ElementType::*;
    let count = element_count(shape).unwrap_or(0);
    let check = |found: usize| match found == count {
        true => Ok(()),
        false => Err(format!("shape {shape:?} asks for {count} elements, there are {found}")),
    };
    macro_rules! typed {
        ($field:ident, $convert:expr) => {{
            check(proto.$field.len())?;
            let values: Vec<_> = proto.$field.iter().copied().map($convert).collect();
            Tensor::from_values_as(element, shape, &values)
        }};
    }
    Ok(match element {
        F32 => typed!(float_data, |value: f32| value),
        F64 => typed!(double_data, |value: f64| value),
        I64 => typed!(int64_data, |value: i64| value),
        I32 => typed!(int32_data, |value: i32| value),
        I16 => typed!(int32_data, |value: i32| value as i16),
        I8 => typed!(int32_data, |value: i32| value as i8),
        U16 => typed!(int32_data, |value: i32| value as u16),
        U8 | F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU => typed!(int32_data, |value: i32| value as u8),
        I1 => typed!(int32_data, |value: i32| u8::from(value != 0)),
        F16 => typed!(int32_data, |value: i32| f16::from_bits(value as u16)),
        BF16 => typed!(int32_data, |value: i32| bf16::from_bits(value as u16)),
        U32 => typed!(uint64_data, |value: u64| value as u32),
        U64 => typed!(uint64_data, |value: u64| value),
        I2 | U2 | I4 | U4 | F4E2M1FN => {
            let bytes: Vec<u8> = proto.int32_data.iter().map(|&value| value as u8).collect();
            return import_raw(Storage::from_bytes(&bytes), element, shape);
        }
        C64 => {
            let pairs: Vec<[f32; 2]> = proto.float_data.as_chunks().0.to_vec();
            check(if proto.float_data.len().is_multiple_of(2) { pairs.len() } else { usize::MAX })?;
            Tensor::from_values(shape, &pairs)
        }
        C128 => {
            let pairs: Vec<[f64; 2]> = proto.double_data.as_chunks().0.to_vec();
            check(if proto.double_data.len().is_multiple_of(2) { pairs.len() } else { usize::MAX })?;
            Tensor::from_values(shape, &pairs)
        }
        String => {
            check(proto.string_data.len())?;
            let strings = proto.string_data.iter().map(|string| string.to_vec()).collect();
            Tensor::from_strings(shape, strings).map_err(|error| error.to_string())?
        }
    })
}

/// Bytes in a file beside the model.
fn import_external(
    file: &ModelFile,
    proto: &TensorProto,
    element: ElementType,
    shape: &[usize],
) -> Result<Tensor, String> {
    let find = |key: &str| proto.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
    let number = |key: &str| match find(key) {
        Some(text) => {
            let value = text.trim().parse::<usize>();
            value.map(Some).map_err(|_| format!("external data: {key} \"{}\" is not a size", text.escape_default()))
        }
        None => Ok(None),
    };
    let location = find("location").ok_or("external data has no location")?;
    let offset = number("offset")?.unwrap_or(0);
    let length = number("length")?;
    let neighbour = file.open_neighbour(location)?;
    let size = neighbour.len();
    let length = length.or_else(|| size.checked_sub(offset)).unwrap_or(0);
    match offset.checked_add(length) {
        Some(end) if end <= size => import_raw(Storage::Mapped { file: neighbour, range: offset..end }, element, shape),
        _ => Err(format!("external data \"{location}\" has {size} bytes, {length} from {offset} on are asked for")),
    }
}
