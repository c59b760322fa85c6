//! The operators, A to D: inputs, outputs, attributes.
//!
//! Restated from the operators that TensorFlow 2.21.0 registers.

use crate::schema::schemas;

schemas! {
    Abs(x: T) -> (y: T) {T: Type};
    Acos(x: T) -> (y: T) {T: Type};
    Acosh(x: T) -> (y: T) {T: Type};
    Add(x: T, y: T) -> (z: T) {T: Type};
    AddN(inputs: N * T) -> (sum: T) {N: Int, T: Type};
    AddV2(x: T, y: T) -> (z: T) {T: Type};
    AdjustContrastv2(images: T, contrast_factor: f32) -> (output: T) {T: Type = f32};
    AdjustHue(images: T, delta: f32) -> (output: T) {T: Type = f32};
    AdjustSaturation(images: T, scale: f32) -> (output: T) {T: Type = f32};
    All(input: i1, reduction_indices: Tidx) -> (output: i1) {Tidx: Type = i32, keep_dims: Bool};
    Angle(input: T) -> (output: Tout) {T: Type = complex64, Tout: Type = f32};
    Any(input: i1, reduction_indices: Tidx) -> (output: i1) {Tidx: Type = i32, keep_dims: Bool};
    ApproximateEqual(x: T, y: T) -> (z: i1) {T: Type, tolerance: Float};
    ArgMax(input: T, dimension: Tidx) -> (output: output_type) {T: Type, Tidx: Type = i32, output_type: Type = i64};
    ArgMin(input: T, dimension: Tidx) -> (output: output_type) {T: Type, Tidx: Type = i32, output_type: Type = i64};
    AsString(input: T) -> (output: string) {
        T: Type, fill: String, precision: Int, scientific: Bool, shortest: Bool, width: Int
    };
    Asin(x: T) -> (y: T) {T: Type};
    Asinh(x: T) -> (y: T) {T: Type};
    Assert(condition: i1, data: [T]) -> () {T: Types, summarize: Int};
    Atan(x: T) -> (y: T) {T: Type};
    Atan2(y: T, x: T) -> (z: T) {T: Type};
    Atanh(x: T) -> (y: T) {T: Type};
    AudioSpectrogram(input: f32) -> (spectrogram: f32) {magnitude_squared: Bool, stride: Int, window_size: Int};
    AvgPool(value: T) -> (output: T) {T: Type, data_format: String, ksize: Ints, padding: String, strides: Ints};
    AvgPool3D(input: T) -> (output: T) {T: Type, data_format: String, ksize: Ints, padding: String, strides: Ints};
    BatchMatMul(x: T, y: T) -> (output: T) {T: Type, adj_x: Bool, adj_y: Bool, grad_x: Bool, grad_y: Bool};
    BatchMatMulV2(x: T, y: T) -> (output: T) {T: Type, adj_x: Bool, adj_y: Bool, grad_x: Bool, grad_y: Bool};
    BatchMatMulV3(x: Ta, y: Tb) -> (output: Tout) {
        Ta: Type, Tb: Type, Tout: Type, adj_x: Bool, adj_y: Bool, grad_x: Bool, grad_y: Bool
    };
    BatchNormWithGlobalNormalization(t: T, m: T, v: T, beta: T, gamma: T) -> (result: T) {
        T: Type, scale_after_normalization: Bool, variance_epsilon: Float
    };
    BatchToSpace(input: T, crops: Tidx) -> (output: T) {T: Type, Tidx: Type = i32, block_size: Int};
    BatchToSpaceND(input: T, block_shape: Tblock_shape, crops: Tcrops) -> (output: T) {
        T: Type, Tblock_shape: Type = i32, Tcrops: Type = i32
    };
    BesselI0e(x: T) -> (y: T) {T: Type};
    BesselI1e(x: T) -> (y: T) {T: Type};
    Betainc(a: T, b: T, x: T) -> (z: T) {T: Type};
    BiasAdd(value: T, bias: T) -> (output: T) {T: Type, data_format: String};
    BiasAddV1(value: T, bias: T) -> (output: T) {T: Type};
    Bincount(arr: i32, size: i32, weights: T) -> (bins: T) {T: Type};
    Bitcast(input: T) -> (output: type) {T: Type, type: Type};
    BitwiseAnd(x: T, y: T) -> (z: T) {T: Type};
    BitwiseOr(x: T, y: T) -> (z: T) {T: Type};
    BitwiseXor(x: T, y: T) -> (z: T) {T: Type};
        BlockLSTM(seq_len_max: i64, x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T) -> (i: T, cs: T,
        f: T, o: T, ci: T, co: T, h: T) {
        T: Type, cell_clip: Float, forget_bias: Float, use_peephole: Bool
    };
        BlockLSTMV2(seq_len_max: i64, x: T, cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T) -> (i: T, cs:
        T, f: T, o: T, ci: T, co: T, h: T) {
        T: Type, cell_clip: Float, use_peephole: Bool
    };
    BroadcastArgs(s0: T, s1: T) -> (r0: T) {T: Type = i32};
    BroadcastTo(input: T, shape: Tidx) -> (output: T) {T: Type, Tidx: Type = i32};
    Bucketize(input: T) -> (output: i32) {T: Type, boundaries: Floats};
        CTCGreedyDecoder(inputs: T, sequence_length: i32) -> (decoded_indices: i64, decoded_values: i64,
        decoded_shape: i64, log_probability: T) {
        T: Type = f32, blank_index: Int, merge_repeated: Bool
    };
    Case(branch_index: i32, input: [Tin]) -> (output: [Tout]) {
        Tin: Types, Tout: Types, branches: Functions, output_shapes: Shapes
    };
    Cast(x: SrcT) -> (y: DstT) {DstT: Type, SrcT: Type, Truncate: Bool};
    Ceil(x: T) -> (y: T) {T: Type};
    CheckNumerics(tensor: T) -> (output: T) {T: Type, message: String};
    Cholesky(input: T) -> (output: T) {T: Type};
    ClipByValue(t: T, clip_value_min: T, clip_value_max: T) -> (output: T) {T: Type};
        CombinedNonMaxSuppression(boxes: f32, scores: f32, max_output_size_per_class: i32, max_total_size: i32,
        iou_threshold: f32, score_threshold: f32) -> (nmsed_boxes: f32, nmsed_scores: f32, nmsed_classes: f32,
        valid_detections: i32) {
        clip_boxes: Bool, pad_per_class: Bool
    };
    Complex(real: T, imag: T) -> (out: Tout) {T: Type = f32, Tout: Type = complex64};
    ComplexAbs(x: T) -> (y: Tout) {T: Type = complex64, Tout: Type = f32};
    Concat(concat_dim: i32, values: N * T) -> (output: T) {N: Int, T: Type};
    ConcatV2(values: N * T, axis: Tidx) -> (output: T) {N: Int, T: Type, Tidx: Type = i32};
    Conj(input: T) -> (output: T) {T: Type = complex64};
    Const() -> (output: dtype) {dtype: Type, value: Tensor};
    Conv(input: T, filter: T) -> (output: T) {
        T: Type, batch_dims: Int, data_format: String, dilations: Ints, explicit_paddings: Ints, groups: Int,
        padding: String, strides: Ints
    };
    Conv2D(input: T, filter: T) -> (output: T) {
        T: Type, data_format: String, dilations: Ints, explicit_paddings: Ints, padding: String, strides: Ints,
        use_cudnn_on_gpu: Bool
    };
    Conv2DBackpropInput(input_sizes: i32, filter: T, out_backprop: T) -> (output: T) {
        T: Type, data_format: String, dilations: Ints, explicit_paddings: Ints, padding: String, strides: Ints,
        use_cudnn_on_gpu: Bool
    };
    Conv3D(input: T, filter: T) -> (output: T) {
        T: Type, data_format: String, dilations: Ints, padding: String, strides: Ints
    };
    Conv3DBackpropInputV2(input_sizes: Tshape, filter: T, out_backprop: T) -> (output: T) {
        T: Type, Tshape: Type = i32, data_format: String, dilations: Ints, padding: String, strides: Ints
    };
    Copy(input: T) -> (output: T) {T: Type, debug_ops_spec: Strings, tensor_name: String};
    CopyHost(input: T) -> (output: T) {T: Type, debug_ops_spec: Strings, tensor_name: String};
    Cos(x: T) -> (y: T) {T: Type};
    Cosh(x: T) -> (y: T) {T: Type};
    CropAndResize(image: T, boxes: f32, box_ind: i32, crop_size: i32) -> (crops: f32) {
        T: Type, extrapolation_value: Float, method: String
    };
    Cross(a: T, b: T) -> (product: T) {T: Type};
    Cumprod(x: T, axis: Tidx) -> (out: T) {T: Type, Tidx: Type = i32, exclusive: Bool, reverse: Bool};
    Cumsum(x: T, axis: Tidx) -> (out: T) {T: Type, Tidx: Type = i32, exclusive: Bool, reverse: Bool};
    CumulativeLogsumexp(x: T, axis: Tidx) -> (out: T) {T: Type, Tidx: Type = i32, exclusive: Bool, reverse: Bool};
    DataFormatDimMap(x: T) -> (y: T) {T: Type = i32, dst_format: String, src_format: String};
    DataFormatVecPermute(x: T) -> (y: T) {T: Type = i32, dst_format: String, src_format: String};
    DecodeBase64(input: string) -> (output: string) {};
    DecodeImage(contents: string) -> (image: dtype) {channels: Int, dtype: Type = u8, expand_animations: Bool};
    DecodeJpeg(contents: string) -> (image: u8) {
        acceptable_fraction: Float, channels: Int, dct_method: String, fancy_upscaling: Bool, ratio: Int,
        try_recover_truncated: Bool
    };
    DecodePng(contents: string) -> (image: dtype) {channels: Int, dtype: Type = u8};
    DecodeRaw(bytes: string) -> (output: out_type) {little_endian: Bool, out_type: Type};
    DecodeWav(contents: string) -> (audio: f32, sample_rate: i32) {desired_channels: Int, desired_samples: Int};
    DeepCopy(x: T) -> (y: T) {T: Type};
    DenseBincount(input: Tidx, size: Tidx, weights: T) -> (output: T) {T: Type, Tidx: Type, binary_output: Bool};
    DepthToSpace(input: T) -> (output: T) {T: Type, block_size: Int, data_format: String};
    DepthwiseConv2dNative(input: T, filter: T) -> (output: T) {
        T: Type, data_format: String, dilations: Ints, explicit_paddings: Ints, padding: String, strides: Ints
    };
    DepthwiseConv2dNativeBackpropInput(input_sizes: i32, filter: T, out_backprop: T) -> (output: T) {
        T: Type, data_format: String, dilations: Ints, explicit_paddings: Ints, padding: String, strides: Ints
    };
    Dequantize(input: T, min_range: f32, max_range: f32) -> (output: dtype) {
        T: Type, axis: Int, dtype: Type = f32, mode: String, narrow_range: Bool
    };
    Diag(diagonal: T) -> (output: T) {T: Type};
    DiagPart(input: T) -> (diagonal: T) {T: Type};
    Digamma(x: T) -> (y: T) {T: Type};
    Dilation2D(input: T, filter: T) -> (output: T) {T: Type, padding: String, rates: Ints, strides: Ints};
    Div(x: T, y: T) -> (z: T) {T: Type};
    DivNoNan(x: T, y: T) -> (z: T) {T: Type};
    DrawBoundingBoxesV2(images: T, boxes: f32, colors: f32) -> (output: T) {T: Type = f32};
    DynamicPartition(data: T, partitions: i32) -> (outputs: num_partitions * T) {T: Type, num_partitions: Int};
    DynamicStitch(indices: N * i32, data: N * T) -> (merged: T) {N: Int, T: Type};
}
