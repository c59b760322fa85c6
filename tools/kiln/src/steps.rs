//! Several runs one after the other, each with its part of the inputs: what a model that keeps state is fed with.

use crate::Failure;
use kiln_runtime::TensorInfo;
use kiln_tensor::Tensor;

/// The inputs of run number `step` of `count`: of an input with one axis more than the model wants its part, and others as
/// they are.
pub(crate) fn inputs_of_step(
    wanted: &[TensorInfo],
    given: &[Tensor],
    step: usize,
    count: usize,
) -> Result<Vec<Tensor>, Failure> {
    let part = |(info, tensor): (&TensorInfo, &Tensor)| match tensor.shape() {
        [first, rest @ ..] if rest.len() == info.dims.len() => match *first == count {
            true => part(tensor, step, rest),
            false => Err(Failure::Input(format!(
                "input '{}' has {first} elements along its first axis, one for each step; --steps says {count}",
                info.name
            ))),
        },
        _ => Ok(tensor.clone()),
    };
    wanted.iter().zip(given).map(part).collect()
}

/// Element number `index` along the first axis.
fn part(tensor: &Tensor, index: usize, shape: &[usize]) -> Result<Tensor, Failure> {
    let count: usize = shape.iter().product();
    let strings = tensor.strings();
    let part = match strings.get(index * count..(index + 1) * count) {
        Some(strings) if !strings.is_empty() => Tensor::from_strings(shape, strings.to_vec()),
        _ => {
            let length = tensor.bytes().len() / tensor.shape()[0];
            Tensor::from_bytes(tensor.element(), shape, &tensor.bytes()[index * length..(index + 1) * length])
        }
    };
    part.map_err(|error| Failure::Input(error.to_string()))
}

/// The outputs of all runs, each along a first axis of its own.
pub(crate) fn stack(outputs: &[TensorInfo], runs: &[Vec<Tensor>]) -> Result<Vec<Tensor>, Failure> {
    let stack = |(index, info): (usize, &TensorInfo)| {
        let parts: Vec<&Tensor> = runs.iter().map(|run| &run[index]).collect();
        let first = parts[0];
        if let Some(other) = parts.iter().find(|part| part.shape() != first.shape()) {
            return Err(Failure::Input(format!(
                "output '{}' has shape {:?} in one step and {:?} in another: such steps cannot be one array",
                info.name,
                first.shape(),
                other.shape()
            )));
        }
        let shape = [&[parts.len()], first.shape()].concat();
        let strings: Vec<Vec<u8>> = parts.iter().flat_map(|part| part.strings()).cloned().collect();
        let stacked = match strings.is_empty() {
            true => Tensor::from_bytes(
                first.element(),
                &shape,
                &parts.iter().flat_map(|part| part.bytes()).copied().collect::<Vec<_>>(),
            ),
            false => Tensor::from_strings(&shape, strings),
        };
        stacked.map_err(|error| Failure::Input(error.to_string()))
    };
    outputs.iter().enumerate().map(stack).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_runtime::Dim;
    use kiln_tensor::ElementType;

    fn info(name: &str, rank: usize) -> TensorInfo {
        let (name, dims) = (name.to_owned(), vec![Dim::Symbol("N".into()); rank]);
        TensorInfo { name, element_type: ElementType::F32, dims, depends_on_data: false }
    }

    #[test]
    fn inputs_are_cut_and_outputs_stacked() {
        let infos = [info("x", 1), info("bias", 1)];
        let given = [Tensor::from_values(&[3, 2], &[1f32, 2., 3., 4., 5., 6.]), Tensor::from_values(&[1], &[9f32])];
        let steps: Vec<Vec<Tensor>> =
            (0..3).map(|step| inputs_of_step(&infos, &given, step, 3).expect("fit")).collect();
        assert_eq!(steps[1], [Tensor::from_values(&[2], &[3f32, 4.]), given[1].clone()]);
        let stacked = stack(&infos, &steps).expect("alike");
        assert_eq!(stacked[0], given[0]);
        assert_eq!(stacked[1].shape(), [3, 1]);
        assert!(inputs_of_step(&infos, &given, 0, 4).is_err());
    }
}
