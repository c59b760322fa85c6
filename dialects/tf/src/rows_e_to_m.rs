//! The operators, E to M: inputs, outputs, attributes.
//!
//! Restated from the operators that TensorFlow 2.21.0 registers.

use crate::schema::schemas;

schemas! {
    Eig(input: T) -> (e: Tout, v: Tout) {T: Type, Tout: Type, compute_v: Bool};
    Einsum(inputs: N * T) -> (output: T) {N: Int, T: Type, equation: String};
    Elu(features: T) -> (activations: T) {T: Type};
    Empty(shape: i32) -> (output: dtype) {dtype: Type, init: Bool};
    EmptyTensorList(element_shape: shape_type, max_num_elements: i32) -> (handle: variant) {
        element_dtype: Type, shape_type: Type
    };
    EncodeBase64(input: string) -> (output: string) {pad: Bool};
    EnsureShape(input: T) -> (output: T) {T: Type, shape: Shape};
    Enter(data: T) -> (output: T) {T: Type, frame_name: String, is_constant: Bool, parallel_iterations: Int};
    Equal(x: T, y: T) -> (z: i1) {T: Type, incompatible_shape_error: Bool};
    Erf(x: T) -> (y: T) {T: Type};
    Erfc(x: T) -> (y: T) {T: Type};
    Erfinv(x: T) -> (y: T) {T: Type};
    Exit(data: T) -> (output: T) {T: Type};
    Exp(x: T) -> (y: T) {T: Type};
    ExpandDims(input: T, dim: Tdim) -> (output: T) {T: Type, Tdim: Type = i32};
    Expm1(x: T) -> (y: T) {T: Type};
    ExtractGlimpse(input: f32, size: i32, offsets: f32) -> (glimpse: f32) {
        centered: Bool, noise: String, normalized: Bool, uniform_noise: Bool
    };
    ExtractImagePatches(images: T) -> (patches: T) {T: Type, ksizes: Ints, padding: String, rates: Ints, strides: Ints};
    FFT(input: Tcomplex) -> (output: Tcomplex) {Tcomplex: Type = complex64};
    FFT2D(input: Tcomplex) -> (output: Tcomplex) {Tcomplex: Type = complex64};
    FFT3D(input: Tcomplex) -> (output: Tcomplex) {Tcomplex: Type = complex64};
    FakeParam() -> (output: dtype) {dtype: Type, shape: Shape};
    FakeQuantWithMinMaxArgs(inputs: f32) -> (outputs: f32) {max: Float, min: Float, narrow_range: Bool, num_bits: Int};
    FakeQuantWithMinMaxVars(inputs: f32, min: f32, max: f32) -> (outputs: f32) {narrow_range: Bool, num_bits: Int};
    FakeQuantWithMinMaxVarsPerChannel(inputs: f32, min: f32, max: f32) -> (outputs: f32) {
        narrow_range: Bool, num_bits: Int
    };
    Fill(dims: index_type, value: T) -> (output: T) {T: Type, index_type: Type = i32};
    Floor(x: T) -> (y: T) {T: Type};
    FloorDiv(x: T, y: T) -> (z: T) {T: Type};
    FloorMod(x: T, y: T) -> (z: T) {T: Type};
    FractionalAvgPool(value: T) -> (output: T, row_pooling_sequence: i64, col_pooling_sequence: i64) {
        T: Type, deterministic: Bool, overlapping: Bool, pooling_ratio: Floats, pseudo_random: Bool, seed: Int,
        seed2: Int
    };
    FractionalMaxPool(value: T) -> (output: T, row_pooling_sequence: i64, col_pooling_sequence: i64) {
        T: Type, deterministic: Bool, overlapping: Bool, pooling_ratio: Floats, pseudo_random: Bool, seed: Int,
        seed2: Int
    };
        FusedBatchNorm(x: T, scale: T, offset: T, mean: T, variance: T) -> (y: T, batch_mean: T, batch_variance: T,
        reserve_space_1: T, reserve_space_2: T) {
        T: Type, data_format: String, epsilon: Float, exponential_avg_factor: Float, is_training: Bool
    };
        FusedBatchNormV2(x: T, scale: U, offset: U, mean: U, variance: U) -> (y: T, batch_mean: U, batch_variance: U,
        reserve_space_1: U, reserve_space_2: U) {
        T: Type, U: Type, data_format: String, epsilon: Float, exponential_avg_factor: Float, is_training: Bool
    };
        FusedBatchNormV3(x: T, scale: U, offset: U, mean: U, variance: U) -> (y: T, batch_mean: U, batch_variance: U,
        reserve_space_1: U, reserve_space_2: U, reserve_space_3: U) {
        T: Type, U: Type, data_format: String, epsilon: Float, exponential_avg_factor: Float, is_training: Bool
    };
    FusedPadConv2D(input: T, paddings: i32, filter: T) -> (output: T) {
        T: Type, mode: String, padding: String, strides: Ints
    };
    FusedResizeAndPadConv2D(input: T, size: i32, paddings: i32, filter: T) -> (output: T) {
        T: Type, mode: String, padding: String, resize_align_corners: Bool, strides: Ints
    };
    GRUBlockCell(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T) -> (r: T, u: T, c: T, h: T) {T: Type};
    Gather(params: Tparams, indices: Tindices) -> (output: Tparams) {
        Tindices: Type, Tparams: Type, validate_indices: Bool
    };
    GatherNd(params: Tparams, indices: Tindices) -> (output: Tparams) {
        Tindices: Type, Tparams: Type, bad_indices_policy: String
    };
    GatherV2(params: Tparams, indices: Tindices, axis: Taxis) -> (output: Tparams) {
        Taxis: Type, Tindices: Type, Tparams: Type, batch_dims: Int
    };
    Greater(x: T, y: T) -> (z: i1) {T: Type};
    GreaterEqual(x: T, y: T) -> (z: i1) {T: Type};
    HSVToRGB(images: T) -> (output: T) {T: Type = f32};
    HashTable() -> (table_handle: string) {
        container: String, key_dtype: Type, shared_name: String, use_node_name_sharing: Bool, value_dtype: Type
    };
    HashTableV2() -> (table_handle: resource) {
        container: String, key_dtype: Type, shared_name: String, use_node_name_sharing: Bool, value_dtype: Type
    };
    HistogramFixedWidth(values: T, value_range: T, nbins: i32) -> (out: dtype) {T: Type, dtype: Type = i32};
    IFFT(input: Tcomplex) -> (output: Tcomplex) {Tcomplex: Type = complex64};
    IFFT2D(input: Tcomplex) -> (output: Tcomplex) {Tcomplex: Type = complex64};
    IFFT3D(input: Tcomplex) -> (output: Tcomplex) {Tcomplex: Type = complex64};
    IRFFT(input: Tcomplex, fft_length: i32) -> (output: Treal) {Tcomplex: Type = complex64, Treal: Type = f32};
    IRFFT2D(input: Tcomplex, fft_length: i32) -> (output: Treal) {Tcomplex: Type = complex64, Treal: Type = f32};
    IRFFT3D(input: Tcomplex, fft_length: i32) -> (output: Treal) {Tcomplex: Type = complex64, Treal: Type = f32};
    Identity(input: T) -> (output: T) {T: Type};
    IdentityN(input: [T]) -> (output: [T]) {T: Types};
    If(cond: Tcond, input: [Tin]) -> (output: [Tout]) {
        Tcond: Type, Tin: Types, Tout: Types, else_branch: Function, output_shapes: Shapes, then_branch:
        Function
    };
    Igamma(a: T, x: T) -> (z: T) {T: Type};
    Igammac(a: T, x: T) -> (z: T) {T: Type};
    Imag(input: T) -> (output: Tout) {T: Type = complex64, Tout: Type = f32};
    ImmutableConst() -> (tensor: dtype) {dtype: Type, memory_region_name: String, shape: Shape};
    InTopK(predictions: f32, targets: T) -> (precision: i1) {T: Type = i32, k: Int};
    InTopKV2(predictions: f32, targets: T, k: T) -> (precision: i1) {T: Type = i32};
    InitializeTableFromTextFileV2(table_handle: resource, filename: string) -> () {
        delimiter: String, key_index: Int, offset: Int, value_index: Int, vocab_size: Int
    };
    InitializeTableV2(table_handle: resource, keys: Tkey, values: Tval) -> () {Tkey: Type, Tval: Type};
    Inv(x: T) -> (y: T) {T: Type};
    Invert(x: T) -> (y: T) {T: Type};
    InvertPermutation(x: T) -> (y: T) {T: Type = i32};
    IsFinite(x: T) -> (y: i1) {T: Type};
    IsInf(x: T) -> (y: i1) {T: Type};
    IsNan(x: T) -> (y: i1) {T: Type};
    L2Loss(t: T) -> (output: T) {T: Type};
    LRN(input: T) -> (output: T) {T: Type = f32, alpha: Float, beta: Float, bias: Float, depth_radius: Int};
        LSTMBlockCell(x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T) -> (i: T, cs: T, f: T, o: T,
        ci: T, co: T, h: T) {
        T: Type, cell_clip: Float, forget_bias: Float, use_peephole: Bool
    };
    LeakyRelu(features: T) -> (activations: T) {T: Type = f32, alpha: Float};
    LeftShift(x: T, y: T) -> (z: T) {T: Type};
    Less(x: T, y: T) -> (z: i1) {T: Type};
    LessEqual(x: T, y: T) -> (z: i1) {T: Type};
    Lgamma(x: T) -> (y: T) {T: Type};
    LinSpace(start: T, stop: T, num: Tidx) -> (output: T) {T: Type, Tidx: Type = i32};
    ListDiff(x: T, y: T) -> (out: T, idx: out_idx) {T: Type, out_idx: Type = i32};
    Log(x: T) -> (y: T) {T: Type};
    Log1p(x: T) -> (y: T) {T: Type};
    LogMatrixDeterminant(input: T) -> (sign: T, log_abs_determinant: T) {T: Type};
    LogSoftmax(logits: T) -> (logsoftmax: T) {T: Type};
    LogicalAnd(x: i1, y: i1) -> (z: i1) {};
    LogicalNot(x: i1) -> (y: i1) {};
    LogicalOr(x: i1, y: i1) -> (z: i1) {};
    LookupTableFind(table_handle: string, keys: Tin, default_value: Tout) -> (values: Tout) {Tin: Type, Tout: Type};
    LookupTableFindV2(table_handle: resource, keys: Tin, default_value: Tout) -> (values: Tout) {Tin: Type, Tout: Type};
    LookupTableSizeV2(table_handle: resource) -> (size: i64) {};
    LoopCond(input: i1) -> (output: i1) {};
    LowerBound(sorted_inputs: T, values: T) -> (output: out_type) {T: Type, out_type: Type = i32};
    Lu(input: T) -> (lu: T, p: output_idx_type) {T: Type, output_idx_type: Type = i32};
    MatMul(a: T, b: T) -> (product: T) {T: Type, grad_a: Bool, grad_b: Bool, transpose_a: Bool, transpose_b: Bool};
    MatrixBandPart(input: T, num_lower: Tindex, num_upper: Tindex) -> (band: T) {T: Type, Tindex: Type = i64};
    MatrixDeterminant(input: T) -> (output: T) {T: Type};
    MatrixDiag(diagonal: T) -> (output: T) {T: Type};
    MatrixDiagPart(input: T) -> (diagonal: T) {T: Type};
    MatrixDiagPartV2(input: T, k: i32, padding_value: T) -> (diagonal: T) {T: Type};
    MatrixDiagPartV3(input: T, k: i32, padding_value: T) -> (diagonal: T) {T: Type, align: String};
    MatrixDiagV2(diagonal: T, k: i32, num_rows: i32, num_cols: i32, padding_value: T) -> (output: T) {T: Type};
    MatrixDiagV3(diagonal: T, k: i32, num_rows: i32, num_cols: i32, padding_value: T) -> (output: T) {
        T: Type, align: String
    };
    MatrixExponential(input: T) -> (output: T) {T: Type};
    MatrixInverse(input: T) -> (output: T) {T: Type, adjoint: Bool};
    MatrixLogarithm(input: T) -> (output: T) {T: Type};
    MatrixSetDiag(input: T, diagonal: T) -> (output: T) {T: Type};
    MatrixSetDiagV2(input: T, diagonal: T, k: i32) -> (output: T) {T: Type};
    MatrixSetDiagV3(input: T, diagonal: T, k: i32) -> (output: T) {T: Type, align: String};
    MatrixSolve(matrix: T, rhs: T) -> (output: T) {T: Type, adjoint: Bool};
    MatrixSquareRoot(input: T) -> (output: T) {T: Type};
    MatrixTriangularSolve(matrix: T, rhs: T) -> (output: T) {T: Type, adjoint: Bool, lower: Bool};
    Max(input: T, reduction_indices: Tidx) -> (output: T) {T: Type, Tidx: Type = i32, keep_dims: Bool};
    MaxPool(input: T) -> (output: T) {
        T: Type = f32, data_format: String, explicit_paddings: Ints, ksize: Ints, padding: String, strides: Ints
    };
    MaxPool3D(input: T) -> (output: T) {T: Type, data_format: String, ksize: Ints, padding: String, strides: Ints};
    MaxPoolV2(input: T, ksize: i32, strides: i32) -> (output: T) {T: Type = f32, data_format: String, padding: String};
    MaxPoolWithArgmax(input: T) -> (output: T, argmax: Targmax) {
        T: Type, Targmax: Type = i64, include_batch_in_index: Bool, ksize: Ints, padding: String, strides: Ints
    };
    Maximum(x: T, y: T) -> (z: T) {T: Type};
    Mean(input: T, reduction_indices: Tidx) -> (output: T) {T: Type, Tidx: Type = i32, keep_dims: Bool};
    Merge(inputs: N * T) -> (output: T, value_index: i32) {N: Int, T: Type};
    Mfcc(spectrogram: f32, sample_rate: i32) -> (output: f32) {
        dct_coefficient_count: Int, filterbank_channel_count: Int, lower_frequency_limit: Float,
        upper_frequency_limit: Float
    };
    Min(input: T, reduction_indices: Tidx) -> (output: T) {T: Type, Tidx: Type = i32, keep_dims: Bool};
    Minimum(x: T, y: T) -> (z: T) {T: Type};
    MirrorPad(input: T, paddings: Tpaddings) -> (output: T) {T: Type, Tpaddings: Type = i32, mode: String};
    Mod(x: T, y: T) -> (z: T) {T: Type};
    Mul(x: T, y: T) -> (z: T) {T: Type};
    MulNoNan(x: T, y: T) -> (z: T) {T: Type};
    Multinomial(logits: T, num_samples: i32) -> (output: output_dtype) {
        T: Type, output_dtype: Type = i64, seed: Int, seed2: Int
    };
    MutableHashTableV2() -> (table_handle: resource) {
        container: String, key_dtype: Type, shared_name: String, use_node_name_sharing: Bool, value_dtype: Type
    };
        _FusedBatchNormEx(x: T, scale: U, offset: U, mean: U, variance: U, side_input: num_side_inputs * T) -> (y: T,
        batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U) {
        T: Type, U: Type, activation_mode: String, data_format: String, epsilon: Float, exponential_avg_factor:
        Float, is_training: Bool, num_side_inputs: Int
    };
    _FusedConv2D(input: T, filter: T, args: [TArgs], host_args: num_host_args * f32) -> (output: T) {
        T: Type, TArgs: Types, data_format: String, dilations: Ints, epsilon: Float, explicit_paddings: Ints,
        filter_format: String, fused_ops: Strings, leakyrelu_alpha: Float, num_args: Int, num_host_args: Int,
        padding: String, strides: Ints, use_cudnn_on_gpu: Bool
    };
    _FusedDepthwiseConv2dNative(input: T, filter: T, args: num_args * T) -> (output: T) {
        T: Type, data_format: String, dilations: Ints, epsilon: Float, fused_ops: Strings, leakyrelu_alpha:
        Float, num_args: Int, padding: String, strides: Ints
    };
    _FusedMatMul(a: T, b: T, args: num_args * T) -> (product: T) {
        T: Type, epsilon: Float, fused_ops: Strings, leakyrelu_alpha: Float, num_args: Int, transpose_a: Bool,
        transpose_b: Bool
    };
}
