//! The operators' options: tables of the file format, their numbers in the union `BuiltinOptions`, their fields.
//!
//! Tables without fields are left out: they say nothing.

use crate::schema::options;

options! { First:
    Conv2DOptions 1 {
        padding 0: Padding, stride_w 1: Int32, stride_h 2: Int32, fused_activation_function 3: Activation,
        dilation_w_factor 4: Int32 = 1, dilation_h_factor 5: Int32 = 1, quantized_bias_type 6: Type
    };
    DepthwiseConv2DOptions 2 {
        padding 0: Padding, stride_w 1: Int32, stride_h 2: Int32, depth_multiplier 3: Int32,
        fused_activation_function 4: Activation, dilation_w_factor 5: Int32 = 1, dilation_h_factor 6: Int32 = 1
    };
    ConcatEmbeddingsOptions 3 {
        num_channels 0: Int32, num_columns_per_channel 1: Int32s, embedding_dim_per_channel 2: Int32s
    };
    LSHProjectionOptions 4 {type 0: Projection};
    Pool2DOptions 5 {
        padding 0: Padding, stride_w 1: Int32, stride_h 2: Int32, filter_width 3: Int32, filter_height 4: Int32,
        fused_activation_function 5: Activation
    };
    SVDFOptions 6 {rank 0: Int32, fused_activation_function 1: Activation, asymmetric_quantize_inputs 2: Bool};
    RNNOptions 7 {fused_activation_function 0: Activation, asymmetric_quantize_inputs 1: Bool};
    FullyConnectedOptions 8 {
        fused_activation_function 0: Activation, weights_format 1: WeightsFormat, keep_num_dims 2: Bool,
        asymmetric_quantize_inputs 3: Bool, quantized_bias_type 4: Type, quant_spec 5: Bytes
    };
    SoftmaxOptions 9 {beta 0: Float};
    ConcatenationOptions 10 {axis 0: Int32, fused_activation_function 1: Activation};
    AddOptions 11 {fused_activation_function 0: Activation, pot_scale_int16 1: Bool = 1};
    L2NormOptions 12 {fused_activation_function 0: Activation};
    LocalResponseNormalizationOptions 13 {radius 0: Int32, bias 1: Float, alpha 2: Float, beta 3: Float};
    LSTMOptions 14 {
        fused_activation_function 0: Activation, cell_clip 1: Float, proj_clip 2: Float, kernel_type 3: LstmKernel,
        asymmetric_quantize_inputs 4: Bool
    };
    ResizeBilinearOptions 15 {align_corners 2: Bool, half_pixel_centers 3: Bool};
    CallOptions 16 {subgraph 0: Subgraph};
    ReshapeOptions 17 {new_shape 0: Int32s};
    SkipGramOptions 18 {ngram_size 0: Int32, max_skip_size 1: Int32, include_all_ngrams 2: Bool};
    SpaceToDepthOptions 19 {block_size 0: Int32};
    EmbeddingLookupSparseOptions 20 {combiner 0: Combiner};
    MulOptions 21 {fused_activation_function 0: Activation};
    GatherOptions 23 {axis 0: Int32, batch_dims 1: Int32};
    ReducerOptions 27 {keep_dims 0: Bool};
    SubOptions 28 {fused_activation_function 0: Activation, pot_scale_int16 1: Bool = 1};
    DivOptions 29 {fused_activation_function 0: Activation};
    SqueezeOptions 30 {squeeze_dims 0: Int32s};
    SequenceRNNOptions 31 {
        time_major 0: Bool, fused_activation_function 1: Activation, asymmetric_quantize_inputs 2: Bool
    };
    StridedSliceOptions 32 {
        begin_mask 0: Int32, end_mask 1: Int32, ellipsis_mask 2: Int32, new_axis_mask 3: Int32,
        shrink_axis_mask 4: Int32, offset 5: Bool
    };
    SplitOptions 35 {num_splits 0: Int32};
    CastOptions 37 {in_data_type 0: Type, out_data_type 1: Type};
    ArgMaxOptions 40 {output_type 0: Type};
    TransposeConvOptions 49 {
        padding 0: Padding, stride_w 1: Int32, stride_h 2: Int32, fused_activation_function 3: Activation,
        quantized_bias_type 4: Type
    };
    SparseToDenseOptions 50 {validate_indices 0: Bool};
    ShapeOptions 55 {out_type 0: Type};
    ArgMinOptions 57 {output_type 0: Type};
    FakeQuantOptions 58 {min 0: Float, max 1: Float, num_bits 2: Int32, narrow_range 3: Bool};
    PackOptions 59 {values_count 0: Int32, axis 1: Int32};
    OneHotOptions 61 {axis 0: Int32};
    UnpackOptions 64 {num 0: Int32, axis 1: Int32};
    BidirectionalSequenceLSTMOptions 69 {
        fused_activation_function 0: Activation, cell_clip 1: Float, proj_clip 2: Float, merge_outputs 3: Bool,
        time_major 4: Bool = 1, asymmetric_quantize_inputs 5: Bool
    };
    BidirectionalSequenceRNNOptions 70 {
        time_major 0: Bool, fused_activation_function 1: Activation, merge_outputs 2: Bool,
        asymmetric_quantize_inputs 3: Bool
    };
    UnidirectionalSequenceLSTMOptions 71 {
        fused_activation_function 0: Activation, cell_clip 1: Float, proj_clip 2: Float, time_major 3: Bool,
        asymmetric_quantize_inputs 4: Bool, diagonal_recurrent_tensors 5: Bool
    };
    ResizeNearestNeighborOptions 74 {align_corners 0: Bool, half_pixel_centers 1: Bool};
    LeakyReluOptions 75 {alpha 0: Float};
    MirrorPadOptions 77 {mode 0: MirrorPadMode};
    SplitVOptions 79 {num_splits 0: Int32};
    UniqueOptions 80 {idx_out_type 0: Type = 2};
    ReverseSequenceOptions 87 {seq_dim 0: Int32, batch_dim 1: Int32};
    IfOptions 92 {then_subgraph_index 0: Subgraph, else_subgraph_index 1: Subgraph};
    WhileOptions 93 {cond_subgraph_index 0: Subgraph, body_subgraph_index 1: Subgraph};
    DepthToSpaceOptions 94 {block_size 0: Int32};
    BatchMatMulOptions 101 {adj_x 0: Bool, adj_y 1: Bool, asymmetric_quantize_inputs 2: Bool};
    CumsumOptions 102 {exclusive 0: Bool, reverse 1: Bool};
    CallOnceOptions 103 {init_subgraph_index 0: Subgraph};
    Conv3DOptions 106 {
        padding 0: Padding, stride_d 1: Int32, stride_w 2: Int32, stride_h 3: Int32,
        fused_activation_function 4: Activation, dilation_d_factor 5: Int32 = 1, dilation_w_factor 6: Int32 = 1,
        dilation_h_factor 7: Int32 = 1
    };
    HashtableOptions 107 {table_id 0: Int32, key_dtype 1: Type, value_dtype 2: Type};
    VarHandleOptions 111 {container 0: String, shared_name 1: String};
    RandomOptions 114 {seed 0: Int64, seed2 1: Int64};
    BucketizeOptions 115 {boundaries 0: Floats};
    GeluOptions 116 {approximate 0: Bool};
}
