//! The largest and the smallest numbers of element types.

use kiln_tensor::ElementType;

/// The largest finite number.
pub(crate) fn highest(element: ElementType) -> f64 {
    let bits = element.bit_width() as i32;
    match element {
        ElementType::F64 => f64::MAX,
        ElementType::F32 => f64::from(f32::MAX),
        ElementType::BF16 => 3.389_531_389_251_535_5e38,
        ElementType::F16 => 65504.0,
        element if element.is_signed_integer() => 2f64.powi(bits - 1) - 1.0,
        _ => 2f64.powi(bits) - 1.0,
    }
}

/// The smallest finite number, which is farthest below 0.
pub(crate) fn lowest(element: ElementType) -> f64 {
    match element {
        element if element.is_float() => -highest(element),
        element if element.is_signed_integer() => -2f64.powi(element.bit_width() as i32 - 1),
        _ => 0.0,
    }
}
