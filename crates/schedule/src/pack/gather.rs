//! Packing of constants.

use super::form::PackedLayout;
use kiln_tensor::{Element, Tensor, row_major_strides};

/// The packed tensor.
pub(super) fn pack_tensor(tensor: &Tensor, layout: &PackedLayout) -> Tensor {
    // All bits zero are the number zero, whatever the type.
    match tensor.element().byte_size() {
        1 => pack_elements::<u8>(tensor, layout),
        2 => pack_elements::<u16>(tensor, layout),
        4 => pack_elements::<u32>(tensor, layout),
        _ => pack_elements::<u64>(tensor, layout),
    }
}

fn pack_elements<T: Element + Default>(tensor: &Tensor, layout: &PackedLayout) -> Tensor {
    let shape = layout.packed_shape();
    let source = tensor.values::<T>();
    let strides = row_major_strides(&layout.split);
    let filters = layout.split[layout.filters];
    let stride = strides[layout.filters];
    let offsets = |axes: &[usize]| offsets(axes, &layout.split, &strides);
    let (before, after) = (offsets(&layout.before), offsets(&layout.after));
    if layout.run.1 > 1 {
        return pack_runs::<T>(tensor, layout);
    }
    let mut packed = Vec::with_capacity(shape.iter().product());
    for &outer in &before {
        for panel in 0..layout.panels() {
            let first = panel * layout.columns;
            let present = layout.columns.min(filters - first);
            for &inner in &after {
                let base = outer + inner + first * stride;
                packed.extend((0..present).map(|column| source[base + column * stride]));
                packed.resize(packed.len() + layout.columns - present, T::default());
            }
        }
    }
    Tensor::from_values_as(tensor.element(), &shape, &packed)
}

/// As [`pack_elements`], with runs cut into steps of several terms.
fn pack_runs<T: Element + Default>(tensor: &Tensor, layout: &PackedLayout) -> Tensor {
    let (source, strides) = (tensor.values::<T>(), row_major_strides(&layout.split));
    let (filters, stride) = (layout.split[layout.filters], strides[layout.filters]);
    let offsets = |axes: &[usize]| offsets(axes, &layout.split, &strides);
    let (outer, run) = layout.outer_and_run();
    let (before, outer, run) = (offsets(&layout.before), offsets(outer), offsets(run));
    let shape = layout.packed_shape();
    let mut packed = Vec::with_capacity(shape.iter().product());
    for &base in &before {
        for panel in 0..layout.panels() {
            for &outer in &outer {
                for step in run.chunks(layout.run.1) {
                    for column in panel * layout.columns..(panel + 1) * layout.columns {
                        let value = |inner: &usize| source[base + outer + inner + column * stride];
                        let terms = step.iter().filter(|_| column < filters).map(value);
                        let end = packed.len() + layout.run.1;
                        packed.extend(terms);
                        packed.resize(end, T::default());
                    }
                }
            }
        }
    }
    Tensor::from_values_as(tensor.element(), &shape, &packed)
}

/// The offset of every combination of positions along `axes`, in row-major order.
fn offsets(axes: &[usize], extents: &[usize], strides: &[usize]) -> Vec<usize> {
    axes.iter().fold(vec![0], |offsets, &axis| {
        let along = |offset: usize| (0..extents[axis]).map(move |position| offset + position * strides[axis]);
        offsets.into_iter().flat_map(along).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::PackForm;
    use super::*;

    #[test]
    fn runs_are_cut_into_steps() {
        // Two filters of three channels, one tap; panels of two filters, steps of two terms.
        let form = PackForm::ConvRuns { groups: 1, columns: 2, terms: 2, joins_taps: false };
        let (shape, values) = packed(form, &[2, 3, 1, 1]);
        assert_eq!(shape, [1, 1, 1, 1, 2, 2, 2]);
        assert_eq!(values, [1., 2., 4., 5., 3., 0., 6., 0.]);
        // One filter of two channels and two taps of a row: a run of taps and their channels.
        let form = PackForm::ConvRuns { groups: 1, columns: 1, terms: 4, joins_taps: true };
        let (shape, values) = packed(form, &[1, 2, 1, 2]);
        assert_eq!(shape, [1, 1, 1, 1, 1, 4]);
        assert_eq!(values, [1., 3., 2., 4.]);
        let form = PackForm::MatrixRuns { columns: 2, terms: 2, transposed: false };
        let (shape, values) = packed(form, &[3, 3]);
        assert_eq!(shape, [2, 2, 2, 2]);
        assert_eq!(values, [1., 4., 2., 5., 7., 0., 8., 0., 3., 6., 0., 0., 9., 0., 0., 0.]);
    }

    fn numbers(shape: &[usize]) -> Tensor {
        let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(|value| value as f32 + 1.0).collect();
        Tensor::from_values(shape, &values)
    }

    fn packed(form: PackForm, shape: &[usize]) -> (Vec<usize>, Vec<f32>) {
        let tensor = pack_tensor(&numbers(shape), &form.layout(shape));
        (tensor.shape().to_vec(), tensor.values::<f32>().to_vec())
    }

    #[test]
    fn filters_become_panels() {
        // Three filters of two channels and two taps; panels of two filters.
        let (shape, values) = packed(PackForm::ConvPanels { groups: 1, columns: 2 }, &[3, 2, 1, 2]);
        assert_eq!(shape, [1, 2, 1, 2, 2, 2]);
        assert_eq!(values, [1., 5., 3., 7., 2., 6., 4., 8., 9., 0., 11., 0., 10., 0., 12., 0.]);
    }

    #[test]
    fn matrices_become_panels() {
        let form = |transposed| PackForm::MatrixPanels { columns: 2, transposed };
        let (shape, values) = packed(form(false), &[2, 3]);
        assert_eq!(shape, [2, 2, 2]);
        assert_eq!(values, [1., 2., 4., 5., 3., 0., 6., 0.]);
        assert_eq!(packed(form(false), &[1, 1, 2, 3]), (shape, values));
        let (shape, values) = packed(form(true), &[3, 2]);
        assert_eq!(shape, [2, 2, 2]);
        assert_eq!(values, [1., 3., 2., 4., 5., 0., 6., 0.]);
    }

    #[test]
    fn batch_axes_of_one_do_not_count() {
        let (shape, values) = packed(PackForm::MatrixPanels { columns: 2, transposed: false }, &[1, 1, 2, 3]);
        assert_eq!(shape, [2, 2, 2]);
        assert_eq!(values, [1., 2., 4., 5., 3., 0., 6., 0.]);
    }

    #[test]
    fn depthwise_filters_lie_tap_by_tap() {
        let (shape, values) = packed(PackForm::Depthwise, &[3, 1, 1, 2]);
        assert_eq!(shape, [1, 1, 2, 1, 3]);
        assert_eq!(values, [1., 3., 5., 2., 4., 6.]);
    }

    #[test]
    fn filters_to_transform_lie_channel_by_channel() {
        // Three filters of two channels and two taps; panels of two filters.
        let (shape, values) = packed(PackForm::Winograd { columns: 2 }, &[3, 2, 1, 2]);
        assert_eq!(shape, [2, 2, 1, 2, 2]);
        assert_eq!(values, [1., 5., 2., 6., 3., 7., 4., 8., 9., 0., 10., 0., 11., 0., 12., 0.]);
    }

    #[test]
    fn transposed_filters_lie_tap_by_tap() {
        // Two channels in, three out, two taps.
        let (shape, values) = packed(PackForm::TransposedConvPanels { groups: 1, columns: 4 }, &[2, 3, 1, 2]);
        assert_eq!(shape, [1, 1, 2, 1, 2, 4]);
        assert_eq!(values, [1., 3., 5., 0., 7., 9., 11., 0., 2., 4., 6., 0., 8., 10., 12., 0.]);
    }
}
