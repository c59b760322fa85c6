//! Custom operators that exporters write and that have a meaning of their own: known by name, options in a FlexBuffer or
//! in bytes of their own.

use crate::schema::{Schema, definition};
use kiln_ir::OpDefinition;

macro_rules! operators {
    ($($name:ident),* $(,)?) => {
        /// The rows of the dialect.
        pub(crate) static DEFINITIONS: &[OpDefinition] = &[$(definition(
            concat!("tflite.", stringify!($name)),
            concat!("The custom operator `", stringify!($name), "`."),
            None,
        )),*];

        const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The operators.
        pub(crate) static SCHEMAS: [Schema; NAMES.len()] = {
            let mut schemas =
                [Schema { code: None, name: "", options: None, definition: &OpDefinition::EMPTY }; NAMES.len()];
            let mut index = 0;
            while index < NAMES.len() {
                schemas[index] =
                    Schema { code: None, name: NAMES[index], options: None, definition: &DEFINITIONS[index] };
                index += 1;
            }
            schemas
        };
    };
}

operators! {
    Convolution2DTransposeBias,
    Landmarks2TransformMatrix,
    MaxPoolingWithArgmax2D,
    MaxUnpooling2D,
    Resampler,
    TFLite_Detection_PostProcess,
    TransformLandmarks,
    TransformTensor,
    TransformTensorBilinear,
}
