//! Linking: objects to a shared object, a static library or one relocatable object, by LLVM's `ld.lld`.

use crate::library::Library;
use crate::{
    ObjectFile,
    archive::write_archive,
    error::{CodegenError, Step},
};
use object::{Object, ObjectSymbol, read::ReadCache};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// Where `ld.lld` may be; the first that starts is used. Its version matters little: it reads what LLVM 22 writes.
const LINKERS: [&str; 3] = ["/usr/lib/llvm-22/bin/ld.lld", "ld.lld-22", "ld.lld"];

/// Puts the weights, the one section that may be larger than what an instruction reaches, in front of all others.
/// See [`crate::write_weights`].
const WEIGHTS_FIRST: &str = "SECTIONS { \
    .kiln.weights : { *(.lrodata.kiln.weights .rodata.kiln.weights) } \
    } INSERT BEFORE .dynsym;\n";

/// Segments begin where a huge page could, so that a system may map weights by those: a matrix of 64 MiB is read 2 %
/// faster. It costs addresses, not bytes of the file.
const SEGMENT_ALIGNMENT: &str = "-zmax-page-size=2097152";

/// Something to link.
#[derive(Clone, Copy, Debug)]
pub enum LinkInput<'a> {
    /// An object in memory.
    Memory(&'a ObjectFile),
    /// An object on disk.
    File(&'a Path),
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOutput {
    /// A shared object without dependencies.
    SharedObject,
    /// A static library of one member.
    StaticLibrary,
    /// One relocatable object.
    Object,
}

/// How to link.
#[derive(Clone, Copy, Debug)]
pub struct LinkOptions<'a> {
    /// What to write.
    pub output: LinkOutput,
    /// Symbols, or patterns like `kiln_*`, that a shared object exports. Hidden symbols stay hidden even if they match.
    pub exports: &'a [&'a str],
    /// Symbols that the process that loads a shared object provides; any other that is left undefined is an error.
    /// `None` leaves that to whoever loads it.
    pub externals: Option<&'a [&'a str]>,
    /// Files of the user's: objects and archives, and for a shared object others that it needs. What objects and archives
    /// leave undefined, the process provides.
    pub libraries: &'a [&'a Path],
}

/// Links `inputs` in their order to `path`. The file appears whole or not at all, and the same inputs give the same
/// bytes.
pub fn link(inputs: &[LinkInput], options: &LinkOptions, path: &Path) -> Result<(), CodegenError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Beside the result, so that the last step is a rename.
    let directory = absolute(directory)?;
    let scratch = tempfile::Builder::new().prefix(".kiln-link-").tempdir_in(directory);
    let scratch = scratch.map_err(|error| CodegenError::file("write", path, error))?;
    // The linker takes percent signs in the name of its output for digits to draw: it is run in the folder.
    let (linked, linked_name) = (scratch.path().join("linked"), "linked");

    let mut arguments: Vec<PathBuf> = Vec::new();
    match options.output {
        LinkOutput::SharedObject => arguments.extend(shared_arguments(options, scratch.path())?),
        LinkOutput::StaticLibrary | LinkOutput::Object => arguments.push("-r".into()),
    }
    arguments.extend(["-o".into(), linked_name.into()]);
    for (index, input) in inputs.iter().enumerate() {
        arguments.push(match input {
            LinkInput::File(file) => absolute(file)?,
            LinkInput::Memory(object) => write(scratch.path(), &format!("{index}.{}", object.name), &object.bytes)?,
        });
    }
    let libraries =
        options.libraries.iter().map(|path| Library::open(&absolute(path)?)).collect::<Result<Vec<_>, _>>()?;
    for library in &libraries {
        arguments.extend(library.arguments(options.output)?);
    }
    run_linker(&arguments, scratch.path())?;

    let finished = match options.output {
        LinkOutput::Object => linked,
        LinkOutput::SharedObject => {
            if let Some(externals) = options.externals {
                let of_libraries = libraries.iter().flat_map(|library| &library.symbols).map(String::as_str);
                let externals: Vec<&str> = externals.iter().copied().chain(of_libraries).collect();
                check_undefined(&linked, &externals)?;
            }
            linked
        }
        LinkOutput::StaticLibrary => {
            let archive = scratch.path().join("archive");
            write_archive(&linked, "kiln_model.o", &archive)
                .map_err(|error| CodegenError::file("write", path, error))?;
            archive
        }
    };
    fs::rename(&finished, path).map_err(|error| CodegenError::file("write", path, error))
}

fn shared_arguments(options: &LinkOptions, scratch: &Path) -> Result<Vec<PathBuf>, CodegenError> {
    let names: String = options.exports.iter().map(|name| format!(" {name};")).collect();
    let version = write(scratch, "exports", format!("{{ global:{names} local: *; }};\n").as_bytes())?;
    let layout = write(scratch, "layout", WEIGHTS_FIRST.as_bytes())?;
    let mut arguments: Vec<PathBuf> = [
        "-shared",
        "--build-id=none",
        "--hash-style=gnu",
        "--gc-sections",
        "--no-undefined-version",
        "-znoexecstack",
        "-zrelro",
        "-znow",
        SEGMENT_ALIGNMENT,
        "--script",
    ]
    .map(PathBuf::from)
    .to_vec();
    arguments.extend([layout, "--version-script".into(), version]);
    Ok(arguments)
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, CodegenError> {
    let path = directory.join(name);
    fs::write(&path, bytes).map_err(|error| CodegenError::file("write", &path, error))?;
    Ok(path)
}

/// The path as it is from any folder.
fn absolute(path: &Path) -> Result<PathBuf, CodegenError> {
    std::path::absolute(path).map_err(|error| CodegenError::file("find", path, error))
}

fn run_linker(arguments: &[PathBuf], scratch: &Path) -> Result<(), CodegenError> {
    for linker in LINKERS {
        let output = match Command::new(linker).current_dir(scratch).args(arguments).output() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(CodegenError::new(Step::Link, format!("cannot run {linker}: {error}"))),
            Ok(output) => output,
        };
        if output.status.success() {
            return Ok(());
        }
        // The names of the temporary files would make equal errors differ.
        let scratch = format!("{}/", scratch.display());
        let text = String::from_utf8_lossy(&output.stderr).replace(&scratch, "");
        return Err(CodegenError::new(Step::Link, format!("{linker} failed: {}", text.trim_end())));
    }
    let names = LINKERS.join(", ");
    Err(CodegenError::new(Step::Link, format!("no linker found: install lld-22 (looked for {names})")))
}

/// Refuses a shared object that would need more of its process than it provides: a mathematical function that LLVM
/// made a call of, say, which is in no library the object names.
fn check_undefined(linked: &Path, externals: &[&str]) -> Result<(), CodegenError> {
    let failed = |error: &dyn std::fmt::Display| CodegenError::new(Step::Link, error.to_string());
    let file = File::open(linked).map_err(|error| CodegenError::file("read", linked, error))?;
    let cache = ReadCache::new(file);
    let object = object::File::parse(&cache).map_err(|error| failed(&error))?;
    let undefined = object.dynamic_symbols().filter(|symbol| symbol.is_undefined());
    let names = undefined.map(|symbol| symbol.name().map(str::to_owned)).collect::<Result<Vec<_>, _>>();
    let mut missing = names.map_err(|error| failed(&error))?;
    missing.retain(|name| !name.is_empty() && !externals.contains(&name.as_str()));
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    Err(CodegenError::new(Step::Link, format!("nothing defines {}", missing.join(", "))))
}
