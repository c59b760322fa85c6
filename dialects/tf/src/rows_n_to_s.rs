//! The operators, N to S: inputs, outputs, attributes.
//!
//! Restated from the operators that TensorFlow 2.21.0 registers.

use crate::schema::schemas;

schemas! {
    Ndtri(x: T) -> (y: T) {T: Type};
    Neg(x: T) -> (y: T) {T: Type};
    NextAfter(x1: T, x2: T) -> (output: T) {T: Type = f32};
    NextIteration(data: T) -> (output: T) {T: Type};
    NoOp() -> () {};
    NonMaxSuppression(boxes: f32, scores: f32, max_output_size: i32) -> (selected_indices: i32) {iou_threshold: Float};
        NonMaxSuppressionV2(boxes: T, scores: T, max_output_size: i32, iou_threshold: T_threshold) ->
        (selected_indices: i32) {
        T: Type = f32, T_threshold: Type = f32
    };
        NonMaxSuppressionV3(boxes: T, scores: T, max_output_size: i32, iou_threshold: T_threshold, score_threshold:
        T_threshold) -> (selected_indices: i32) {
        T: Type = f32, T_threshold: Type = f32
    };
        NonMaxSuppressionV4(boxes: T, scores: T, max_output_size: i32, iou_threshold: T_threshold, score_threshold:
        T_threshold) -> (selected_indices: i32, valid_outputs: i32) {
        T: Type = f32, T_threshold: Type = f32, pad_to_max_output_size: Bool
    };
        NonMaxSuppressionV5(boxes: T, scores: T, max_output_size: i32, iou_threshold: T, score_threshold: T,
        soft_nms_sigma: T) -> (selected_indices: i32, selected_scores: T, valid_outputs: i32) {
        T: Type = f32, pad_to_max_output_size: Bool
    };
        NonMaxSuppressionWithOverlaps(overlaps: f32, scores: f32, max_output_size: i32, overlap_threshold: f32,
        score_threshold: f32) -> (selected_indices: i32) {
    };
    NotEqual(x: T, y: T) -> (z: i1) {T: Type, incompatible_shape_error: Bool};
    NthElement(input: T, n: i32) -> (values: T) {T: Type, reverse: Bool};
    OneHot(indices: TI, depth: i32, on_value: T, off_value: T) -> (output: T) {T: Type, TI: Type = i64, axis: Int};
    OnesLike(x: T) -> (y: T) {T: Type};
    Pack(values: N * T) -> (output: T) {N: Int, T: Type, axis: Int};
    Pad(input: T, paddings: Tpaddings) -> (output: T) {T: Type, Tpaddings: Type = i32};
    PadV2(input: T, paddings: Tpaddings, constant_values: T) -> (output: T) {T: Type, Tpaddings: Type = i32};
    ParallelConcat(values: N * T) -> (output: T) {N: Int, T: Type, shape: Shape};
    ParallelDynamicStitch(indices: N * i32, data: N * T) -> (merged: T) {N: Int, T: Type};
        ParameterizedTruncatedNormal(shape: T, means: dtype, stdevs: dtype, minvals: dtype, maxvals: dtype) ->
        (output: dtype) {
        T: Type, dtype: Type, seed: Int, seed2: Int
    };
    PartitionedCall(args: [Tin]) -> (output: [Tout]) {
        Tin: Types, Tout: Types, config: String, config_proto: String, executor_type: String, f: Function
    };
    Placeholder() -> (output: dtype) {dtype: Type, shape: Shape};
    PlaceholderV2() -> (output: dtype) {dtype: Type, shape: Shape};
    PlaceholderWithDefault(input: dtype) -> (output: dtype) {dtype: Type, shape: Shape};
    Polygamma(a: T, x: T) -> (z: T) {T: Type};
    Pow(x: T, y: T) -> (z: T) {T: Type};
    PreventGradient(input: T) -> (output: T) {T: Type, message: String};
    Print(input: T, data: [U]) -> (output: T) {T: Type, U: Types, first_n: Int, message: String, summarize: Int};
    PrintV2(input: string) -> () {end: String, output_stream: String};
    Prod(input: T, reduction_indices: Tidx) -> (output: T) {T: Type, Tidx: Type = i32, keep_dims: Bool};
    Qr(input: T) -> (q: T, r: T) {T: Type, full_matrices: Bool};
    QuantizeAndDequantize(input: T) -> (output: T) {
        T: Type, input_max: Float, input_min: Float, num_bits: Int, range_given: Bool, signed_input: Bool
    };
    QuantizeAndDequantizeV2(input: T, input_min: T, input_max: T) -> (output: T) {
        T: Type, axis: Int, narrow_range: Bool, num_bits: Int, range_given: Bool, round_mode: String,
        signed_input: Bool
    };
    QuantizeAndDequantizeV3(input: T, input_min: T, input_max: T, num_bits: i32) -> (output: T) {
        T: Type, axis: Int, narrow_range: Bool, range_given: Bool, signed_input: Bool
    };
    QuantizeAndDequantizeV4(input: T, input_min: T, input_max: T) -> (output: T) {
        T: Type, axis: Int, narrow_range: Bool, num_bits: Int, range_given: Bool, round_mode: String,
        signed_input: Bool
    };
    QuantizeV2(input: f32, min_range: f32, max_range: f32) -> (output: T, output_min: f32, output_max: f32) {
        T: Type, axis: Int, ensure_minimum_range: Float, mode: String, narrow_range: Bool, round_mode: String
    };
    RFFT(input: Treal, fft_length: i32) -> (output: Tcomplex) {Tcomplex: Type = complex64, Treal: Type = f32};
    RFFT2D(input: Treal, fft_length: i32) -> (output: Tcomplex) {Tcomplex: Type = complex64, Treal: Type = f32};
    RFFT3D(input: Treal, fft_length: i32) -> (output: Tcomplex) {Tcomplex: Type = complex64, Treal: Type = f32};
    RGBToHSV(images: T) -> (output: T) {T: Type = f32};
        RaggedGather(params_nested_splits: PARAMS_RAGGED_RANK * Tsplits, params_dense_values: Tvalues, indices:
        Tindices) -> (output_nested_splits: OUTPUT_RAGGED_RANK * Tsplits, output_dense_values: Tvalues) {
        OUTPUT_RAGGED_RANK: Int, PARAMS_RAGGED_RANK: Int, Tindices: Type, Tsplits: Type = i64, Tvalues: Type
    };
    RaggedRange(starts: T, limits: T, deltas: T) -> (rt_nested_splits: Tsplits, rt_dense_values: T) {
        T: Type = i32, Tsplits: Type = i64
    };
        RaggedTensorToSparse(rt_nested_splits: RAGGED_RANK * Tsplits, rt_dense_values: T) -> (sparse_indices: i64,
        sparse_values: T, sparse_dense_shape: i64) {
        RAGGED_RANK: Int, T: Type, Tsplits: Type = i64
    };
        RaggedTensorToTensor(shape: Tshape, values: T, default_value: T, row_partition_tensors:
        num_row_partition_tensors * Tindex) -> (result: T) {
        T: Type, Tindex: Type, Tshape: Type, num_row_partition_tensors: Int, row_partition_types: Strings
    };
        RaggedTensorToVariant(rt_nested_splits: RAGGED_RANK * Tsplits, rt_dense_values: Tvalues) -> (encoded_ragged:
        variant) {
        RAGGED_RANK: Int, Tsplits: Type = i64, Tvalues: Type, batched_input: Bool
    };
    RandomShuffle(value: T) -> (output: T) {T: Type, seed: Int, seed2: Int};
    RandomStandardNormal(shape: T) -> (output: dtype) {T: Type, dtype: Type, seed: Int, seed2: Int};
    RandomUniform(shape: T) -> (output: dtype) {T: Type, dtype: Type, seed: Int, seed2: Int};
    RandomUniformInt(shape: T, minval: Tout, maxval: Tout) -> (output: Tout) {
        T: Type, Tout: Type, seed: Int, seed2: Int
    };
    Range(start: Tidx, limit: Tidx, delta: Tidx) -> (output: Tidx) {Tidx: Type = i32};
    Rank(input: T) -> (output: i32) {T: Type};
    ReadVariableOp(resource: resource) -> (value: dtype) {dtype: Type};
    Real(input: T) -> (output: Tout) {T: Type = complex64, Tout: Type = f32};
    RealDiv(x: T, y: T) -> (z: T) {T: Type};
    Reciprocal(x: T) -> (y: T) {T: Type};
    ReduceJoin(inputs: string, reduction_indices: i32) -> (output: string) {keep_dims: Bool, separator: String};
    RefEnter(data: T) -> (output: T) {T: Type, frame_name: String, is_constant: Bool, parallel_iterations: Int};
    RefMerge(inputs: N * T) -> (output: T, value_index: i32) {N: Int, T: Type};
    RefSwitch(data: T, pred: i1) -> (output_false: T, output_true: T) {T: Type};
    RegexFullMatch(input: string, pattern: string) -> (output: i1) {};
    RegexReplace(input: string, pattern: string, rewrite: string) -> (output: string) {replace_global: Bool};
    Relu(features: T) -> (activations: T) {T: Type};
    Relu6(features: T) -> (activations: T) {T: Type};
    Reshape(tensor: T, shape: Tshape) -> (output: T) {T: Type, Tshape: Type = i32};
    ResizeArea(images: T, size: i32) -> (resized_images: f32) {T: Type, align_corners: Bool};
    ResizeBicubic(images: T, size: i32) -> (resized_images: f32) {
        T: Type, align_corners: Bool, half_pixel_centers: Bool
    };
    ResizeBilinear(images: T, size: i32) -> (resized_images: f32) {
        T: Type, align_corners: Bool, half_pixel_centers: Bool
    };
    ResizeNearestNeighbor(images: T, size: i32) -> (resized_images: T) {
        T: Type, align_corners: Bool, half_pixel_centers: Bool
    };
    ResourceGather(resource: resource, indices: Tindices) -> (output: dtype) {
        Tindices: Type, batch_dims: Int, dtype: Type, validate_indices: Bool
    };
    ResourceGatherNd(resource: resource, indices: Tindices) -> (output: dtype) {Tindices: Type, dtype: Type};
    Reverse(tensor: T, dims: i1) -> (output: T) {T: Type};
    ReverseSequence(input: T, seq_lengths: Tlen) -> (output: T) {
        T: Type, Tlen: Type = i64, batch_dim: Int, seq_dim: Int
    };
    ReverseV2(tensor: T, axis: Tidx) -> (output: T) {T: Type, Tidx: Type = i32};
    RightShift(x: T, y: T) -> (z: T) {T: Type};
    Rint(x: T) -> (y: T) {T: Type};
    Roll(input: T, shift: Tshift, axis: Taxis) -> (output: T) {T: Type, Taxis: Type, Tshift: Type};
    Round(x: T) -> (y: T) {T: Type};
    Rsqrt(x: T) -> (y: T) {T: Type};
    ScaleAndTranslate(images: T, size: i32, scale: f32, translation: f32) -> (resized_images: f32) {
        T: Type, antialias: Bool, kernel_type: String
    };
    ScatterNd(indices: Tindices, updates: T, shape: Tindices) -> (output: T) {
        T: Type, Tindices: Type, bad_indices_policy: String
    };
    SegmentMax(data: T, segment_ids: Tindices) -> (output: T) {T: Type, Tindices: Type};
    SegmentMean(data: T, segment_ids: Tindices) -> (output: T) {T: Type, Tindices: Type};
    SegmentMin(data: T, segment_ids: Tindices) -> (output: T) {T: Type, Tindices: Type};
    SegmentProd(data: T, segment_ids: Tindices) -> (output: T) {T: Type, Tindices: Type};
    SegmentSum(data: T, segment_ids: Tindices) -> (output: T) {T: Type, Tindices: Type};
    Select(condition: i1, t: T, e: T) -> (output: T) {T: Type};
    SelectV2(condition: i1, t: T, e: T) -> (output: T) {T: Type};
    SelfAdjointEigV2(input: T) -> (e: T, v: T) {T: Type, compute_v: Bool};
    Selu(features: T) -> (activations: T) {T: Type};
    Shape(input: T) -> (output: out_type) {T: Type, out_type: Type = i32};
    ShapeN(input: N * T) -> (output: N * out_type) {N: Int, T: Type, out_type: Type = i32};
    Sigmoid(x: T) -> (y: T) {T: Type};
    Sign(x: T) -> (y: T) {T: Type};
    Sin(x: T) -> (y: T) {T: Type};
    Sinh(x: T) -> (y: T) {T: Type};
    Size(input: T) -> (output: out_type) {T: Type, out_type: Type = i32};
    Slice(input: T, begin: Index, size: Index) -> (output: T) {Index: Type, T: Type};
    Snapshot(input: T) -> (output: T) {T: Type};
    Softmax(logits: T) -> (softmax: T) {T: Type};
    SoftmaxCrossEntropyWithLogits(features: T, labels: T) -> (loss: T, backprop: T) {T: Type};
    Softplus(features: T) -> (activations: T) {T: Type};
    Softsign(features: T) -> (activations: T) {T: Type};
    SpaceToBatch(input: T, paddings: Tpaddings) -> (output: T) {T: Type, Tpaddings: Type = i32, block_size: Int};
    SpaceToBatchND(input: T, block_shape: Tblock_shape, paddings: Tpaddings) -> (output: T) {
        T: Type, Tblock_shape: Type = i32, Tpaddings: Type = i32
    };
    SpaceToDepth(input: T) -> (output: T) {T: Type, block_size: Int, data_format: String};
        SparseFillEmptyRows(indices: i64, values: T, dense_shape: i64, default_value: T) -> (output_indices: i64,
        output_values: T, empty_row_indicator: i1, reverse_index_map: i64) {
        T: Type
    };
    SparseReshape(input_indices: i64, input_shape: i64, new_shape: i64) -> (output_indices: i64, output_shape: i64) {};
    SparseSegmentMean(data: T, indices: Tidx, segment_ids: Tsegmentids) -> (output: T) {
        T: Type, Tidx: Type = i32, Tsegmentids: Type = i32, sparse_gradient: Bool
    };
    SparseSegmentSqrtN(data: T, indices: Tidx, segment_ids: Tsegmentids) -> (output: T) {
        T: Type, Tidx: Type = i32, Tsegmentids: Type = i32, sparse_gradient: Bool
    };
    SparseSegmentSum(data: T, indices: Tidx, segment_ids: Tsegmentids) -> (output: T) {
        T: Type, Tidx: Type = i32, Tsegmentids: Type = i32, sparse_gradient: Bool
    };
    SparseSoftmaxCrossEntropyWithLogits(features: T, labels: Tlabels) -> (loss: T, backprop: T) {
        T: Type, Tlabels: Type = i64
    };
    SparseTensorDenseMatMul(a_indices: Tindices, a_values: T, a_shape: i64, b: T) -> (product: T) {
        T: Type, Tindices: Type = i64, adjoint_a: Bool, adjoint_b: Bool
    };
    SparseToDense(sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, default_value: T) -> (dense: T) {
        T: Type, Tindices: Type, validate_indices: Bool
    };
    Split(split_dim: i32, value: T) -> (output: num_split * T) {T: Type, num_split: Int};
    SplitV(value: T, size_splits: Tlen, split_dim: i32) -> (output: num_split * T) {
        T: Type, Tlen: Type = i64, num_split: Int
    };
    Sqrt(x: T) -> (y: T) {T: Type};
    Square(x: T) -> (y: T) {T: Type};
    SquaredDifference(x: T, y: T) -> (z: T) {T: Type};
    Squeeze(input: T) -> (output: T) {T: Type, squeeze_dims: Ints};
    Stack() -> (handle: string) {elem_type: Type, stack_name: String};
    StatefulPartitionedCall(args: [Tin]) -> (output: [Tout]) {
        Tin: Types, Tout: Types, config: String, config_proto: String, executor_type: String, f: Function
    };
    StatelessCase(branch_index: i32, input: [Tin]) -> (output: [Tout]) {
        Tin: Types, Tout: Types, branches: Functions, output_shapes: Shapes
    };
    StatelessIf(cond: Tcond, input: [Tin]) -> (output: [Tout]) {
        Tcond: Type, Tin: Types, Tout: Types, else_branch: Function, output_shapes: Shapes, then_branch:
        Function
    };
    StatelessMultinomial(logits: T, num_samples: i32, seed: Tseed) -> (output: output_dtype) {
        T: Type, Tseed: Type = i64, output_dtype: Type = i64
    };
    StatelessRandomGetAlg() -> (alg: i32) {};
    StatelessRandomGetKeyCounter(seed: Tseed) -> (key: u64, counter: u64) {Tseed: Type = i64};
    StatelessRandomGetKeyCounterAlg(seed: Tseed) -> (key: u64, counter: u64, alg: i32) {Tseed: Type = i64};
    StatelessRandomNormal(shape: T, seed: Tseed) -> (output: dtype) {
        T: Type = i32, Tseed: Type = i64, dtype: Type = f32
    };
    StatelessRandomNormalV2(shape: Tshape, key: u64, counter: u64, alg: i32) -> (output: dtype) {
        Tshape: Type = i32, dtype: Type = f32
    };
    StatelessRandomUniform(shape: T, seed: Tseed) -> (output: dtype) {
        T: Type = i32, Tseed: Type = i64, dtype: Type = f32
    };
    StatelessRandomUniformInt(shape: T, seed: Tseed, minval: dtype, maxval: dtype) -> (output: dtype) {
        T: Type, Tseed: Type = i64, dtype: Type
    };
        StatelessRandomUniformIntV2(shape: Tshape, key: u64, counter: u64, alg: i32, minval: dtype, maxval: dtype) ->
        (output: dtype) {
        Tshape: Type = i32, dtype: Type
    };
    StatelessRandomUniformV2(shape: Tshape, key: u64, counter: u64, alg: i32) -> (output: dtype) {
        Tshape: Type = i32, dtype: Type = f32
    };
    StatelessTruncatedNormal(shape: T, seed: Tseed) -> (output: dtype) {
        T: Type = i32, Tseed: Type = i64, dtype: Type = f32
    };
    StatelessTruncatedNormalV2(shape: Tshape, key: u64, counter: u64, alg: i32) -> (output: dtype) {
        Tshape: Type = i32, dtype: Type = f32
    };
    StatelessWhile(input: [T]) -> (output: [T]) {
        T: Types, body: Function, cond: Function, output_shapes: Shapes, parallel_iterations: Int
    };
    StaticRegexFullMatch(input: string) -> (output: i1) {pattern: String};
    StaticRegexReplace(input: string) -> (output: string) {pattern: String, replace_global: Bool, rewrite: String};
    StopGradient(input: T) -> (output: T) {T: Type};
    StridedSlice(input: T, begin: Index, end: Index, strides: Index) -> (output: T) {
        Index: Type, T: Type, begin_mask: Int, ellipsis_mask: Int, end_mask: Int, new_axis_mask: Int,
        shrink_axis_mask: Int
    };
    StringFormat(inputs: [T]) -> (output: string) {T: Types, placeholder: String, summarize: Int, template: String};
    StringJoin(inputs: N * string) -> (output: string) {N: Int, separator: String};
    StringLength(input: string) -> (output: i32) {unit: String};
    StringLower(input: string) -> (output: string) {encoding: String};
    StringNGrams(data: string, data_splits: Tsplits) -> (ngrams: string, ngrams_splits: Tsplits) {
        Tsplits: Type = i64, left_pad: String, ngram_widths: Ints, pad_width: Int, preserve_short_sequences:
        Bool, right_pad: String, separator: String
    };
    StringSplit(input: string, delimiter: string) -> (indices: i64, values: string, shape: i64) {skip_empty: Bool};
    StringSplitV2(input: string, sep: string) -> (indices: i64, values: string, shape: i64) {maxsplit: Int};
    StringStrip(input: string) -> (output: string) {};
    StringToHashBucket(string_tensor: string) -> (output: i64) {num_buckets: Int};
    StringToHashBucketFast(input: string) -> (output: i64) {num_buckets: Int};
    StringToHashBucketStrong(input: string) -> (output: i64) {key: Ints, num_buckets: Int};
    StringToNumber(string_tensor: string) -> (output: out_type) {out_type: Type = f32};
    StringUpper(input: string) -> (output: string) {encoding: String};
    Sub(x: T, y: T) -> (z: T) {T: Type};
    Substr(input: string, pos: T, len: T) -> (output: string) {T: Type, unit: String};
    Sum(input: T, reduction_indices: Tidx) -> (output: T) {T: Type, Tidx: Type = i32, keep_dims: Bool};
    Svd(input: T) -> (s: T, u: T, v: T) {T: Type, compute_uv: Bool, full_matrices: Bool};
    Switch(data: T, pred: i1) -> (output_false: T, output_true: T) {T: Type};
}
