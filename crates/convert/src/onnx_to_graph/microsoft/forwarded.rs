//! Operators that mean what those of the standard do, by the same attributes.

use crate::conversion::row::{Row, row};
use crate::onnx_to_graph::{activations, gather, pad, quantize, range, trilu};

pub(crate) const ROWS: &[Row] = &[
    row("com.microsoft.Gelu", activations::gelu),
    row("com.microsoft.QuantizeLinear", quantize::quantize_linear),
    row("com.microsoft.DequantizeLinear", quantize::dequantize_linear),
    row("com.microsoft.GatherND", gather::gather_nd),
    row("com.microsoft.Pad", pad::pad),
    row("com.microsoft.Range", range::range),
    row("com.microsoft.Trilu", trilu::trilu),
];
