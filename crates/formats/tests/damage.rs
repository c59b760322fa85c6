//! Damaged models of every format that has fixtures: each is imported and converted, or refused with an error; nothing
//! panics, hangs, or takes memory that the file does not account for.
//!
//! `KILN_DAMAGES` is how many damages there are of each format (200); each is made from its number alone, so that one that
//! fails can be made again: `KILN_DAMAGES=10000 cargo test --release -p kiln-formats --test damage`.

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use support::{MOST_MEMORY, peak_memory, try_patiently};
use zip::ZipArchive;

/// A file of a fixture's model: its place in the model's folder, and its bytes.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// A fixture: the model's place, and all its files.
struct Fixture {
    name: String,
    model: PathBuf,
    files: Files,
}

fn fixtures() -> BTreeMap<String, Vec<Fixture>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/fixtures");
    let mut found: BTreeMap<String, Vec<Fixture>> = BTreeMap::new();
    for folder in fs::read_dir(root).expect("there are fixtures").filter_map(Result::ok) {
        let format = folder.file_name().to_string_lossy().into_owned();
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder.path()).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "zip")) {
            found.entry(format.clone()).or_default().push(read(path));
        }
    }
    found
}

fn read(path: &Path) -> Fixture {
    let mut archive = ZipArchive::new(File::open(path).expect("a fixture")).expect("an archive");
    let (mut files, mut case) = (Vec::new(), String::new());
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a file");
        let name = file.name().expect("a name").into_owned();
        if name == "case.json" {
            file.read_to_string(&mut case).expect("text");
        } else if let Some(inside) = name.strip_prefix("model/").filter(|inside| !inside.is_empty()) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("bytes");
            files.push((PathBuf::from(inside), bytes));
        }
    }
    let case: serde_json::Value = serde_json::from_str(&case).expect("JSON");
    let model = case["model"].as_str().expect("a model").trim_start_matches("model");
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Fixture { name, model: PathBuf::from(model.trim_start_matches('/')), files }
}

/// Numbers that look random, from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Damages one of the files: bits are flipped, a byte becomes an extreme, the end is cut off, or a part is repeated.
fn damage(files: &mut Files, random: &mut Random) {
    let index = random.next(files.len());
    let Some((_, bytes)) = files.get_mut(index).filter(|(_, bytes)| !bytes.is_empty()) else { return };
    // What decides about the rest stands at the beginning or at the end of most formats.
    let place = |random: &mut Random, length: usize| match random.next(3) {
        0 => random.next(length.min(256)),
        1 => length - 1 - random.next(length.min(256)),
        _ => random.next(length),
    };
    match random.next(4) {
        0 => {
            for _ in 0..=random.next(4) {
                let at = place(random, bytes.len());
                bytes[at] ^= 1 << random.next(8);
            }
        }
        1 => {
            let at = place(random, bytes.len());
            bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.next(5)];
        }
        2 => {
            let length = place(random, bytes.len());
            bytes.truncate(length);
        }
        _ => {
            let (from, to) = (random.next(bytes.len()), random.next(bytes.len()));
            let length = random.next(64).min(bytes.len() - from.max(to));
            bytes.copy_within(from..from + length, to);
        }
    }
}

/// Writes a fixture with a damage and tries it, on a thread of its own.
fn run(fixture: &Fixture, seed: u64) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut files = fixture.files.clone();
    damage(&mut files, &mut Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    for (path, bytes) in &files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).map_err(|error| error.to_string())?;
        fs::write(path, bytes).map_err(|error| error.to_string())?;
    }
    let model = folder.path().join(&fixture.model);
    try_patiently(&model).map(|_| ())
}

#[test]
fn damaged_models_are_refused_or_read() {
    let count: u64 = std::env::var("KILN_DAMAGES").ok().and_then(|count| count.parse().ok()).unwrap_or(200);
    let mut failures = Vec::new();
    for (format, fixtures) in fixtures() {
        for seed in 0..count {
            let fixture = &fixtures[seed as usize % fixtures.len()];
            if let Err(reason) = run(fixture, seed) {
                failures.push(format!("{format}/{} damaged with seed {seed}: {reason}", fixture.name));
            }
        }
        let peak = peak_memory();
        assert!(peak < MOST_MEMORY, "after {count} damages of {format} the most memory was {peak} bytes");
    }
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
}

/// Undamaged, every fixture is recognized as what it is.
#[test]
fn fixtures_are_recognized() {
    for (format, fixtures) in fixtures() {
        for fixture in fixtures {
            let folder = tempfile::tempdir().expect("a folder");
            for (path, bytes) in &fixture.files {
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("created");
                fs::write(path, bytes).expect("written");
            }
            let found = kiln_formats::open(&folder.path().join(&fixture.model), None);
            let found = found.unwrap_or_else(|error| panic!("{format}/{}: {}", fixture.name, error.message));
            let dialect = if format == "tensorflow" { "tf" } else { format.as_str() };
            assert_eq!(found.format.dialect, dialect, "{format}/{}", fixture.name);
        }
    }
}
