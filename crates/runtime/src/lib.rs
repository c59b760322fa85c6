//! Loads and runs compiled models; the C side that goes into each of them.
//!
//! - The C side (`c/`) is the runtime inside of every model: its public interface (`c/kiln.h`), the choice of the code
//!   for the processor it finds, shape checks, workspace and threads. [`object_for`] gives it, compiled, for each target.
//! - [`header`] writes the `model.h` that goes beside a model: that same interface, and what the model takes and gives.
//! - [`Model`] loads a model and runs it, and [`ModelFile`] reads what any model, for whichever processor, says of itself.
//!
//! This crate does not know how models are compiled; the layouts it shares with code generation are the metadata blobs
//! ([`ModelDescription::from_bytes`]) and the table of `kiln_gen_*` functions that `c/kiln_runtime.h` declares, one of each
//! for every processor that a model has code for.

mod abi;
mod description;
mod element_code;
mod error;
mod header;
mod launches;
mod model;
mod model_file;
mod objects;
mod peak;
mod profile;
mod run;
mod texts;

pub use description::{DescriptionError, Dim, ModelDescription, SymbolInfo, TensorInfo};
pub use element_code::element_type_of;
pub use error::{LoadError, RunError, Status};
pub use header::{INTERFACE, header};
pub use launches::{Amount, LaunchInfo};
pub use model::Model;
pub use model_file::ModelFile;
pub use objects::{EXPORTED_SYMBOLS, EXTERNAL_SYMBOLS, architectures, object_for};
pub use peak::Peak;
pub use profile::{Event, Profile};
pub use run::{InputBuffer, RunOptions};
