//! Models compiled before, on disk, by what they were made from.
//!
//! An entry is a folder named by a hash of the model's file and of all that the request says about the result. It holds
//! the file that was made, its header, and a few lines of text: the counts of the summary, and the hash of each file that
//! the model read besides its own, which are compared when the entry is asked for.

use crate::{Emit, Request, Summary};
use kiln_import_core::ImportOptions;
use kiln_tensor::{BlobStore, MappedFile};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Raised whenever entries change their form.
const FORMAT: u32 = 1;

/// How many bytes the entries take together: those not used for longest leave first.
const MOST_BYTES: u64 = 8 << 30;

const MODEL: &str = "model";
const HEADER: &str = "header";
const RECORD: &str = "record";

/// A folder of compiled models. Several processes may share it: entries appear whole or not at all.
#[derive(Clone, Debug)]
pub struct ResultCache {
    folder: PathBuf,
    most_bytes: u64,
}

impl ResultCache {
    /// The cache in a folder, which is made if there is none. Its files may be deleted at any time.
    ///
    /// # Errors
    /// When it cannot be made; one sentence.
    pub fn open(folder: &Path) -> Result<ResultCache, String> {
        let folder = folder.join("models");
        fs::create_dir_all(&folder).map_err(|error| format!("cannot make the cache {}: {error}", folder.display()))?;
        Ok(ResultCache { folder, most_bytes: MOST_BYTES })
    }

    /// Where a request's result is or will be; `None` if it cannot be in a cache: text, a report, or a model that cannot
    /// be read, of which the compilation has more to say.
    pub(crate) fn known(&self, request: &Request) -> Option<Entry> {
        let is_file = matches!(request.emit, Emit::So | Emit::Lib | Emit::Obj);
        if !is_file || request.report.is_some() || request.planning.explain || request.debug_rules {
            return None;
        }
        // Of a folder, the file in it that the model begins with.
        let file = match request.model.is_dir() {
            true => kiln_formats::open(&request.model, request.format).ok()?.file.path().to_owned(),
            false => request.model.clone(),
        };
        let key = key(request, &file).ok()?;
        Some(Entry { cache: self.clone(), folder: self.folder.join(key), file })
    }

    /// Deletes the entries not used for longest until the others fit. Other processes may be at it too.
    fn shrink(&self) {
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let size = |name| fs::metadata(entry.path().join(name)).map_or(0, |file| file.len());
            let used = fs::metadata(entry.path().join(RECORD)).and_then(|record| record.modified());
            // What has no record yet is being written.
            if let Ok(used) = used {
                entries.push((used, size(MODEL) + size(HEADER), entry.path()));
            }
        }
        entries.sort_unstable();
        let mut total: u64 = entries.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in entries {
            if total <= self.most_bytes {
                break;
            }
            let _ = fs::remove_dir_all(path);
            total -= size;
        }
    }
}

/// The place of one result.
pub(crate) struct Entry {
    cache: ResultCache,
    folder: PathBuf,
    /// The model's file.
    file: PathBuf,
}

impl Entry {
    /// Puts the result where the request wants it, if it is there and all it was made from is as it was.
    pub(crate) fn find(&self, request: &Request) -> Option<Summary> {
        let record = Record::parse(&fs::read_to_string(self.folder.join(RECORD)).ok()?)?;
        let is_same = |(location, hash): &(String, String)| {
            hash_file(&beside(&self.file, location)).is_ok_and(|now| now == *hash)
        };
        if !record.neighbours.iter().all(is_same) {
            return None;
        }
        let output = request.output.as_ref()?;
        let header = output.with_extension("h");
        // A process that deletes the entry meanwhile makes this fail, as an output does that cannot be written; the
        // compilation then says which.
        copy(&self.folder.join(HEADER), &header).ok()?;
        copy(&self.folder.join(MODEL), output).ok()?;
        let _ = File::options()
            .append(true)
            .open(self.folder.join(RECORD))
            .map(|record| record.set_modified(SystemTime::now()));
        let neighbours = record.neighbours.into_iter().map(|(location, _)| location).collect();
        Some(Summary {
            files: vec![output.clone(), header],
            weight_bytes: record.weight_bytes,
            kernels: record.kernels,
            neighbours,
            ..Summary::default()
        })
    }

    /// Keeps a result. A cache that cannot be written to (full, read-only) is no reason to fail a compilation, so nothing
    /// is reported.
    pub(crate) fn insert(&self, summary: &Summary) {
        if self.try_insert(summary).is_ok() {
            self.cache.shrink();
        }
    }

    fn try_insert(&self, summary: &Summary) -> io::Result<()> {
        let [model, header] = summary.files.as_slice() else { return Ok(()) };
        // A record has a line for each.
        if summary.neighbours.iter().any(|location| location.contains('\n')) {
            return Ok(());
        }
        let hash = |location: &String| Ok((location.clone(), hash_file(&beside(&self.file, location))?));
        let record = Record {
            weight_bytes: summary.weight_bytes,
            kernels: summary.kernels,
            neighbours: summary.neighbours.iter().map(hash).collect::<io::Result<_>>()?,
        };
        let made = tempfile::Builder::new().prefix(".new-").tempdir_in(&self.cache.folder)?;
        fs::copy(model, made.path().join(MODEL))?;
        fs::copy(header, made.path().join(HEADER))?;
        fs::write(made.path().join(RECORD), record.to_text())?;
        // An entry of other neighbours makes way.
        let _ = fs::remove_dir_all(&self.folder);
        fs::rename(made.path(), &self.folder)
    }
}

/// What an entry says of itself: lines of a word and its values.
#[derive(PartialEq, Eq, Debug)]
struct Record {
    weight_bytes: u64,
    kernels: usize,
    /// Location and hash.
    neighbours: Vec<(String, String)>,
}

impl Record {
    fn to_text(&self) -> String {
        let mut text = format!("weight_bytes {}\nkernels {}\n", self.weight_bytes, self.kernels);
        for (location, hash) in &self.neighbours {
            text += &format!("read {hash} {location}\n");
        }
        text
    }

    /// `None` if this is no whole record.
    fn parse(text: &str) -> Option<Record> {
        let mut lines = text.lines();
        let weight_bytes = lines.next()?.strip_prefix("weight_bytes ")?.parse().ok()?;
        let kernels = lines.next()?.strip_prefix("kernels ")?.parse().ok()?;
        let neighbour = |line: &str| {
            let (hash, location) = line.strip_prefix("read ")?.split_once(' ')?;
            Some((location.to_owned(), hash.to_owned()))
        };
        let neighbours = lines.map(neighbour).collect::<Option<_>>()?;
        Some(Record { weight_bytes, kernels, neighbours })
    }
}

/// The name of the entry of a request for a model that begins with `file`: a hash of all that its result depends on, but for
/// files that only reading the model tells of.
fn key(request: &Request, file: &Path) -> io::Result<String> {
    let Request {
        model,
        emit,
        targets,
        level,
        precision,
        shapes,
        format,
        import,
        rules,
        planning,
        custom_ops,
        links,
        ..
    } = request;
    let compiler = std::env::current_exe()?.metadata()?;
    let blobs = BlobStore::new();
    let constants: Vec<_> = (import.constants.iter())
        .map(|(name, tensor)| (name, tensor.shape(), blobs.insert(tensor.clone()).as_str().to_owned()))
        .collect();
    let read = |files: &[String]| files.iter().map(fs::read).collect::<io::Result<Vec<_>>>();
    let links = links.iter().map(|file| Ok((file, hash_file(file)?))).collect::<io::Result<Vec<_>>>()?;
    let architecture = import.architecture.iter().map(|file| hash_file(file)).collect::<io::Result<Vec<_>>>()?;
    let ImportOptions { inputs, outputs, signature, .. } = import;
    let format = format.map(|format| format.name);
    let (rules, tuning) = (read(rules)?, read(planning.tuning.as_slice())?);
    // The name decides the form of the file and what the model calls itself.
    let settings = format!(
        "{FORMAT} {} {:?} {:?} {emit:?} {targets:?} {level:?} {precision:?} {shapes:?} {constants:?} {rules:?} \
         {tuning:?} {custom_ops:?} {links:?} {format:?} {inputs:?} {outputs:?} {signature:?} {architecture:?}",
        compiler.len(),
        compiler.modified()?,
        model.file_name(),
    );
    let mut hasher = blake3::Hasher::new();
    hasher.update(settings.as_bytes()).update_rayon(&map(file)?);
    Ok(hasher.finalize().to_hex().to_string())
}

/// The path of a file beside the model.
fn beside(model: &Path, location: &str) -> PathBuf {
    model.parent().unwrap_or(Path::new("")).join(location)
}

fn hash_file(path: &Path) -> io::Result<String> {
    Ok(blake3::Hasher::new().update_rayon(&map(path)?).finalize().to_hex().to_string())
}

/// Maps a regular file; others are the importer's to refuse.
fn map(path: &Path) -> io::Result<MappedFile> {
    match path.metadata()?.is_file() {
        true => MappedFile::open(path),
        false => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// Copies a file so that it appears whole or not at all.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(".kiln-").tempfile_in(folder)?.into_temp_path();
    fs::copy(from, &made)?;
    made.persist(to).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back() {
        let neighbours = vec![("weights/a b".to_owned(), "0f".to_owned()), ("w".to_owned(), "1".to_owned())];
        let record = Record { weight_bytes: 12, kernels: 3, neighbours };
        assert_eq!(Record::parse(&record.to_text()), Some(record));
        for damaged in ["", "weight_bytes 12\n", "weight_bytes x\nkernels 3\n", "weight_bytes 1\nkernels 3\nread\n"] {
            assert_eq!(Record::parse(damaged), None, "{damaged:?}");
        }
    }

    #[test]
    fn those_not_used_for_longest_leave_first() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut cache = ResultCache::open(folder.path()).expect("made");
        let now = SystemTime::now();
        for (age, name) in ["c", "a", "b"].into_iter().enumerate() {
            let entry = cache.folder.join(name);
            fs::create_dir(&entry).expect("made");
            fs::write(entry.join(MODEL), [0; 100]).expect("written");
            fs::write(entry.join(RECORD), "").expect("written");
            let record = File::options().append(true).open(entry.join(RECORD)).expect("there");
            record.set_modified(now - std::time::Duration::from_secs(60 * age as u64)).expect("dated");
        }
        cache.most_bytes = 200;
        cache.shrink();
        let mut left: Vec<_> = fs::read_dir(&cache.folder).expect("there").flatten().map(|e| e.file_name()).collect();
        left.sort_unstable();
        assert_eq!(left, ["a", "c"]);
    }
}
