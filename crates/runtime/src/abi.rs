//! The C interface of a model, `c/kiln.h`, as Rust sees it.

use std::ffi::{c_char, c_void};

/// `KILN_ABI_VERSION`.
pub(crate) const ABI_VERSION: u32 = 1;

/// `KILN_MAXIMUM_THREADS`.
pub(crate) const MAXIMUM_THREADS: usize = 256;

/// `kiln_error`.
#[repr(C)]
pub(crate) struct Error {
    pub message: [c_char; 512],
}

/// `kiln_input`.
#[repr(C)]
pub(crate) struct Input {
    pub data: *const c_void,
    pub size: u64,
    pub shape: *const i64,
    pub rank: i32,
    pub element_type: i32,
}

/// `kiln_output`.
#[repr(C)]
pub(crate) struct Output {
    pub data: *mut c_void,
    pub capacity: u64,
    pub size: u64,
    pub shape: *mut i64,
    pub shape_capacity: i32,
    pub rank: i32,
    pub element_type: i32,
    pub reserved: i32,
}

/// `kiln_profile`.
#[repr(C)]
pub(crate) struct Profile {
    pub struct_size: u64,
    pub events: *mut crate::Event,
    pub capacity: u64,
    pub count: u64,
    pub begin: i64,
    pub end: i64,
}

/// `kiln_run_options`.
#[repr(C)]
pub(crate) struct RunOptions {
    pub struct_size: u64,
    pub threads: i32,
    pub reserved: i32,
    pub workspace: *mut c_void,
    pub workspace_size: u64,
    pub parallel_for: *const c_void,
    pub parallel_for_data: *mut c_void,
    pub profile: *mut Profile,
    pub allocate: Option<unsafe extern "C" fn(*mut c_void, i32, u64) -> *mut c_void>,
    pub allocate_data: *mut c_void,
}

/// `kiln_api`: the functions of a model, by their places in the table.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    pub abi_version: u32,
    pub struct_size: u32,
    /// The addresses of functions that describe the model; the metadata says the same.
    descriptive: [usize; 3],
    pub model_cpu: unsafe extern "C" fn() -> *const c_char,
    more_descriptive: [usize; 11],
    pub output_shapes: unsafe extern "C" fn(*const Input, i32, *mut Output, i32, *mut Error) -> i32,
    pub workspace_size: unsafe extern "C" fn(*const Input, i32, i32, *mut u64, *mut Error) -> i32,
    pub run: unsafe extern "C" fn(*const Input, i32, *mut Output, i32, *const RunOptions, *mut Error) -> i32,
    pub release: unsafe extern "C" fn(),
}

/// Bytes of the table of a model that knows profiles: four more functions, which say what the metadata does.
pub(crate) const API_BYTES_WITH_PROFILES: usize = size_of::<Api>() + 4 * size_of::<usize>();

// `c/api.c` asserts the same places.
const _: () = assert!(std::mem::offset_of!(Api, output_shapes) == 128);
const _: () = assert!(size_of::<Api>() == 160);

/// Where the table has the address of `reset_state`: behind the functions about launches.
pub(crate) const RESET_STATE_AT: usize = API_BYTES_WITH_PROFILES;

/// The type of `reset_state`.
pub(crate) type ResetState = unsafe extern "C" fn();

/// `kiln_get_api`.
pub(crate) type GetApi = unsafe extern "C" fn() -> *const Api;
