//! The inputs of a run: from files by name, or random.

use crate::random::Random;
use crate::{Failure, InputFile, ShapeArgument};
use clap::Args;
use kiln_diag::suggest;
use kiln_npy::{read_npy_file, read_npz};
use kiln_runtime::{Dim, TensorInfo};
use kiln_tensor::{ElementType, Tensor};
use std::collections::HashMap;
use std::path::PathBuf;

/// Where the inputs of a run come from.
#[derive(Args, Clone, Debug, Default)]
pub struct InputOptions {
    /// Reads the input NAME from a .npy file.
    #[arg(long = "input", value_name = "NAME=FILE.npy")]
    pub files: Vec<InputFile>,

    /// Reads inputs from the arrays of a .npz file, by name.
    #[arg(long = "inputs", value_name = "FILE.npz")]
    pub archive: Option<PathBuf>,

    /// The shape of a random input. An extent given once holds wherever its symbol stands.
    #[arg(long = "shape", value_name = "NAME=1x3x224x224")]
    pub shapes: Vec<ShapeArgument>,
}

impl InputOptions {
    /// The inputs that a model wants, in order. Those that no file gives are random if there is a seed, else an error that
    /// lists them.
    pub(crate) fn load(&self, wanted: &[TensorInfo], seed: Option<u64>) -> Result<Vec<Tensor>, Failure> {
        let mut given = self.read_files(wanted)?;
        if let Some(shape) = self.shapes.iter().find(|shape| given.contains_key(&shape.name)) {
            return Err(Failure::Usage(format!("input '{}' has both a file and a --shape", shape.name)));
        }
        let shapes = match seed {
            Some(_) => find_shapes(wanted, &given, &self.shapes)?,
            None => Vec::new(),
        };
        let mut random = seed.map(Random::new);
        let mut tensors = Vec::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for (index, info) in wanted.iter().enumerate() {
            match (given.remove(&info.name), &mut random) {
                (Some(tensor), _) => tensors.push(tensor),
                (None, Some(random)) => {
                    tensors.push(random.tensor(info.element_type, &shapes[index]).ok_or_else(|| {
                        Failure::Usage(format!("input '{}' cannot be random with that shape and type", info.name))
                    })?)
                }
                (None, None) => missing.push(info),
            }
        }
        if missing.is_empty() { Ok(tensors) } else { Err(report_missing(wanted, &missing)) }
    }

    /// What the files give, by name of the input.
    fn read_files(&self, wanted: &[TensorInfo]) -> Result<HashMap<String, Tensor>, Failure> {
        let expected = |name: &str| wanted.iter().find(|info| info.name == name).map(|info| info.element_type);
        let mut given = HashMap::new();
        if let Some(path) = &self.archive {
            given.extend(read_npz(path, expected)?);
            if let Some(name) = given.keys().find(|name| expected(name).is_none()) {
                return Err(Failure::Input(format!("{}: {}", path.display(), unknown_input(name, wanted))));
            }
        }
        for file in &self.files {
            let element_type: Option<ElementType> = expected(&file.name);
            if element_type.is_none() {
                return Err(Failure::Usage(format!("--input: {}", unknown_input(&file.name, wanted))));
            }
            given.insert(file.name.clone(), read_npy_file(&file.path, element_type)?);
        }
        Ok(given)
    }
}

/// "The model has no input 'y'", and what it has.
fn unknown_input(name: &str, wanted: &[TensorInfo]) -> String {
    match suggest(name, wanted.iter().map(|info| info.name.as_str())) {
        Some(near) => format!("the model has no input '{name}'; did you mean '{near}'?"),
        None => format!("the model has no input '{name}'; it has\n{}", list(wanted.iter())),
    }
}

fn report_missing(wanted: &[TensorInfo], missing: &[&TensorInfo]) -> Failure {
    let rest = if missing.len() == wanted.len() { "" } else { " of those the model wants" };
    Failure::Usage(format!(
        "these inputs{rest} are missing: give --input NAME=FILE.npy, --inputs FILE.npz or --random\n{}",
        list(missing.iter().copied())
    ))
}

/// Inputs with their types, one a line.
fn list<'a>(inputs: impl Iterator<Item = &'a TensorInfo>) -> String {
    inputs.map(|info| format!("  {}: {info}", info.name)).collect::<Vec<_>>().join("\n")
}

/// The shape of every input: that of its tensor, that given, or what the symbols known from those make of it.
fn find_shapes(
    wanted: &[TensorInfo],
    given: &HashMap<String, Tensor>,
    arguments: &[ShapeArgument],
) -> Result<Vec<Vec<usize>>, Failure> {
    if let Some(unknown) = arguments.iter().find(|argument| wanted.iter().all(|info| info.name != argument.name)) {
        return Err(Failure::Usage(format!("--shape: {}", unknown_input(&unknown.name, wanted))));
    }
    let stated = |info: &TensorInfo| {
        let argument = arguments.iter().rev().find(|argument| argument.name == info.name).map(|a| a.shape.clone());
        argument.or_else(|| Some(given.get(&info.name)?.shape().to_vec()))
    };
    let mut symbols: HashMap<&str, usize> = HashMap::new();
    for info in wanted {
        for (dim, extent) in info.dims.iter().zip(stated(info).unwrap_or_default()) {
            if let Dim::Symbol(name) = dim {
                symbols.entry(name).or_insert(extent);
            }
        }
    }
    let derive = |info: &TensorInfo| -> Option<Vec<usize>> {
        let extent = |dim: &Dim| match dim {
            Dim::Static(extent) => usize::try_from(*extent).ok(),
            Dim::Symbol(name) => symbols.get(name.as_str()).copied(),
            Dim::Expression(_) => None,
        };
        info.dims.iter().map(extent).collect()
    };
    let shapes: Vec<Option<Vec<usize>>> = wanted.iter().map(|info| stated(info).or_else(|| derive(info))).collect();
    let unknown = wanted.iter().zip(&shapes).filter(|(_, shape)| shape.is_none()).map(|(info, _)| info);
    if shapes.iter().any(Option::is_none) {
        let inputs = list(unknown);
        let help = "give --shape NAME=1x3x224x224";
        return Err(Failure::Usage(format!("the shapes of these inputs are not fixed: {help}\n{inputs}")));
    }
    Ok(shapes.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, dims: &[Dim]) -> TensorInfo {
        TensorInfo { name: name.into(), element_type: ElementType::F32, dims: dims.into(), depends_on_data: false }
    }

    fn shapes(wanted: &[TensorInfo], arguments: &[&str]) -> Result<Vec<Vec<usize>>, Failure> {
        let arguments: Vec<ShapeArgument> = arguments.iter().map(|text| text.parse().expect("well formed")).collect();
        find_shapes(wanted, &HashMap::new(), &arguments)
    }

    #[test]
    fn a_symbol_known_from_one_input_holds_in_all() {
        let batch = || Dim::Symbol("batch".into());
        let wanted = [info("ids", &[batch(), Dim::Symbol("length".into())]), info("mask", &[batch(), Dim::Static(4)])];
        assert_eq!(shapes(&wanted, &["ids=2x7"]), Ok(vec![vec![2, 7], vec![2, 4]]));
        let failure = shapes(&wanted, &["mask=2x4"]).expect_err("length is unknown");
        let text = "the shapes of these inputs are not fixed: give --shape NAME=1x3x224x224\n  ids: batchxlengthxf32";
        assert_eq!(failure, Failure::Usage(text.into()));
    }

    #[test]
    fn expressions_are_given_by_shape() {
        let wanted = [info("window", &[Dim::Expression("2 * N".into())])];
        assert!(shapes(&wanted, &[]).is_err());
        assert_eq!(shapes(&wanted, &["window=8"]), Ok(vec![vec![8]]));
        let Err(Failure::Usage(text)) = shapes(&wanted, &["windwo=8"]) else { panic!("the name is unknown") };
        assert_eq!(text, "--shape: the model has no input 'windwo'; did you mean 'window'?");
    }
}
