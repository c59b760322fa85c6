//! Any bytes as a picture: the decoders that compiled models have give a picture or say that it is none.

#![no_main]

use libfuzzer_sys::fuzz_target;

unsafe extern "C" {
    fn kiln_fuzz_image(data: *const u8, size: i64) -> u64;
}

fuzz_target!(|bytes: &[u8]| {
    // SAFETY: the function reads `size` bytes from `data` and keeps neither.
    let _ = unsafe { kiln_fuzz_image(bytes.as_ptr(), bytes.len() as i64) };
});
