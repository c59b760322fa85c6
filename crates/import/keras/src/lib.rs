//! Keras models to the keras dialect, one op per call of a layer.
//!
//! Two formats: HDF5 files (`.h5`, of Keras 1 to 3: whole models, or weights with the architecture as text in another
//! file), and the archives of Keras 3 (`.keras`). Files are mapped; weights stay in them where they can. A layer's weights
//! are constants that all of its calls share; models inside models are put in place of their calls. What earlier versions
//! call otherwise has the names of Keras 3 (`legacy`). Everything that is wrong is reported in one run.
//!
//! ```text
//! builtin.module attributes {keras.version = "3.15.0"} {
//!   func.func @main(%x: tensor<?x4xf32, #kiln.dims<[batch, 4]>>) attributes {arg_names = ["x"], res_names = ["dense"]} {
//!     %w = keras.Constant {value = dense_resource<93c1> : tensor<4x2xf32>}
//!     %y = keras.Dense %x, %w {activation = "relu", operand_names = ["0", "kernel"], units = 2, use_bias = false}
//!     func.return %y
//!   }
//! }
//! ```
//!
//! Nothing of a model is executed: code that a `Lambda` holds is refused. What layers mean is not known here.

#![forbid(unsafe_code)]

mod archive;
mod arguments;
mod attribute;
mod call;
mod file;
mod hdf5;
mod importer;
mod layer;
mod legacy_names;
mod legacy_operations;
mod legacy_weights;
mod model;
mod weights;

use kiln_import_core::{Format, ImportOptions, ModelFile, Reporter};
use kiln_ir::{Module, Registry};
use std::sync::Arc;

/// The format of HDF5 files.
pub const FORMAT_H5: Format = Format {
    name: "keras-h5",
    title: "Keras HDF5",
    dialect: "keras",
    usual_names: &["*.h5", "*.hdf5"],
    in_folder: &[],
    recognize: |file| hdf5::looks_like_hdf5(file.bytes()),
    import: |file, registry, options, reporter| import(file, registry, options, reporter, file::read_h5),
};

/// The format of archives.
pub const FORMAT: Format = Format {
    name: "keras",
    title: "Keras",
    dialect: "keras",
    usual_names: &["*.keras"],
    in_folder: &[],
    recognize: archive::looks_like_keras,
    import: |file, registry, options, reporter| import(file, registry, options, reporter, file::read_archive),
};

/// Imports a model into a module of `func.func @main` in the keras dialect.
fn import(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
    read: fn(&ModelFile, &ImportOptions) -> Result<file::Content, Box<kiln_diag::Diagnostic>>,
) -> Option<Module> {
    let content = read(file, options).map_err(|error| reporter.report(*error)).ok()?;
    importer::Importer::new(registry.clone(), options, reporter, content.version.clone())
        .import_model(&content, options)
}
