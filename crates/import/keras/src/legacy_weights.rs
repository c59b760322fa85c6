//! Weights of Keras 1 and 2 as Keras 3 has them.

use crate::file::Version;
use crate::layer::Layer;
use kiln_tensor::{ElementType, Storage, Tensor, row_major_strides};
use serde_json::Value as Json;

/// The order of the gates in Keras 1, and where each of them is today.
const GATES: [(&str, &[usize]); 3] = [("LSTM", &[0, 2, 1, 3]), ("GRU", &[0, 1, 2]), ("ConvLSTM2D", &[0, 2, 1, 3])];

/// The weights of recurrent layers of Keras 1, which has three for each gate, joined to one for all gates.
pub(crate) fn unify(
    layer: &Layer,
    tensors: Vec<Result<Tensor, String>>,
    wanted: usize,
    version: &Version,
) -> Vec<Result<Tensor, String>> {
    let class = match &layer.parts[..] {
        [] => layer.class.as_str(),
        [(_, part), ..] => part.class.as_str(),
    };
    let gates = GATES.iter().find(|(name, _)| *name == class && version.major == 1);
    let Some((_, order)) = gates else { return tensors };
    let in_cell = 3 * order.len();
    if tensors.len() != wanted * order.len() || tensors.iter().any(Result::is_err) {
        return tensors;
    }
    let tensors: Vec<Tensor> = tensors.into_iter().flatten().collect();
    let cells = tensors.chunks(in_cell).flat_map(|cell| {
        (0..3).map(|kind| {
            let gates: Vec<&Tensor> = order.iter().filter_map(|gate| cell.get(3 * gate + kind)).collect();
            join(&gates)
        })
    });
    cells.collect()
}

/// A weight of a layer as Keras 3 has it.
///
/// # Errors
/// When it has not the shape that it should; one sentence.
pub(crate) fn convert(layer: &Layer, name: &str, tensor: Tensor, version: &Version) -> Result<Tensor, String> {
    if version.major >= 3 {
        return Ok(tensor);
    }
    let is_kernel = name == "kernel" || name == "depthwise_kernel";
    let tensor = match version.major == 1 && is_kernel {
        true => transpose_kernel(layer, tensor)?,
        false => tensor,
    };
    match is_kernel && version.backend == "theano" && layer.class.contains("Conv") {
        true => turn(&tensor),
        false => Ok(tensor),
    }
}

/// Kernels of convolutions of Keras 1: channels come first in those that its Theano layout has.
fn transpose_kernel(layer: &Layer, tensor: Tensor) -> Result<Tensor, String> {
    let is_first = layer.config.get("data_format").and_then(Json::as_str) == Some("channels_first");
    let (rank, shape) = (tensor.rank(), tensor.shape().to_vec());
    match (layer.class.as_str(), is_first) {
        // Of two notations the newer has an extent of 1 where the second space would be.
        ("Conv1D", _) if rank == 4 => {
            let filters = layer.config.get("filters").and_then(Json::as_u64).unwrap_or(0);
            let tensor = match shape[1] == 1 && shape[3] as u64 == filters {
                true => tensor,
                false => transpose(&tensor, &[2, 3, 1, 0])?,
            };
            let [length, _, inputs, outputs] = *tensor.shape() else { return Ok(tensor) };
            tensor.reshaped(&[length, inputs, outputs]).map_err(|error| error.to_string())
        }
        ("Conv2D" | "SeparableConv2D", true) if rank == 4 => transpose(&tensor, &[2, 3, 1, 0]),
        ("Conv2DTranspose", false) if rank == 4 => transpose(&tensor, &[0, 1, 3, 2]),
        ("Conv2DTranspose", true) if rank == 4 => transpose(&tensor, &[2, 3, 0, 1]),
        ("Conv3D", true) if rank == 5 => transpose(&tensor, &[2, 3, 4, 1, 0]),
        _ => Ok(tensor),
    }
}

/// Tensors of equal shapes joined along the last axis.
fn join(tensors: &[&Tensor]) -> Result<Tensor, String> {
    let Some(first) = tensors.first() else { return Err("no gates".into()) };
    if first.rank() == 0
        || tensors.iter().any(|tensor| tensor.shape() != first.shape() || tensor.element() != first.element())
    {
        return Err("the gates' weights are not alike".into());
    }
    let mut shape = first.shape().to_vec();
    let last = shape.len() - 1;
    let row = shape[last] * first.element().byte_size();
    shape[last] *= tensors.len();
    let mut bytes = Vec::with_capacity(first.bytes().len() * tensors.len());
    if let Some(rows) = first.bytes().len().checked_div(row) {
        for index in 0..rows {
            tensors.iter().for_each(|tensor| bytes.extend_from_slice(&tensor.bytes()[index * row..][..row]));
        }
    }
    Tensor::from_bytes(first.element(), &shape, &bytes).map_err(|error| error.to_string())
}

/// A tensor whose axes are those of another one in this order.
fn transpose(tensor: &Tensor, order: &[usize]) -> Result<Tensor, String> {
    let strides = row_major_strides(tensor.shape());
    let shape: Vec<usize> = order.iter().map(|&axis| tensor.shape()[axis]).collect();
    let strides: Vec<isize> = order.iter().map(|&axis| strides[axis] as isize).collect();
    pick(tensor, &shape, &strides, 0)
}

/// A kernel whose spatial axes, all but the last two, run backwards.
fn turn(tensor: &Tensor) -> Result<Tensor, String> {
    let spatial = tensor.rank().saturating_sub(2);
    let strides = row_major_strides(tensor.shape());
    let signed = strides
        .iter()
        .enumerate()
        .map(|(axis, &stride)| if axis < spatial { -(stride as isize) } else { stride as isize });
    let start = (0..spatial).map(|axis| (tensor.shape()[axis].max(1) - 1) * strides[axis]).sum();
    pick(tensor, tensor.shape(), &signed.collect::<Vec<_>>(), start)
}

/// The elements of a tensor at `start` and every step of the strides from there.
fn pick(tensor: &Tensor, shape: &[usize], strides: &[isize], start: usize) -> Result<Tensor, String> {
    if tensor.element() == ElementType::String {
        return Err("a weight is no text".into());
    }
    let (size, bytes) = (tensor.element().byte_size(), tensor.bytes());
    let mut place = vec![0usize; shape.len()];
    let storage = Storage::filled(bytes.len(), |target| {
        for element in target.chunks_exact_mut(size) {
            let offset: isize = place.iter().zip(strides).map(|(&at, &stride)| at as isize * stride).sum();
            let from = start.wrapping_add_signed(offset) * size;
            element.copy_from_slice(&bytes[from..from + size]);
            for axis in (0..shape.len()).rev() {
                place[axis] += 1;
                if place[axis] < shape[axis] {
                    break;
                }
                place[axis] = 0;
            }
        }
    });
    Tensor::new(tensor.element(), shape, storage).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_turned_and_transposed() {
        let tensor = Tensor::from_values(&[2, 2, 1, 2], &(0..8).map(|value| value as f32).collect::<Vec<_>>());
        let turned = turn(&tensor).expect("turned");
        assert_eq!(turned.values::<f32>(), [6.0, 7.0, 4.0, 5.0, 2.0, 3.0, 0.0, 1.0].as_slice());
        let transposed = transpose(&tensor, &[3, 2, 0, 1]).expect("transposed");
        assert_eq!(transposed.shape(), [2, 1, 2, 2]);
        assert_eq!(transposed.values::<f32>(), [0.0, 2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0].as_slice());
    }

    #[test]
    fn gates_are_joined() {
        let (a, b) = (Tensor::from_values(&[2, 1], &[1f32, 2.0]), Tensor::from_values(&[2, 1], &[3f32, 4.0]));
        assert_eq!(join(&[&a, &b]).expect("joined").values::<f32>(), [1.0, 3.0, 2.0, 4.0].as_slice());
    }
}
