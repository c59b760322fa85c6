//! Files of the user's that are linked with a model.

use crate::error::{CodegenError, Step};
use crate::link::LinkOutput;
use object::read::archive::ArchiveFile;
use object::{Object, ObjectKind, ObjectSymbol};
use std::path::{Path, PathBuf};

/// A file and what it says of symbols.
pub(crate) struct Library {
    path: PathBuf,
    is_shared: bool,
    /// Symbols that a model may leave undefined because of it: those that it provides when the model is loaded, and those
    /// that it needs itself.
    pub symbols: Vec<String>,
}

impl Library {
    /// Reads a relocatable object, an archive of such, or a shared object.
    pub fn open(path: &Path) -> Result<Library, CodegenError> {
        let refused = |reason: &str| {
            let message = format!("cannot link {}: {reason}", path.display());
            CodegenError::new(Step::Link, message)
        };
        let bytes = std::fs::read(path).map_err(|error| CodegenError::file("read", path, error))?;
        let mut symbols = Vec::new();
        let mut add = |object: &object::File| {
            let undefined = object.symbols().filter(|symbol| symbol.is_undefined());
            symbols.extend(undefined.filter_map(|symbol| symbol.name().ok()).map(str::to_owned));
        };
        if let Ok(archive) = ArchiveFile::parse(&*bytes) {
            for member in archive.members() {
                let member = member.map_err(|error| refused(&error.to_string()))?;
                let data = member.data(&*bytes).map_err(|error| refused(&error.to_string()))?;
                // What is no object, the linker has more to say about.
                if let Ok(object) = object::File::parse(data) {
                    add(&object);
                }
            }
            return Ok(Library { path: path.to_owned(), is_shared: false, symbols });
        }
        let object = object::File::parse(&*bytes).map_err(|_| refused("it is no object, archive or shared object"))?;
        match object.kind() {
            ObjectKind::Relocatable => {
                add(&object);
                Ok(Library { path: path.to_owned(), is_shared: false, symbols })
            }
            ObjectKind::Dynamic => {
                let defined = object.dynamic_symbols().filter(|symbol| !symbol.is_undefined());
                let symbols = defined.filter_map(|symbol| symbol.name().ok()).map(str::to_owned).collect();
                Ok(Library { path: path.to_owned(), is_shared: true, symbols })
            }
            _ => Err(refused("it is a program, not an object, archive or shared object")),
        }
    }

    /// What the linker is told. A shared object is found by its name when the model is loaded: in the model's own folder,
    /// or where the system looks.
    pub fn arguments(&self, output: LinkOutput) -> Result<Vec<PathBuf>, CodegenError> {
        if !self.is_shared {
            return Ok(vec![self.path.clone()]);
        }
        if output != LinkOutput::SharedObject {
            let message = format!(
                "{} is a shared object: it is linked with the program, not with an object or a static library",
                self.path.display()
            );
            return Err(CodegenError::new(Step::Link, message));
        }
        let (Some(folder), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Err(CodegenError::new(Step::Link, format!("{} names no file", self.path.display())));
        };
        let name = format!("-l:{}", name.to_string_lossy());
        Ok(vec!["-L".into(), folder.to_owned(), name.into(), "-rpath".into(), "$ORIGIN".into()])
    }
}
