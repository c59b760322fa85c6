//! What tests that read `scripts/`'s files share, those of the driver included: the cache, NumPy files, the index of
//! exported cases, comparison.

#![allow(dead_code, reason = "each test uses a part of it")]

use kiln_tensor::{ElementType, Tensor};
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that `scripts/` fills; see `scripts/cache.py`.
pub fn cache() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = from("KILN_CACHE") {
        return folder;
    }
    let base = from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|home| home.join(".cache")));
    base.expect("HOME is set").join("kiln")
}

/// What to do when a file of the cache is not there.
pub const FETCH_HINT: &str = "run `make test`, or scripts/models.py, scripts/references.py, scripts/onnx_cases.py and \
                              scripts/contributed_cases.py";

/// A JSON file of the cache.
pub fn read_json(path: &Path) -> Json {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}; {FETCH_HINT}", path.display()));
    serde_json::from_str(&text).expect("scripts write JSON")
}

/// The tensor that an entry of the index describes; a reason if it is not a tensor Kiln has.
pub fn read_value(folder: &Path, entry: &Json) -> Result<Tensor, String> {
    if entry["type"] != "tensor" {
        return Err(format!("values of type {} are not supported", entry["type"].as_str().unwrap_or("?")));
    }
    let element = element(entry["element"].as_str().unwrap_or_default())?;
    let shape: Vec<usize> = entry["shape"].as_array().into_iter().flatten().map(number).collect();
    let path = folder.join(entry["file"].as_str().ok_or("there is no value")?);
    if element == ElementType::String {
        let strings = read_json(&path);
        let strings = strings.as_array().expect("strings are an array");
        let strings = strings.iter().map(|text| text.as_str().unwrap_or_default().as_bytes().to_vec()).collect();
        return Tensor::from_strings(&shape, strings).map_err(|error| error.to_string());
    }
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Tensor::from_bytes(element, &shape, npy_data(&bytes)?).map_err(|error| error.to_string())
}

fn number(value: &Json) -> usize {
    value.as_u64().and_then(|value| usize::try_from(value).ok()).expect("extents are numbers")
}

/// The elements of a `.npy` file in row-major order.
pub fn npy_data(bytes: &[u8]) -> Result<&[u8], String> {
    let header_start = if bytes.get(6) == Some(&1) { 10 } else { 12 };
    let length = match bytes.get(8..header_start) {
        Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]) as usize,
        _ => return Err("this is no .npy file".into()),
    };
    let header = String::from_utf8_lossy(&bytes[header_start..header_start + length]);
    match header.contains("'fortran_order': False") {
        true => Ok(&bytes[header_start + length..]),
        false => Err("the array is in Fortran order".into()),
    }
}

/// The arrays of an uncompressed `.npz` file, by name.
pub fn read_npz(path: &Path) -> Vec<(String, Tensor)> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let field = |at: usize, size: usize| {
        bytes[at..at + size].iter().rev().fold(0, |value, &byte| value << 8 | usize::from(byte))
    };
    let (mut at, mut arrays) = (0, Vec::new());
    while bytes.get(at..at + 4) == Some(b"PK\x03\x04") {
        let (size, name, extra) = (field(at + 18, 4), field(at + 26, 2), field(at + 28, 2));
        let start = at + 30 + name + extra;
        let name = String::from_utf8_lossy(&bytes[at + 30..at + 30 + name]).trim_end_matches(".npy").to_owned();
        arrays.push((name, read_npy(&bytes[start..start + size])));
        at = start + size;
    }
    arrays
}

/// The tensor in a `.npy` file, by its own header.
pub fn read_npy(bytes: &[u8]) -> Tensor {
    let data = npy_data(bytes).expect("scripts write row-major arrays");
    let header = String::from_utf8_lossy(&bytes[..bytes.len() - data.len()]);
    let after = |key: &str| header.split_once(key).expect("headers are complete").1;
    let element = match after("'descr': '").split('\'').next().unwrap_or_default() {
        "<f4" => ElementType::F32,
        "<f8" => ElementType::F64,
        "<i8" => ElementType::I64,
        "<i4" => ElementType::I32,
        "|b1" => ElementType::I1,
        other => panic!("{other} is not used by the models"),
    };
    let shape = after("'shape': (").split(')').next().unwrap_or_default();
    let shape: Vec<usize> = shape.split(',').filter_map(|extent| extent.trim().parse().ok()).collect();
    Tensor::from_bytes(element, &shape, data).expect("headers fit their data")
}

/// The element type by the name NumPy and ONNX have for it.
pub fn element(name: &str) -> Result<ElementType, String> {
    use ElementType::*;
    Ok(match name.to_ascii_lowercase().as_str() {
        "float" | "float32" => F32,
        "double" | "float64" => F64,
        "float16" => F16,
        "bfloat16" => BF16,
        "float8e4m3fn" | "float8_e4m3fn" => F8E4M3FN,
        "float8e4m3fnuz" | "float8_e4m3fnuz" => F8E4M3FNUZ,
        "float8e5m2" | "float8_e5m2" => F8E5M2,
        "float8e5m2fnuz" | "float8_e5m2fnuz" => F8E5M2FNUZ,
        "bool" => I1,
        "float8e8m0" | "float8_e8m0fnu" => F8E8M0FNU,
        "float4e2m1" | "float4_e2m1fn" => F4E2M1FN,
        "int2" => I2,
        "uint2" => U2,
        "int4" => I4,
        "uint4" => U4,
        "int8" => I8,
        "int16" => I16,
        "int32" => I32,
        "int64" => I64,
        "uint8" => U8,
        "uint16" => U16,
        "uint32" => U32,
        "uint64" => U64,
        "complex64" => C64,
        "complex128" => C128,
        "string" | "str" => String,
        other => return Err(format!("element type {other} is not supported")),
    })
}

/// What differs, if anything does beyond the tolerance `atol + rtol * |expected|`.
pub fn difference(found: &Tensor, expected: &Tensor, rtol: f64, atol: f64) -> Option<String> {
    if found.element() != expected.element() || found.shape() != expected.shape() {
        let (left, right) = (found.element(), expected.element());
        return Some(format!("is {left} {:?}, expected {right} {:?}", found.shape(), expected.shape()));
    }
    if found.element() == ElementType::String {
        return (found.strings() != expected.strings()).then(|| "strings differ".into());
    }
    let (Some(left), Some(right)) = (widen(found), widen(expected)) else {
        return (found.bytes() != expected.bytes()).then(|| "bits differ".into());
    };
    for (index, (left, right)) in left.iter().zip(&right).enumerate() {
        let close =
            left == right || (left.is_nan() && right.is_nan()) || (left - right).abs() <= atol + rtol * right.abs();
        if !close {
            return Some(format!("element {index} is {left}, expected {right}"));
        }
    }
    None
}

/// The elements as floats; complex ones as pairs.
fn widen(tensor: &Tensor) -> Option<Vec<f64>> {
    match tensor.element() {
        ElementType::C64 => Some(tensor.values::<[f32; 2]>().iter().flatten().map(|&part| f64::from(part)).collect()),
        ElementType::C128 => Some(tensor.values::<[f64; 2]>().iter().flatten().copied().collect()),
        _ => Some(kiln_tensor::scalar::scalars(tensor)?.into_iter().map(|scalar| scalar.to_f64()).collect()),
    }
}
