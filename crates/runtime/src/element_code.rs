//! The numbers that stand for element types in the C interface and in the metadata: ONNX's `TensorProto.DataType`.

use kiln_tensor::ElementType;

/// The element type whose number is `code`.
pub fn element_type_of(code: u32) -> Option<ElementType> {
    ElementType::ALL.into_iter().find(|&element| element.code() == code)
}

/// The name of `element` in the C interface.
pub(crate) fn element_constant(element: ElementType) -> &'static str {
    match element {
        ElementType::F32 => "KILN_F32",
        ElementType::U8 => "KILN_U8",
        ElementType::I8 => "KILN_I8",
        ElementType::U16 => "KILN_U16",
        ElementType::I16 => "KILN_I16",
        ElementType::I32 => "KILN_I32",
        ElementType::I64 => "KILN_I64",
        ElementType::String => "KILN_STRING",
        ElementType::I1 => "KILN_BOOL",
        ElementType::F16 => "KILN_F16",
        ElementType::F64 => "KILN_F64",
        ElementType::U32 => "KILN_U32",
        ElementType::U64 => "KILN_U64",
        ElementType::C64 => "KILN_C64",
        ElementType::C128 => "KILN_C128",
        ElementType::BF16 => "KILN_BF16",
        ElementType::F8E4M3FN => "KILN_F8E4M3FN",
        ElementType::F8E4M3FNUZ => "KILN_F8E4M3FNUZ",
        ElementType::F8E5M2 => "KILN_F8E5M2",
        ElementType::F8E5M2FNUZ => "KILN_F8E5M2FNUZ",
        ElementType::U4 => "KILN_U4",
        ElementType::I4 => "KILN_I4",
        ElementType::F4E2M1FN => "KILN_F4E2M1FN",
        ElementType::F8E8M0FNU => "KILN_F8E8M0FNU",
        ElementType::U2 => "KILN_U2",
        ElementType::I2 => "KILN_I2",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_c_header_has_the_same_numbers() {
        let header = include_str!("../c/kiln.h");
        for element in ElementType::ALL {
            assert_eq!(element_type_of(element.code()), Some(element));
            let line = format!("  {} = {}", element_constant(element), element.code());
            assert!(header.lines().any(|l| l.trim_end_matches(',') == line), "kiln.h has `{line}`");
        }
    }
}
