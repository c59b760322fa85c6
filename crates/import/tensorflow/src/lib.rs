//! TensorFlow graphs, saved models and checkpoints to the tf dialect, one op per node.
//!
//! The file is mapped, not read: weights stay where they are, in the file or in the checkpoint beside it, and the module's
//! blob store borrows them. Of a graph only what its outputs need is imported: what trains or stores the model is left
//! behind. Variables become constants of what the checkpoint says. Functions are expanded where they are called; those of
//! branches and loops are regions. Loops and conditionals of TensorFlow 1, which are cycles of `Switch` and `Merge`, become
//! `tf.While` and `tf.If`. Everything that is wrong is reported in one run, at the node it is about.
//!
//! ```text
//! func.func @main(%x: tensor<?x224x224x3xf32, #kiln.dims<[x_0, 224, 224, 3]>>) attributes {arg_names = ["x"], ...} {
//!   %w = tf.Const {value = dense_resource<93c1> : tensor<7x7x3x64xf32>}
//!   %y = tf.Conv2D %x, %w {padding = "SAME", strides = [1, 2, 2, 1], ...}
//!   func.return %y
//! }
//! ```
//!
//! What operators mean is not known here, but for those that are functions, variables or control flow; of types, only what
//! the file says.

#![forbid(unsafe_code)]

mod attribute;
mod checkpoint;
mod control;
mod emit;
mod flow;
mod graph;
mod importer;
mod interface;
mod lookup;
mod proto;
mod scan;
mod slices;
mod state;
mod table;
mod tensor;
mod types;
mod variables;

#[cfg(test)]
mod tests;

use checkpoint::Checkpoint;
use importer::Importer;
use kiln_diag::Diagnostic;
use kiln_import_core::{Format, ImportOptions, ModelFile, Reporter, protobuf};
use kiln_ir::{Module, Registry};
use proto::{GraphDef, MetaGraphDef, SavedModel};
use scan::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Graphs: frozen, or without variables.
pub const GRAPH_DEF: Format = Format {
    name: "tf-graphdef",
    title: "TensorFlow graph",
    dialect: "tf",
    usual_names: &["*.pb"],
    in_folder: &["*.pb"],
    recognize: scan::looks_like_a_graph,
    import: import_graph,
};

/// Saved models.
pub const SAVED_MODEL: Format = Format {
    name: "tf-saved-model",
    title: "TensorFlow SavedModel",
    dialect: "tf",
    usual_names: &["saved_model.pb"],
    in_folder: &["saved_model.pb"],
    recognize: scan::looks_like_a_saved_model,
    import: import_saved_model,
};

/// Meta graphs with a checkpoint beside them.
pub const CHECKPOINT: Format = Format {
    name: "tf-checkpoint",
    title: "TensorFlow checkpoint",
    dialect: "tf",
    usual_names: &["*.meta"],
    in_folder: &["*.meta"],
    recognize: scan::looks_like_a_meta_graph,
    import: import_meta_graph,
};

/// The tag of the graph of a saved model that is for use.
const SERVE: &str = "serve";

/// Where a saved model has its variables.
const VARIABLES: &str = "variables/variables";

fn import_graph(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
) -> Option<Module> {
    let graph: GraphDef = protobuf::decode(file, GRAPH_DEF.title, Kind::Graph, scan::field, reporter)?;
    let signatures = BTreeMap::new();
    Importer::new(file, registry.clone(), reporter).import_model(&graph, &signatures, options)
}

fn import_saved_model(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
) -> Option<Module> {
    let model: SavedModel = protobuf::decode(file, SAVED_MODEL.title, Kind::SavedModel, scan::field, reporter)?;
    let is_for_use =
        |meta: &&MetaGraphDef| meta.meta_info_def.as_ref().is_some_and(|info| info.tags.iter().any(|tag| tag == SERVE));
    let meta = model.meta_graphs.iter().find(is_for_use).or(model.meta_graphs.first());
    import_meta(file, registry, options, reporter, meta, VARIABLES)
}

fn import_meta_graph(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
) -> Option<Module> {
    let meta: MetaGraphDef = protobuf::decode(file, CHECKPOINT.title, Kind::MetaGraph, scan::field, reporter)?;
    let name = file.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let prefix = name.strip_suffix(".meta").unwrap_or(name);
    import_meta(file, registry, options, reporter, Some(&meta), prefix)
}

/// Imports a meta graph, whose checkpoint is at `prefix` in the model's folder.
fn import_meta(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
    meta: Option<&MetaGraphDef>,
    prefix: &str,
) -> Option<Module> {
    let Some((meta, graph)) = meta.and_then(|meta| Some((meta, meta.graph_def.as_ref()?))) else {
        reporter.report(Diagnostic::error(reporter.whole(), "there is no graph in it"));
        return None;
    };
    let mut importer = Importer::new(file, registry.clone(), reporter);
    let has_variables = graph.node.iter().any(|node| variables::is_variable(&node.op));
    if has_variables {
        match Checkpoint::open(file, prefix) {
            Ok(checkpoint) => importer.variables.checkpoint = Some(checkpoint),
            Err(reason) => {
                let error = Diagnostic::error(reporter.whole(), reason);
                reporter.report(
                    error.with_help("the files of the checkpoint must be where they were written, beside the graph"),
                );
                return None;
            }
        }
    }
    importer.tables.assets = lookup::assets(&meta.asset_file_def);
    importer.import_model(graph, &meta.signature_def, options)
}
