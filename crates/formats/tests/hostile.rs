//! Models made to do harm: archives and arrays that unpack to more than memory, links in circles, messages nested ten
//! thousand deep, offsets that lead anywhere. Each is refused with an error, soon and within bounds of memory.

mod support;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use support::{MOST_MEMORY, peak_memory, try_patiently};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// How deep messages are nested.
const DEPTH: usize = 10_000;

/// Checks that `bytes` as a file of this name are refused, and that an error says what `expected` says.
fn check_refused(name: &str, bytes: &[u8], expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    let errors = try_patiently(&path).unwrap_or_else(|reason| panic!("{name}: {reason}"));
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    let is_short = messages.iter().all(|message| message.len() < 1000);
    assert!(is_short, "{name}: a message of thousands of characters");
    assert!(messages.iter().any(|message| message.contains(expected)), "{name}: not \"{expected}\" but {messages:?}");
    assert!(peak_memory() < MOST_MEMORY, "{name}: the most memory was {} bytes", peak_memory());
}

fn from_archive(path: &Path, name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(File::open(path).expect("a file")).expect("an archive");
    let mut bytes = Vec::new();
    archive.by_name(name).expect("a file").read_to_end(&mut bytes).expect("bytes");
    bytes
}

fn check_h5(name: &str, expected: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/hostile");
    check_refused("model.h5", &from_archive(&folder.join(format!("{name}.zip")), "model.h5"), expected);
}

#[test]
fn links_in_hdf5_do_not_lead_in_circles() {
    check_h5("hard_links", "there is no weight");
    check_h5("soft_links", "there is no weight");
    check_h5("link_to_itself", "there is no weight");
    check_h5("deep_groups", "there is no weight");
}

#[test]
fn hdf5_reads_no_other_files() {
    check_h5("external_link", "there is no weight");
    check_h5("external_data", "external");
}

#[test]
fn tensors_in_hdf5_do_not_grow() {
    check_h5("nothing_stored", "unpack to more than 64 times its size");
    check_h5("compressed_zeros", "unpack to more than 64 times its size");
    check_h5("one_large_piece", "unpack to more than 64 times its size");
}

/// An archive in which `large` is many zeros and the rest is what a model has.
fn zip_bomb(large: &str, size: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut archive = ZipWriter::new(&mut bytes);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let config = r#"{"module": "keras", "class_name": "Sequential", "config": {"layers": []}}"#;
    for (name, content) in [("metadata.json", "{}"), ("config.json", config)] {
        if name != large {
            archive.start_file(name, options).expect("started");
            archive.write_all(content.as_bytes()).expect("written");
        }
    }
    archive.start_file(large, options).expect("started");
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..size >> 20 {
        archive.write_all(&zeros).expect("written");
    }
    archive.finish().expect("finished");
    bytes.into_inner()
}

#[test]
fn archives_do_not_explode() {
    for large in ["config.json", "model.weights.h5", "assets/layers/string_lookup/vocabulary.txt"] {
        check_refused("model.keras", &zip_bomb(large, 1 << 30), large);
    }
}

#[test]
fn architectures_are_not_nested_without_end() {
    let open = r#"{"class_name": "Sequential", "config": {"layers": ["#;
    let text = [open.repeat(DEPTH), "]}}".repeat(DEPTH)].concat();
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut archive = ZipWriter::new(&mut bytes);
    for (name, content) in [("metadata.json", "{}"), ("config.json", &text)] {
        archive.start_file(name, SimpleFileOptions::default()).expect("started");
        archive.write_all(content.as_bytes()).expect("written");
    }
    archive.finish().expect("finished");
    check_refused("model.keras", &bytes.into_inner(), "config.json");
}

/// A field of a message, with its length.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = content.len();
    while length > 0x7f {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(content);
    bytes
}

/// `inner` in `DEPTH` layers of fields with these numbers, the first of them outermost.
fn nest(numbers: &[u8], inner: Vec<u8>) -> Vec<u8> {
    let layer = |bytes: Vec<u8>| numbers.iter().rev().fold(bytes, |bytes, &number| field(number, &bytes));
    (0..DEPTH).fold(inner, |bytes, _| layer(bytes))
}

#[test]
fn protobufs_are_not_nested_without_end() {
    // ModelProto: ir_version 8, graph; graph.node.attribute.g and so on.
    let onnx = [vec![8, 8], field(7, &nest(&[1, 5, 6], field(2, b"g"))), field(8, &[0x10, 13])].concat();
    check_refused("model.onnx", &onnx, "nested too deep");
    // GraphDef: a node whose attribute's value is a function with an attribute, and so on.
    let entry = |value: &[u8]| field(5, &[field(1, b"f"), field(2, value)].concat());
    let value = (0..DEPTH).fold(Vec::new(), |value, _| {
        let entry = field(2, &[field(1, b"f"), field(2, &value)].concat());
        field(10, &[field(1, b"g"), entry].concat())
    });
    let node = [field(1, b"x"), field(2, b"Placeholder"), entry(&value)].concat();
    check_refused("model.pb", &field(1, &node), "nested too deep");
}

/// Every word of a file of TensorFlow Lite leads out of it, before its beginning, to itself, and far into it.
#[test]
fn offsets_of_tables_are_bounded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/fixtures/tflite/while.zip");
    let model = from_archive(&path, "model/model.tflite");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.tflite");
    for at in (8..model.len() - 4).step_by(4) {
        for wild in [0, 4, u32::MAX, 1 << 31, i32::MAX as u32, (model.len() - at) as u32, 0u32.wrapping_sub(at as u32)]
        {
            let mut bytes = model.clone();
            bytes[at..at + 4].copy_from_slice(&wild.to_le_bytes());
            fs::write(&path, &bytes).expect("written");
            if let Err(reason) = try_patiently(&path) {
                panic!("{wild:#x} at byte {at}: {reason}");
            }
        }
    }
    assert!(peak_memory() < MOST_MEMORY, "the most memory was {} bytes", peak_memory());
}
