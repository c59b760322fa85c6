//! Damaged files: bits turned over and ends cut off give errors, never a panic, and never take long.

use kiln_diag::Sink;
use kiln_import_core::ImportOptions;
use kiln_ir::Registry;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use std::time::{Duration, Instant};
use zip::ZipArchive;

/// A sequence of numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// The model of a fixture.
fn model(fixture: &str, name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../test/fixtures/keras").join(fixture);
    let mut archive = ZipArchive::new(Cursor::new(fs::read(path).expect("a fixture"))).expect("a zip");
    let mut bytes = Vec::new();
    archive.by_name(name).expect("a model").read_to_end(&mut bytes).expect("read");
    bytes
}

fn import(path: &Path) -> bool {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_keras::DIALECT]);
    let sink = Sink::new();
    let formats = [&kiln_import_keras::FORMAT, &kiln_import_keras::FORMAT_H5];
    let imported = formats.map(|format| format.import_file(path, &registry, &ImportOptions::default(), &sink));
    imported.into_iter().any(|module| module.is_some())
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut numbers = Numbers(88_172_645_463_325_252);
    for (fixture, name) in [
        ("sequential_h5.zip", "model/model.h5"),
        ("shared_layers.zip", "model/model.keras"),
        ("keras2_functional.zip", "model/model.h5"),
        ("shared_layers_weights.zip", "model/model.weights.h5"),
    ] {
        let whole = model(fixture, name);
        for round in 0..150 {
            // A file of its own each time: a mapped file must not be written to.
            let path = folder.path().join(format!("{fixture}.{round}"));
            let mut bytes = whole.clone();
            for _ in 0..=numbers.below(3) {
                let place = numbers.below(bytes.len());
                bytes[place] ^= 1 << numbers.below(8);
            }
            if numbers.below(6) == 0 {
                bytes.truncate(1 + numbers.below(whole.len() - 1));
            }
            fs::write(&path, &bytes).expect("written");
            let start = Instant::now();
            import(&path);
            assert!(start.elapsed() < Duration::from_secs(10), "{fixture} takes too long");
        }
    }
}

#[test]
fn whole_files_are_imported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model");
    fs::write(&path, model("sequential_h5.zip", "model/model.h5")).expect("written");
    assert!(import(&path));
    let path = folder.path().join("other");
    fs::write(&path, model("shared_layers.zip", "model/model.keras")).expect("written");
    assert!(import(&path));
}

/// Weights alone are refused with the layers that they are for.
#[test]
fn weights_alone_ask_for_an_architecture() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model");
    fs::write(&path, model("sequential_weights.zip", "model/model.weights.h5")).expect("written");
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_keras::DIALECT]);
    let sink = Sink::new();
    assert!(kiln_import_keras::FORMAT_H5.import_file(&path, &registry, &ImportOptions::default(), &sink).is_none());
    let report = &sink.take()[0];
    assert!(report.message.contains("not which layers"), "{}", report.message);
    assert!(report.notes.iter().any(|note| note.contains("conv2d")), "{:?}", report.notes);
    assert!(report.help.iter().any(|help| help.contains("--architecture")), "{:?}", report.help);
}
