//! Any bytes as a .npy and as a .npz file: a tensor that writes and reads back, or an error.

#![no_main]

use kiln_npy::{read_npy, read_npz, write_npy};
use kiln_tensor::{ElementType, Tensor};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};

fn check(tensor: &Tensor) {
    let mut written = Vec::new();
    if write_npy(&mut written, tensor).is_ok() {
        let length = written.len() as u64;
        let again = read_npy(Cursor::new(written), length, Some(tensor.element()));
        let again = again.expect("what was written reads back");
        assert_eq!((again.shape(), again.bytes()), (tensor.shape(), tensor.bytes()));
    }
}

fuzz_target!(|bytes: &[u8]| {
    for expected in [None, Some(ElementType::BF16), Some(ElementType::U4)] {
        if let Ok(tensor) = read_npy(Cursor::new(bytes), bytes.len() as u64, expected) {
            check(&tensor);
        }
    }
    if bytes.starts_with(b"PK") {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("written");
        let arrays = read_npz(file.path(), |_| None).unwrap_or_default();
        arrays.iter().for_each(|(_, tensor)| check(tensor));
    }
});
