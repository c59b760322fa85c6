//! The operators, T to Z: inputs, outputs, attributes.
//!
//! Restated from the operators that TensorFlow 2.21.0 registers.

use crate::schema::schemas;

schemas! {
    Tan(x: T) -> (y: T) {T: Type};
    Tanh(x: T) -> (y: T) {T: Type};
    TensorArrayCloseV3(handle: resource) -> () {};
    TensorArrayConcatV3(handle: resource, flow_in: f32) -> (value: dtype, lengths: i64) {
        dtype: Type, element_shape_except0: Shape
    };
    TensorArrayGatherV3(handle: resource, indices: i32, flow_in: f32) -> (value: dtype) {
        dtype: Type, element_shape: Shape
    };
    TensorArrayReadV3(handle: resource, index: i32, flow_in: f32) -> (value: dtype) {dtype: Type};
    TensorArrayScatterV3(handle: resource, indices: i32, value: T, flow_in: f32) -> (flow_out: f32) {T: Type};
    TensorArraySizeV3(handle: resource, flow_in: f32) -> (size: i32) {};
    TensorArraySplitV3(handle: resource, value: T, lengths: i64, flow_in: f32) -> (flow_out: f32) {T: Type};
    TensorArrayV3(size: i32) -> (handle: resource, flow: f32) {
        clear_after_read: Bool, dtype: Type, dynamic_size: Bool, element_shape: Shape, identical_element_shapes:
        Bool, tensor_array_name: String
    };
    TensorArrayWriteV3(handle: resource, index: i32, value: T, flow_in: f32) -> (flow_out: f32) {T: Type};
    TensorListConcat(input_handle: variant) -> (tensor: element_dtype, lengths: i64) {
        element_dtype: Type, element_shape: Shape
    };
        TensorListConcatV2(input_handle: variant, element_shape: shape_type, leading_dims: i64) -> (tensor:
        element_dtype, lengths: i64) {
        element_dtype: Type, shape_type: Type
    };
    TensorListElementShape(input_handle: variant) -> (element_shape: shape_type) {shape_type: Type};
    TensorListFromTensor(tensor: element_dtype, element_shape: shape_type) -> (output_handle: variant) {
        element_dtype: Type, shape_type: Type
    };
    TensorListGather(input_handle: variant, indices: i32, element_shape: i32) -> (values: element_dtype) {
        element_dtype: Type
    };
    TensorListGetItem(input_handle: variant, index: i32, element_shape: Tshape) -> (item: element_dtype) {
        Tshape: Type = i32, element_dtype: Type
    };
    TensorListLength(input_handle: variant) -> (length: i32) {};
    TensorListPopBack(input_handle: variant, element_shape: i32) -> (output_handle: variant, tensor: element_dtype) {
        element_dtype: Type
    };
    TensorListPushBack(input_handle: variant, tensor: element_dtype) -> (output_handle: variant) {element_dtype: Type};
    TensorListReserve(element_shape: shape_type, num_elements: i32) -> (handle: variant) {
        element_dtype: Type, shape_type: Type
    };
    TensorListResize(input_handle: variant, size: i32) -> (output_handle: variant) {};
    TensorListScatter(tensor: element_dtype, indices: i32, element_shape: shape_type) -> (output_handle: variant) {
        element_dtype: Type, shape_type: Type
    };
        TensorListScatterV2(tensor: element_dtype, indices: i32, element_shape: shape_type, num_elements: i32) ->
        (output_handle: variant) {
        element_dtype: Type, shape_type: Type
    };
    TensorListSetItem(input_handle: variant, index: i32, item: element_dtype) -> (output_handle: variant) {
        element_dtype: Type, resize_if_index_out_of_bounds: Bool
    };
    TensorListSplit(tensor: element_dtype, element_shape: shape_type, lengths: i64) -> (output_handle: variant) {
        element_dtype: Type, shape_type: Type
    };
    TensorListStack(input_handle: variant, element_shape: i32) -> (tensor: element_dtype) {
        element_dtype: Type, num_elements: Int
    };
    TensorScatterAdd(tensor: T, indices: Tindices, updates: T) -> (output: T) {
        T: Type, Tindices: Type, bad_indices_policy: String
    };
    TensorScatterMax(tensor: T, indices: Tindices, updates: T) -> (output: T) {
        T: Type, Tindices: Type, bad_indices_policy: String
    };
    TensorScatterMin(tensor: T, indices: Tindices, updates: T) -> (output: T) {
        T: Type, Tindices: Type, bad_indices_policy: String
    };
    TensorScatterSub(tensor: T, indices: Tindices, updates: T) -> (output: T) {
        T: Type, Tindices: Type, bad_indices_policy: String
    };
    TensorScatterUpdate(tensor: T, indices: Tindices, updates: T) -> (output: T) {
        T: Type, Tindices: Type, bad_indices_policy: String
    };
    TensorStridedSliceUpdate(input: T, begin: Index, end: Index, strides: Index, value: T) -> (output: T) {
        Index: Type, T: Type, begin_mask: Int, ellipsis_mask: Int, end_mask: Int, new_axis_mask: Int,
        shrink_axis_mask: Int
    };
    Tile(input: T, multiples: Tmultiples) -> (output: T) {T: Type, Tmultiples: Type = i32};
    TopK(input: T) -> (values: T, indices: i32) {T: Type, k: Int, sorted: Bool};
    TopKV2(input: T, k: Tk) -> (values: T, indices: index_type) {
        T: Type, Tk: Type = i32, index_type: Type = i32, sorted: Bool
    };
    Transpose(x: T, perm: Tperm) -> (y: T) {T: Type, Tperm: Type = i32};
    TridiagonalSolve(diagonals: T, rhs: T) -> (output: T) {T: Type, partial_pivoting: Bool, perturb_singular: Bool};
    TruncateDiv(x: T, y: T) -> (z: T) {T: Type};
    TruncateMod(x: T, y: T) -> (z: T) {T: Type};
    TruncatedNormal(shape: T) -> (output: dtype) {T: Type, dtype: Type, seed: Int, seed2: Int};
    UnicodeDecode(input: string) -> (row_splits: Tsplits, char_values: i32) {
        Tsplits: Type = i64, errors: String, input_encoding: String, replace_control_characters: Bool,
        replacement_char: Int
    };
    UnicodeDecodeWithOffsets(input: string) -> (row_splits: Tsplits, char_values: i32, char_to_byte_starts: i64) {
        Tsplits: Type = i64, errors: String, input_encoding: String, replace_control_characters: Bool,
        replacement_char: Int
    };
    Unique(x: T) -> (y: T, idx: out_idx) {T: Type, out_idx: Type = i32};
    UniqueV2(x: T, axis: Taxis) -> (y: T, idx: out_idx) {T: Type, Taxis: Type = i64, out_idx: Type = i32};
    UniqueWithCounts(x: T) -> (y: T, idx: out_idx, count: out_idx) {T: Type, out_idx: Type = i32};
    UniqueWithCountsV2(x: T, axis: Taxis) -> (y: T, idx: out_idx, count: out_idx) {
        T: Type, Taxis: Type = i64, out_idx: Type = i32
    };
    Unpack(value: T) -> (output: num * T) {T: Type, axis: Int, num: Int};
    UnravelIndex(indices: Tidx, dims: Tidx) -> (output: Tidx) {Tidx: Type = i32};
    UnsortedSegmentJoin(inputs: string, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: string) {
        Tindices: Type, Tnumsegments: Type = i32, separator: String
    };
    UnsortedSegmentMax(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T) {
        T: Type, Tindices: Type, Tnumsegments: Type = i32
    };
    UnsortedSegmentMin(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T) {
        T: Type, Tindices: Type, Tnumsegments: Type = i32
    };
    UnsortedSegmentProd(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T) {
        T: Type, Tindices: Type, Tnumsegments: Type = i32
    };
    UnsortedSegmentSum(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T) {
        T: Type, Tindices: Type, Tnumsegments: Type = i32
    };
    UpperBound(sorted_inputs: T, values: T) -> (output: out_type) {T: Type, out_type: Type = i32};
    VarHandleOp() -> (resource: resource) {
        allowed_devices: Strings, container: String, debug_name: String, dtype: Type, shape: Shape, shared_name:
        String
    };
    VarIsInitializedOp(resource: resource) -> (is_initialized: i1) {};
    Variable() -> (ref: dtype) {container: String, dtype: Type, shape: Shape, shared_name: String};
    VariableShape(input: resource) -> (output: out_type) {out_type: Type = i32};
    VariableV2() -> (ref: dtype) {container: String, dtype: Type, shape: Shape, shared_name: String};
    Where(input: T) -> (index: i64) {T: Type = i1};
    While(input: [T]) -> (output: [T]) {
        T: Types, body: Function, cond: Function, output_shapes: Shapes, parallel_iterations: Int
    };
    Xdivy(x: T, y: T) -> (z: T) {T: Type};
    Xlog1py(x: T, y: T) -> (z: T) {T: Type};
    Xlogy(x: T, y: T) -> (z: T) {T: Type};
    ZerosLike(x: T) -> (y: T) {T: Type};
    Zeta(x: T, q: T) -> (z: T) {T: Type};
}
