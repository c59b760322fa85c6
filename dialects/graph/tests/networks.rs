//! Ops of neural networks on literal tensors; numbers from ONNX's own tests and from NumPy.

mod support;

use kiln_ir::{Attribute, Dim};
use support::{attribute, check, check_error, counting, f, floats, i};

/// Attributes of a window over two axes.
fn window(stride: i64, dilation: i64, low: i64, high: i64, layout: &str) -> Vec<(&'static str, Attribute)> {
    vec![
        attribute("strides", vec![stride; 2]),
        attribute("dilations", vec![dilation; 2]),
        attribute("pad_low", vec![low; 2]),
        attribute("pad_high", vec![high; 2]),
        attribute("layout", layout),
    ]
}

fn with(
    mut attributes: Vec<(&'static str, Attribute)>,
    more: &[(&'static str, Attribute)],
) -> Vec<(&'static str, Attribute)> {
    attributes.extend_from_slice(more);
    attributes
}

#[test]
fn convolutions() {
    let ones = f(&[1, 1, 3, 3], &[1.0; 9]);
    let groups = [attribute("groups", 1i64)];
    let padded = with(window(2, 1, 1, 1, "channels_first"), &groups);
    check(
        "graph.conv",
        &padded,
        &[counting(&[1, 1, 5, 5]), ones.clone()],
        &[f(&[1, 1, 3, 3], &[12.0, 27.0, 24.0, 63.0, 108.0, 81.0, 72.0, 117.0, 84.0])],
    );
    let dilated = with(window(1, 2, 0, 0, "channels_first"), &groups);
    check("graph.conv", &dilated, &[counting(&[1, 1, 5, 5]), ones], &[f(&[1, 1, 1, 1], &[108.0])]);
    let depthwise = with(window(1, 1, 0, 0, "channels_last"), &[attribute("groups", 2i64)]);
    let (filter, bias) = (f(&[2, 1, 1, 1], &[10.0, 100.0]), f(&[2], &[0.5, 0.25]));
    check(
        "graph.conv",
        &depthwise,
        &[counting(&[1, 1, 2, 2]), filter, bias],
        &[f(&[1, 1, 2, 2], &[0.5, 100.25, 20.5, 300.25])],
    );
    let wrong = with(window(1, 1, 0, 0, "channels_first"), &groups);
    let operands = [counting(&[1, 3, 4, 4]), counting(&[2, 4, 1, 1])];
    check_error("graph.conv", &wrong, &operands, "input has 3 channels, filter expects 4");
}

#[test]
fn transposed_convolutions() {
    let attributes = with(
        window(2, 1, 0, 0, "channels_first"),
        &[attribute("groups", 1i64), attribute("output_padding", vec![0i64, 1])],
    );
    check(
        "graph.conv_transpose",
        &attributes,
        &[counting(&[1, 1, 2, 2]), f(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0])],
        &[f(
            &[1, 1, 4, 5],
            &[0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 3.0, 4.0, 0.0, 2.0, 4.0, 3.0, 6.0, 0.0, 6.0, 8.0, 9.0, 12.0, 0.0],
        )],
    );
}

#[test]
fn pools() {
    let size = attribute("window", vec![2i64, 2]);
    let floor = with(window(2, 1, 0, 0, "channels_first"), &[size]);
    check("graph.max_pool", &floor, &[counting(&[1, 1, 4, 4])], &[f(&[1, 1, 2, 2], &[5.0, 7.0, 13.0, 15.0])]);
    let indices = with(floor, &[attribute("return_indices", true)]);
    check(
        "graph.max_pool",
        &indices,
        &[counting(&[1, 1, 2, 4])],
        &[f(&[1, 1, 1, 2], &[5.0, 7.0]), i(&[1, 1, 1, 2], &[5, 7])],
    );
    let last = with(window(2, 1, 0, 0, "channels_last"), &[size, attribute("return_indices", true)]);
    check(
        "graph.max_pool",
        &last,
        &[counting(&[1, 2, 2, 2])],
        &[f(&[1, 1, 1, 2], &[6.0, 7.0]), i(&[1, 1, 1, 2], &[3, 7])],
    );
    // Rounding up adds one row and column that never count.
    let ceil = |include: bool| {
        let more = [size, attribute("count_include_pad", include), attribute("ceil_extra", vec![1i64, 1])];
        with(window(2, 1, 0, 1, "channels_first"), &more)
    };
    let expected = f(&[1, 1, 2, 2], &[2.0, 3.5, 6.5, 8.0]);
    check("graph.average_pool", &ceil(false), &[counting(&[1, 1, 3, 3])], std::slice::from_ref(&expected));
    check("graph.average_pool", &ceil(true), &[counting(&[1, 1, 3, 3])], &[expected]);
    let padded =
        |include: bool| with(window(2, 1, 1, 0, "channels_first"), &[size, attribute("count_include_pad", include)]);
    check("graph.average_pool", &padded(true), &[f(&[1, 1, 1, 1], &[8.0])], &[f(&[1, 1, 1, 1], &[2.0])]);
    check("graph.average_pool", &padded(false), &[f(&[1, 1, 1, 1], &[8.0])], &[f(&[1, 1, 1, 1], &[8.0])]);
}

#[test]
fn matrix_products() {
    let (a, b) = (counting(&[2, 3]), counting(&[3, 2]));
    check("graph.matmul", &[], &[a.clone(), b], &[f(&[2, 2], &[10.0, 13.0, 28.0, 40.0])]);
    check(
        "graph.matmul",
        &[attribute("transpose_b", true)],
        &[a.clone(), a.clone()],
        &[f(&[2, 2], &[5.0, 14.0, 14.0, 50.0])],
    );
    check(
        "graph.matmul",
        &[attribute("transpose_a", true)],
        &[a.clone(), f(&[4, 2, 1], &[1.0; 8])],
        &[f(&[4, 3, 1], &[3.0, 5.0, 7.0].repeat(4))],
    );
    check("graph.matmul", &[], &[i(&[1, 1], &[i64::MAX]), i(&[1, 1], &[2])], &[i(&[1, 1], &[-2])]);
    check_error(
        "graph.matmul",
        &[],
        &[a.clone(), a],
        "the rows of the left matrices have 3 elements, the columns of the right ones 2",
    );
}

#[test]
fn attention() {
    let scale = attribute("scale", 1.0);
    // Scores are 0 and ln 3: a quarter and three quarters.
    let (query, key) = (f(&[1, 1, 1], &[1.098_612_3]), f(&[1, 2, 1], &[0.0, 1.0]));
    let value = f(&[1, 2, 2], &[4.0, 8.0, 0.0, 4.0]);
    let operands = [query, key, value.clone()];
    check("graph.attention", std::slice::from_ref(&scale), &operands, &[f(&[1, 1, 2], &[1.0, 5.0])]);
    let mask = f(&[2], &[1.098_612_3, 0.0]);
    let masked = [operands.as_slice(), &[mask]].concat();
    check("graph.attention", std::slice::from_ref(&scale), &masked, &[f(&[1, 1, 2], &[2.0, 6.0])]);
    // tanh(ln 3) is 0.8.
    let bounded = [attribute("scale", 1.0), attribute("softcap", 1.0)];
    let first = 4.0 / (1.0 + 0.8f32.exp());
    check("graph.attention", &bounded, &operands, &[f(&[1, 1, 2], &[first, 4.0 + first])]);
    // Two heads of queries share one of keys.
    let shared = [f(&[2, 1, 1], &[0.0, 1.098_612_3]), operands[1].clone(), value.clone()];
    check("graph.attention", std::slice::from_ref(&scale), &shared, &[f(&[2, 1, 2], &[2.0, 6.0, 1.0, 5.0])]);
    // The first query sees the first key only.
    let causal = [attribute("scale", 1.0), attribute("causal", Attribute::dims(&[Dim::Static(0)]))];
    let two = [f(&[1, 2, 1], &[1.098_612_3; 2]), operands[1].clone(), value];
    check("graph.attention", &causal, &two, &[f(&[1, 2, 2], &[4.0, 8.0, 1.0, 5.0])]);
    // Without keys there is nothing to sum.
    let none = [f(&[1, 1, 1], &[1.0]), f(&[1, 0, 1], &[]), f(&[1, 0, 2], &[])];
    check("graph.attention", &[scale], &none, &[f(&[1, 1, 2], &[0.0, 0.0])]);
}

#[test]
fn rotary_embedding() {
    let x = f(&[2, 4], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let (cos, sin) = (f(&[2], &[2.0, 0.5]), f(&[2], &[1.0, -1.0]));
    let operands = [x.clone(), cos.clone(), sin.clone()];
    // Halves: (1, 3) and (2, 4); neighbours: (1, 2) and (3, 4).
    let halves = [-1.0, 5.0, 7.0, 0.0, 3.0, 11.0, 19.0, -2.0];
    check("graph.rotary_embedding", &[], &operands, &[f(&[2, 4], &halves)]);
    let neighbours = [0.0, 5.0, 5.5, -1.0, 4.0, 17.0, 11.5, -3.0];
    let interleaved = attribute("interleaved", true);
    check("graph.rotary_embedding", std::slice::from_ref(&interleaved), &operands, &[f(&[2, 4], &neighbours)]);
    // Two of four elements, one angle for each row.
    let some = [attribute("rotary_dim", 2i64)];
    let by_row = [x.clone(), f(&[2, 1], &[2.0, 1.0]), f(&[2, 1], &[1.0, 0.0])];
    check("graph.rotary_embedding", &some, &by_row, &[f(&[2, 4], &[0.0, 5.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])]);
    // An angle for each element.
    let by_element = [x, f(&[4], &[1.0, 1.0, 2.0, 2.0]), f(&[4], &[1.0, 0.0, 0.0, 1.0])];
    check("graph.rotary_embedding", &[], &by_element, &[f(&[2, 4], &[-2.0, 2.0, 6.0, 10.0, -2.0, 6.0, 14.0, 22.0])]);
}

#[test]
fn normalizations() {
    let axis = [attribute("axis", 1i64)];
    check(
        "graph.softmax",
        &axis,
        &[f(&[1, 3], &[1000.0, 1001.0, 1002.0])],
        &[f(&[1, 3], &[0.090_030_57, 0.244_728_47, 0.665_240_96])],
    );
    check(
        "graph.log_softmax",
        &axis,
        &[f(&[1, 3], &[-1.0, 0.0, 1.0])],
        &[f(&[1, 3], &[-2.407_606, -1.407_606, -0.407_606])],
    );
    let norm = [attribute("axis", 1i64), attribute("epsilon", 0.0)];
    let operands = [f(&[1, 2], &[1.0, 3.0]), f(&[2], &[2.0, 3.0]), f(&[1], &[0.5])];
    check("graph.rms_norm", &norm, &operands[..2], &[f(&[1, 2], &[0.894_427_2, 4.024_922_4])]);
    check("graph.layer_norm", &norm, &operands, &[f(&[1, 2], &[-1.5, 3.5])]);
    let lrn = [
        attribute("size", 3i64),
        attribute("alpha", 3.0),
        attribute("beta", 1.0),
        attribute("bias", 1.0),
        attribute("layout", "channels_first"),
    ];
    check(
        "graph.lrn",
        &lrn,
        &[f(&[1, 3, 1, 1], &[1.0, 2.0, 3.0])],
        &[f(&[1, 3, 1, 1], &[1.0 / 6.0, 2.0 / 15.0, 3.0 / 14.0])],
    );
}

#[test]
fn resampling() {
    let attributes = |mode: &str, coordinates: &str, scale: f64, more: &[(&'static str, Attribute)]| {
        let base = vec![
            attribute("mode", mode),
            attribute("coordinates", coordinates),
            attribute("axes", vec![2i64, 3]),
            attribute("scales", floats(&[scale, scale])),
        ];
        with(base, more)
    };
    let x = f(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0]);
    check(
        "graph.resize",
        &attributes("linear", "half_pixel", 2.0, &[]),
        std::slice::from_ref(&x),
        &[f(&[1, 1, 4, 4], &[1.0, 1.25, 1.75, 2.0, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3.0, 3.25, 3.75, 4.0])],
    );
    check(
        "graph.resize",
        &attributes("linear", "align_corners", 2.0, &[]),
        std::slice::from_ref(&x),
        &[f(
            &[1, 1, 4, 4],
            &[
                1.0,
                1.333_333_3,
                1.666_666_7,
                2.0,
                1.666_666_7,
                2.0,
                2.333_333_3,
                2.666_666_7,
                2.333_333_3,
                2.666_666_7,
                3.0,
                3.333_333_3,
                3.0,
                3.333_333_3,
                3.666_666_7,
                4.0,
            ],
        )],
    );
    let floor = [attribute("nearest_mode", "floor")];
    check(
        "graph.resize",
        &attributes("nearest", "asymmetric", 1.5, &floor),
        &[x],
        &[f(&[1, 1, 3, 3], &[1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0])],
    );
    let image = f(&[1, 1, 4, 4], &(1..17).map(|value| value as f32).collect::<Vec<_>>());
    check(
        "graph.resize",
        &attributes("cubic", "half_pixel", 0.8, &[]),
        std::slice::from_ref(&image),
        &[f(
            &[1, 1, 3, 3],
            &[1.471_191_4, 2.781_25, 4.082_519_5, 6.711_426, 8.021_484, 9.322_754, 11.916_504, 13.226_563, 14.527_832],
        )],
    );
    let smooth = [attribute("antialias", true)];
    check(
        "graph.resize",
        &attributes("linear", "half_pixel", 0.6, &smooth),
        &[image],
        &[f(&[1, 1, 2, 2], &[2.875, 4.5, 9.375, 11.0])],
    );
}
