//! The operations: classes of `keras.ops` that stand in a model as nodes of their own.

use crate::rows::definitions;

/// Makes `OPERATIONS` and `DEFINITIONS` out of classes.
macro_rules! operations {
    ($($name:ident)*) => {
        definitions! { space "ops.", what "operation": $($name)* }

        /// The operations by class.
        pub(crate) const OPERATIONS: &[&str] = &[$(stringify!($name)),*];
    };
}

operations! {
    Abs Absolute AdaptiveAveragePool AdaptiveMaxPool Add All Amax Amin Any Append Arange Arccos Arccosh Arcsin Arcsinh
    Arctan Arctan2 Arctanh Argmax Argmin Argsort Array Average AveragePool BatchNorm BitwiseAnd BitwiseInvert
    BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo CDist Cast Cbrt Ceil Celu Cholesky
    Clip Concatenate Conv ConvTranspose ConvertToTensor Copy Cos Cosh CountNonzero CropImages Cross Cumprod Cumsum
    Deg2rad DepthToSpace DepthwiseConv Det Diag Diagonal Diff Digitize Divide DivideNoNan Dot DotProductAttention
    Einsum Elu EmptyLike Equal Erf Erfc Erfinv Exp Exp2 ExpandDims Expm1 ExtractPatches ExtractSequences FFT FFT2 Fabs
    Flip Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod Full FullLike GaussianBlur Gelu GetItem Glu Greater
    GreaterEqual HSVToRGB HardShrink HardSigmoid HardSilu HardTanh Heaviside Hstack Hypot IFFT2 IRFFT ISTFT InTopK
    Inner Inv Isclose Isfinite Isinf Isnan Isneginf Isposinf LayerNorm LeakyRelu LeftShift Less LessEqual Linspace Log
    Log10 Log1p Log2 LogSigmoid LogSoftmax Logaddexp Logaddexp2 Logdet LogicalAnd LogicalNot LogicalOr LogicalXor
    Logsumexp Matmul Max MaxPool Maximum Mean Median Min Minimum Mod Moments Moveaxis MultiHot Multiply NanToNum Ndim
    Negative Nonzero Norm Normalize NotEqual OneHot OnesLike Outer Pad PadImages Power Prod Ptp RFFT RGBToGrayscale
    RGBToHSV RMSNorm Rad2deg Ravel Reciprocal Relu Relu6 Repeat Reshape Resize RightShift Roll Rot90 Round Rsqrt STFT
    SaturateCast Scatter ScatterUpdate SearchSorted SegmentMax SegmentMin SegmentProd SegmentSum Select Selu
    SeparableConv Sigmoid Sign Signbit Silu Sin Sinc Sinh Size Slice SliceUpdate SobelEdges SoftShrink Softmax
    Softplus Softsign Solve SolveTriangular Sort SpaceToDepth SparsePlus SparseSigmoid Sparsemax Split Sqrt Square
    Squareplus Squeeze Stack Std StopGradient Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh TanhShrink Tensordot
    Threshold Tile TopK Trace Transpose Tril Triu TrueDivide Trunc Unfold Unstack Var Vdot Vstack Where ZerosLike
}
