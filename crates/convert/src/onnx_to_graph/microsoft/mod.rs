//! The domain `com.microsoft`: operators that onnxruntime's optimizer and exporters of language models write.

pub(crate) mod attention;
pub(crate) mod forwarded;
pub(crate) mod fourier;
pub(crate) mod fused;
pub(crate) mod gather_blocks;
pub(crate) mod grouped;
pub(crate) mod layers;
pub(crate) mod lstm;
pub(crate) mod matmul_nbits;
pub(crate) mod pools;
pub(crate) mod quantized;
