//! Strings at the C interface: each element is a pointer to bytes that end with a zero.

use crate::{RunError, Status};
use kiln_tensor::Tensor;
use std::ffi::{CStr, CString, c_char};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held from the beginning of a run that makes strings until they are read: the next run frees them. A library that is
/// loaded twice is there once, so one model's runs are not enough to order.
static READING: Mutex<()> = Mutex::new(());

/// Waits until nobody reads strings of a run, and keeps others from beginning one.
pub(crate) fn lock() -> MutexGuard<'static, ()> {
    READING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The elements of a tensor of strings as a model reads them. The pointers stay valid as long as this does.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Addresses, each of a string in `_strings`.
    addresses: Vec<usize>,
    _strings: Vec<CString>,
}

impl Texts {
    /// The strings of `tensor`.
    ///
    /// # Errors
    /// When one has a zero byte, which would end it.
    pub(crate) fn of(tensor: &Tensor) -> Result<Texts, RunError> {
        let strings = tensor.strings().iter().map(|string| CString::new(string.as_slice()));
        let strings: Vec<CString> = strings.collect::<Result<_, _>>().map_err(|error| RunError {
            status: Status::InvalidArgument,
            message: format!("a string has a zero byte at {}, which would end it", error.nul_position()),
        })?;
        Ok(Texts { addresses: strings.iter().map(|string| string.as_ptr() as usize).collect(), _strings: strings })
    }

    /// The addresses as an input's elements.
    pub(crate) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.addresses)
    }
}

/// The tensor that a model gave as addresses of strings; null is an empty one.
///
/// # Safety
/// Each address is null or that of bytes that end with a zero and that nothing changes meanwhile.
pub(crate) unsafe fn read(shape: &[usize], addresses: &[usize]) -> Result<Tensor, String> {
    let read = |&address: &usize| match address as *const c_char {
        text if text.is_null() => Vec::new(),
        // SAFETY: by this function's contract.
        text => unsafe { CStr::from_ptr(text) }.to_bytes().to_vec(),
    };
    Tensor::from_strings(shape, addresses.iter().map(read).collect()).map_err(|error| error.to_string())
}
