//! A loaded model.

use crate::abi::{ABI_VERSION, API_BYTES_WITH_PROFILES, Api, GetApi, RESET_STATE_AT, ResetState};
use crate::model_file::ENTRY_SYMBOL;
use crate::{DescriptionError, LoadError, ModelDescription, ModelFile, TensorInfo};
use std::ffi::CStr;
use std::path::Path;

/// A compiled model, loaded into this process; any number of threads may run it at once.
///
/// Dropping it ends its threads and unloads it.
#[derive(Debug)]
pub struct Model {
    /// The version of its code that runs here.
    description: ModelDescription,
    /// The processors that it has code for.
    cpus: Vec<String>,
    api: Api,
    /// Makes the next run the first; models from before there was state have none.
    reset_state: Option<ResetState>,
    /// Keeps the code behind `api` loaded.
    _library: libloading::Library,
}

impl Model {
    /// Loads the model at `path`.
    ///
    /// # Errors
    /// When the file is not a compiled model, is for another processor or version, or cannot be loaded. A file that is
    /// not a model is told apart without executing anything in it.
    pub fn open(path: impl AsRef<Path>) -> Result<Model, LoadError> {
        let path = path.as_ref();
        let file = ModelFile::read(path)?;
        if file.architecture != std::env::consts::ARCH {
            let host = std::env::consts::ARCH;
            return Err(LoadError::WrongArchitecture { path: path.into(), model: file.architecture, host });
        }
        let refused = |error| LoadError::Refused { path: path.into(), error };
        // The loader looks a name without a slash up elsewhere; a canonical path has one.
        let path_to_load = path.canonicalize().map_err(|error| LoadError::Unreadable { path: path.into(), error })?;
        // SAFETY: loading runs the file's initializers; it exports Kiln's entry point and has Kiln's metadata, so it is
        // a model, which has none. That its code is not hostile is the user's to know, as of any program they start.
        let library = unsafe { libloading::Library::new(path_to_load) }.map_err(refused)?;
        // SAFETY: every version of the interface exports this name with this type.
        let entry = unsafe { library.get::<GetApi>(ENTRY_SYMBOL) }.map_err(refused)?;
        // SAFETY: the function takes nothing and returns the address of a static table.
        let table = unsafe { entry() };
        // SAFETY: every version's table begins with its version and its size.
        let [found, struct_size] = unsafe { *table.cast::<[u32; 2]>() };
        if found != ABI_VERSION || (struct_size as usize) < size_of::<Api>() {
            return Err(LoadError::WrongVersion { path: path.into(), found, expected: ABI_VERSION });
        }
        // SAFETY: a table of this version and at least this size begins with the functions that `Api` names.
        let api = unsafe { *table };
        let reset_state = (struct_size as usize >= RESET_STATE_AT + size_of::<ResetState>()).then(|| {
            // SAFETY: a table of this size has the function's address there.
            unsafe { table.byte_add(RESET_STATE_AT).cast::<ResetState>().read() }
        });
        // SAFETY: the function takes nothing and returns a string of the library's, which ends in NUL.
        let cpu = unsafe { CStr::from_ptr((api.model_cpu)()) }.to_string_lossy();
        let cpus = file.versions.iter().map(|version| version.cpu.clone()).collect();
        let Some(description) = file.versions.into_iter().find(|version| version.cpu == cpu) else {
            let error = DescriptionError::Malformed { what: "the processor", offset: 0 };
            return Err(LoadError::Metadata { path: path.into(), error });
        };
        Ok(Model { description, cpus, api, reset_state, _library: library })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// All that the model says of itself.
    pub fn description(&self) -> &ModelDescription {
        &self.description
    }

    /// The processors that the model has code for, the most capable first; [`Model::description`] is of the one whose code
    /// runs here.
    pub fn cpus(&self) -> &[String] {
        &self.cpus
    }

    /// The inputs, in order.
    pub fn inputs(&self) -> &[TensorInfo] {
        &self.description.inputs
    }

    /// The outputs, in order.
    pub fn outputs(&self) -> &[TensorInfo] {
        &self.description.outputs
    }

    /// What the model remembers from one run to the next.
    pub fn state(&self) -> &[TensorInfo] {
        &self.description.state
    }

    /// Whether runs can be profiled: those of models from before there were profiles cannot.
    pub fn has_profiles(&self) -> bool {
        self.api.struct_size as usize >= API_BYTES_WITH_PROFILES
    }

    /// Ends the model's threads and frees the memory it keeps between runs, unless a run is under way.
    pub fn release(&self) {
        // SAFETY: the function may be called at any time, from any thread; the library is loaded as long as `self` is.
        unsafe { (self.api.release)() }
    }

    /// Forgets what the model remembers from one run to the next: the next run is as the first.
    pub fn reset_state(&self) {
        if let Some(reset) = self.reset_state {
            // SAFETY: the function may be called at any time, from any thread; the library is loaded as long as `self` is.
            unsafe { reset() }
        }
    }

    /// The functions of the model.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }
}
