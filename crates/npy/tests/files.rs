//! Arrays through files and back, and files that are not what they say.

use half::f16;
use kiln_npy::{read_npy, read_npy_file, read_npz, write_npy, write_npy_file, write_npz};
use kiln_tensor::{ElementType, Tensor};

/// A `.npy` file of this header and these elements.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.bytes());
    file.extend(data);
    file
}

fn read(file: &[u8]) -> Result<Tensor, String> {
    read_npy(file, file.len() as u64, None).map_err(|error| error.to_string())
}

#[test]
fn every_element_type_comes_back() {
    for element in ElementType::ALL.into_iter().filter(|&element| element != ElementType::String) {
        let bytes: Vec<u8> = (0..6 * element.byte_size() as u8).collect();
        let tensor = Tensor::from_bytes(element, &[2, 1, 3], &bytes).expect("sizes match");
        let mut file = Vec::new();
        write_npy(&mut file, &tensor).expect("writable");
        assert_eq!((file.len() - bytes.len()) % 64, 0, "elements are aligned");
        assert_eq!(read_npy(file.as_slice(), file.len() as u64, Some(element)).expect("readable"), tensor);
    }
}

#[test]
fn strings_come_back() {
    let strings = |list: &[&[u8]]| {
        Tensor::from_strings(&[list.len()], list.iter().map(|s| s.to_vec()).collect()).expect("one extent")
    };
    for tensor in [strings(&["Zürich".as_bytes(), b"", b"a b"]), strings(&[b"\xff", b"ok"]), strings(&[])] {
        let mut file = Vec::new();
        write_npy(&mut file, &tensor).expect("writable");
        assert_eq!(read(&file), Ok(tensor));
    }
    let big_endian = npy("{'descr': '>U1', 'fortran_order': False, 'shape': ()}", &[0, 0, 0, 65]);
    assert_eq!(read(&big_endian).map(|tensor| tensor.strings().to_vec()), Ok(vec![b"A".to_vec()]));
    let bytes = npy("{'descr': '|S2', 'fortran_order': True, 'shape': (1, 2)}", b"ab\0\0");
    assert_eq!(read(&bytes).map(|tensor| tensor.strings().to_vec()), Ok(vec![b"ab".to_vec(), Vec::new()]));
    let wrong = npy("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", &[0xff; 4]);
    assert_eq!(read(&wrong), Err("byte 65: a string has a number that is no character".into()));
    let many = npy("{'descr': '<U0', 'fortran_order': False, 'shape': (4611686018427387904,)}", &[]);
    assert!(read(&many).is_err_and(|reason| reason.contains("too large")));
}

#[test]
fn orders_are_undone() {
    let column_major = npy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3)}", &[1, 4, 2, 5, 3, 6]);
    assert_eq!(read(&column_major), Ok(Tensor::from_values(&[2, 3], &[1i8, 2, 3, 4, 5, 6])));
    let big_endian = npy("{'descr': '>f2', 'fortran_order': False, 'shape': ()}", &[0x3c, 0]);
    assert_eq!(read(&big_endian), Ok(Tensor::scalar(f16::ONE)));
}

#[test]
fn bad_files_say_where() {
    let short = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", &[0; 7]);
    let huge = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", &[]);
    let object = npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"pickle");
    let void = npy("{'descr': '|V2', 'fortran_order': False, 'shape': (1,)}", &[0; 2]);
    let cases: [(&[u8], &str); 7] = [
        (b"", "byte 0: the file ends in its header"),
        (b"not a numpy file", "byte 0: a .npy file begins with \\x93NUMPY, this does not"),
        (b"\x93NUMPY\x09\x00", "byte 6: format version 9 is unknown"),
        (&short, "byte 65: shape [2] takes 8 bytes, there are 7"),
        (&huge, "byte 85: a tensor of shape [4611686018427387904, 4] is too large for memory"),
        (&object, "elements of NumPy type '|O' are no tensor's"),
        (&void, "elements of NumPy type '|V2' are no tensor's"),
    ];
    for (file, expected) in cases {
        assert_eq!(read(file), Err(expected.to_owned()));
    }
    // A size that only the archive claims takes no memory.
    let claimed = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,)}", &[0; 3]);
    assert!(read_npy(claimed.as_slice(), u64::MAX, None).is_err());
}

#[test]
fn archives_come_back() {
    let directory = tempfile::tempdir().expect("writable");
    let path = directory.path().join("arrays.npz");
    let (first, second) = (Tensor::from_values(&[2], &[1f32, 2.0]), Tensor::from_bools(&[2, 1], &[true, false]));
    write_npz(&path, [("x/first", &first), ("second", &second)]).expect("writable");
    let arrays = read_npz(&path, |_| None).expect("readable");
    assert_eq!(arrays, [("x/first".to_owned(), first.clone()), ("second".to_owned(), second)]);

    let whole = std::fs::read(&path).expect("readable");
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).expect("writable");
        assert!(read_npz(&path, |_| None).is_err(), "cut to {length} bytes");
    }
    std::fs::write(&path, b"PK\x03\x04 nothing more").expect("writable");
    let error = read_npz(&path, |_| None).expect_err("not an archive").to_string();
    assert!(error.starts_with(&format!("{}: not a readable .npz archive", path.display())), "{error}");
    assert!(write_npz(&path, [("a", &first), ("a", &first)]).is_err());
    assert!(!path.exists(), "no half a file is left");
}

#[test]
fn files_are_named_in_errors() {
    let directory = tempfile::tempdir().expect("writable");
    let path = directory.path().join("array.npy");
    let error = read_npy_file(&path, None).expect_err("absent").to_string();
    assert!(error.starts_with(&path.display().to_string()), "{error}");
    let tensor = Tensor::from_values(&[3], &[1i64, 2, 3]);
    write_npy_file(&path, &tensor).expect("writable");
    assert_eq!(read_npy_file(&path, None).expect("readable"), tensor);
}
