//! The places of the fields in the tables of the file format, version 3.

pub(crate) mod model {
    pub const VERSION: usize = 0;
    pub const OPERATOR_CODES: usize = 1;
    pub const SUBGRAPHS: usize = 2;
    pub const DESCRIPTION: usize = 3;
    pub const BUFFERS: usize = 4;
    pub const METADATA: usize = 6;
    pub const SIGNATURES: usize = 7;
    pub const EXTERNAL_GROUPS: usize = 8;
    pub const EXTERNAL_BUFFERS: usize = 9;
}

pub(crate) mod operator_code {
    pub const DEPRECATED_CODE: usize = 0;
    pub const CUSTOM_CODE: usize = 1;
    pub const CODE: usize = 3;
}

pub(crate) mod subgraph {
    pub const TENSORS: usize = 0;
    pub const INPUTS: usize = 1;
    pub const OUTPUTS: usize = 2;
    pub const OPERATORS: usize = 3;
}

pub(crate) mod operator {
    pub const CODE_INDEX: usize = 0;
    pub const INPUTS: usize = 1;
    pub const OUTPUTS: usize = 2;
    pub const OPTIONS_TYPE: usize = 3;
    pub const OPTIONS: usize = 4;
    pub const CUSTOM_OPTIONS: usize = 5;
    pub const INTERMEDIATES: usize = 8;
    pub const LARGE_CUSTOM_OFFSET: usize = 9;
    pub const LARGE_CUSTOM_SIZE: usize = 10;
    pub const OPTIONS_2_TYPE: usize = 11;
    pub const OPTIONS_2: usize = 12;
}

pub(crate) mod tensor {
    pub const SHAPE: usize = 0;
    pub const TYPE: usize = 1;
    pub const BUFFER: usize = 2;
    pub const NAME: usize = 3;
    pub const QUANTIZATION: usize = 4;
    pub const IS_VARIABLE: usize = 5;
    pub const SPARSITY: usize = 6;
    pub const SHAPE_SIGNATURE: usize = 7;
    pub const HAS_RANK: usize = 8;
    pub const EXTERNAL_BUFFER: usize = 10;
}

pub(crate) mod buffer {
    pub const DATA: usize = 0;
    pub const OFFSET: usize = 1;
    pub const SIZE: usize = 2;
}

pub(crate) mod external_buffer {
    pub const ID: usize = 0;
    pub const GROUP: usize = 1;
    pub const OFFSET: usize = 2;
    pub const LENGTH: usize = 3;
    pub const PACKING: usize = 4;
}

pub(crate) mod quantization {
    pub const SCALE: usize = 2;
    pub const ZERO_POINT: usize = 3;
    pub const DETAILS_TYPE: usize = 4;
    pub const DETAILS: usize = 5;
    pub const DIMENSION: usize = 6;

    /// The number of the table of blocks in the union of details.
    pub const BLOCKWISE: u8 = 2;
}

pub(crate) mod blockwise {
    pub const SCALES: usize = 0;
    pub const ZERO_POINTS: usize = 1;
    pub const BLOCK_SIZE: usize = 2;
}

pub(crate) mod sparsity {
    pub const TRAVERSAL_ORDER: usize = 0;
    pub const BLOCK_MAP: usize = 1;
    pub const DIMENSIONS: usize = 2;
}

pub(crate) mod dimension {
    pub const FORMAT: usize = 0;
    pub const DENSE_SIZE: usize = 1;
    pub const SEGMENTS_TYPE: usize = 2;
    pub const SEGMENTS: usize = 3;
    pub const INDICES_TYPE: usize = 4;
    pub const INDICES: usize = 5;
}

pub(crate) mod metadata {
    pub const NAME: usize = 0;
    pub const BUFFER: usize = 1;
}

pub(crate) mod signature {
    pub const INPUTS: usize = 0;
    pub const OUTPUTS: usize = 1;
    pub const KEY: usize = 2;
    pub const SUBGRAPH: usize = 4;
}

pub(crate) mod tensor_map {
    pub const NAME: usize = 0;
    pub const TENSOR: usize = 1;
}
