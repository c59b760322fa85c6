//! The operators' options: tables of the file format, their numbers in the union `BuiltinOptions2`, their fields.
//!
//! Tables without fields are left out: they say nothing.

use crate::schema::options;

options! { Second:
    StablehloConcatenateOptions 1 {dimension 0: Int64};
    StablehloBroadcastInDimOptions 2 {broadcast_dimensions 0: Int64s};
    StablehloSliceOptions 3 {start_indices 0: Int64s, limit_indices 1: Int64s, strides 2: Int64s};
    StablehloConvolutionOptions 4 {
        window_strides 0: Int64s, padding 1: Int64s, lhs_dilation 2: Int64s, rhs_dilation 3: Int64s,
        window_reversal 4: Bools, input_batch_dimension 5: Int64, input_feature_dimension 6: Int64,
        input_spatial_dimensions 7: Int64s, kernel_input_feature_dimension 8: Int64,
        kernel_output_feature_dimension 9: Int64, kernel_spatial_dimensions 10: Int64s,
        output_batch_dimension 11: Int64, output_feature_dimension 12: Int64, output_spatial_dimensions 13: Int64s,
        feature_group_count 14: Int64, batch_group_count 15: Int64, precision_config 16: Precisions
    };
    StablehloCustomCallOptions 5 {
        call_target_name 0: String, has_side_effect 1: Bool, backend_config 2: String, api_version 3: Int32,
        called_computations 4: Subgraphs, custom_attributes 5: FlexBuffer
    };
    StablehloReduceOptions 6 {dimensions 0: Int64s, body_subgraph_index 1: Subgraph};
    StablehloScatterOptions 7 {
        indices_are_sorted 0: Bool, update_window_dims 1: Int64s, inserted_window_dims 2: Int64s,
        scatter_dims_to_operand_dims 3: Int64s, index_vector_dim 4: Int64, unique_indices 5: Bool,
        update_computation_subgraph_index 6: Subgraph
    };
    StablehloCompareOptions 8 {comparison_direction 0: ComparisonDirection, compare_type 1: ComparisonType};
    StablehloDynamicSliceOptions 9 {slice_sizes 0: Int64s};
    StablehloPadOptions 10 {edge_padding_low 0: Int64s, edge_padding_high 1: Int64s, interior_padding 2: Int64s};
    StablehloIotaOptions 11 {iota_dimension 0: Int64};
    StablehloDotGeneralOptions 12 {
        lhs_batching_dimensions 0: Int64s, rhs_batching_dimensions 1: Int64s, lhs_contracting_dimensions 2: Int64s,
        rhs_contracting_dimensions 3: Int64s, precision_config 4: Precisions
    };
    StablehloReduceWindowOptions 13 {
        window_dimensions 0: Int64s, window_strides 1: Int64s, base_dilations 2: Int64s,
        window_dilations 3: Int64s, padding 4: Int64s, body_subgraph_index 5: Subgraph
    };
    StablehloSortOptions 14 {dimension 0: Int64, is_stable 1: Bool, comparator_subgraph_index 2: Subgraph};
    StablehloWhileOptions 15 {cond_subgraph_index 0: Subgraph, body_subgraph_index 1: Subgraph};
    StablehloGatherOptions 16 {
        offset_dims 0: Int64s, collapsed_slice_dims 1: Int64s, start_index_map 2: Int64s,
        index_vector_dim 3: Int64, slice_sizes 4: Int64s, indices_are_sorted 5: Bool
    };
    StablehloTransposeOptions 17 {permutation 0: Int64s};
    StablehloRngBitGeneratorOptions 19 {algorithm 0: RandomAlgorithm};
    ReduceWindowOptions 20 {reduce_function 0: ReduceFunction};
    StableHLOCompositeOptions 21 {
        name 0: String, decomposition_subgraph_index 1: Subgraph, composite_attributes 2: FlexBuffer,
        version 4: Int32
    };
    StablehloCaseOptions 23 {branch_subgraph_indices 0: Subgraphs};
}
