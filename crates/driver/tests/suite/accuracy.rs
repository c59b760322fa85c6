//! What docs/src/accuracy.md says about errors: every row of its tables is a case, compiled for this machine and measured
//! against the interpreter in `f64`.

use crate::kernels::Case;
use crate::machines::NATIVE;
use kiln_driver::{Planning, Precision};
use kiln_tensor::{ElementType, Tensor, scalar};
use libtest_mimic::{Failed, Trial};
use std::path::Path;

/// Arguments of a function.
const ARGUMENTS: usize = 1 << 16;

/// One trial for each row.
pub fn trials() -> Vec<Trial> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/accuracy.md");
    let page = std::fs::read_to_string(page).expect("the book has a page on accuracy");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let rows = rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect());
    let trials: Vec<Trial> = rows
        .filter_map(|cells: Vec<String>| match cells.as_slice() {
            [op, range, bound, _] if range.contains("..") => Some(function(op, range, bound)),
            [op, range, bound, _, _] if range.contains("..") => Some(function(&format!("fast {op}"), range, bound)),
            [_, size, channels, stride, dilation, bound, _] if bound.parse::<f64>().is_ok() => {
                Some(conv([size, channels, stride, dilation], bound))
            }
            _ => None,
        })
        .collect();
    assert!(trials.len() > 20, "the page's tables have other columns");
    trials
}

fn function(op: &str, range: &str, bound: &str) -> Trial {
    let (low, high) = range.split_once("..").expect("a range");
    let (low, high): (f64, f64) = (low.parse().expect("a number"), high.parse().expect("a number"));
    let is_absolute = bound.ends_with("or absolute");
    let limit: f64 = bound.split(' ').next().and_then(|number| number.parse().ok()).expect("a bound");
    let name = op.to_owned();
    let (precision, op) = match name.strip_prefix("fast ") {
        Some(op) => (Precision::Fast, op.to_owned()),
        None => (Precision::Default, name.clone()),
    };
    Trial::test(format!("accuracy/{name}"), move || {
        let arguments = arguments(low, high);
        let text = |element: &str| {
            format!(
                "!x = tensor<{ARGUMENTS}x{element}>\n\
                 func.func {{sym_name = \"main\", function_type = (!x) -> !x}} ({{\n^bb0(%x: !x):\n  \
                 %0 = graph.{op} %x : (!x) -> !x\n  func.return %0 : (!x) -> ()\n}}) : () -> ()\n"
            )
        };
        let (exact, found) = results(&op, text, precision, vec![arguments.clone()])?;
        let mut worst = (0.0, 0.0);
        for ((exact, found), argument) in exact.iter().zip(&found).zip(numbers(&arguments)) {
            let difference = (exact - found).abs();
            let mut error = difference / unit(*exact);
            if is_absolute {
                error = error.min(difference * f64::from(1u32 << 24));
            }
            if error > worst.0 || error.is_nan() {
                worst = (error, argument);
            }
        }
        check(&name, worst.0, limit, &format!(" ulp at {}", worst.1))
    })
}

fn conv(numbers: [&String; 4], bound: &str) -> Trial {
    let [size, channels, stride, dilation] = numbers.map(|text| text.parse::<usize>().expect("an integer"));
    let limit: f64 = bound.parse().expect("a bound");
    let name = format!("conv of {size}x{size}x{channels}, stride {stride}, dilation {dilation}");
    Trial::test(format!("accuracy/{name}"), move || {
        let out = size.div_ceil(stride);
        let text = |element: &str| {
            format!(
                "!x = tensor<1x{size}x{size}x{channels}x{element}>\n!f = tensor<{channels}x{channels}x3x3x{element}>\n\
                 !y = tensor<1x{out}x{out}x{channels}x{element}>\n\
                 func.func {{sym_name = \"main\", function_type = (!x, !f) -> !y}} ({{\n^bb0(%x: !x, %f: !f):\n  \
                 %0 = graph.conv %x, %f {{strides = [{stride}, {stride}], dilations = [{dilation}, {dilation}], \
                 pad_low = [{dilation}, {dilation}], pad_high = [{dilation}, {dilation}], groups = 1, \
                 layout = \"channels_last\"}} : (!x, !f) -> !y\n  func.return %0 : (!y) -> ()\n}}) : () -> ()\n"
            )
        };
        let inputs = vec![normal(&[1, size, size, channels], 1)?, normal(&[channels, channels, 3, 3], 2)?];
        let (exact, found) = results(&name, text, Precision::Default, inputs)?;
        let largest = exact.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        let worst = exact.iter().zip(&found).map(|(exact, found)| (exact - found).abs()).fold(0.0, f64::max);
        check(&name, worst / largest, limit, "")
    })
}

fn check(name: &str, error: f64, limit: f64, place: &str) -> Result<(), Failed> {
    if error <= limit { Ok(()) } else { Err(format!("{name}: {error:.3e}{place}, the page says {limit}").into()) }
}

/// The result in `f64` by the interpreter, and in `f32` as compiled.
fn results(
    name: &str,
    text: impl Fn(&str) -> String,
    precision: Precision,
    inputs: Vec<Tensor>,
) -> Result<(Vec<f64>, Vec<f64>), Failed> {
    let wide = |input: &Tensor| scalar::from_floats(ElementType::F64, input.shape(), numbers(input));
    let wide: Vec<Tensor> = inputs.iter().map(wide).collect::<Result<_, _>>()?;
    let exact = Case::read(name, &text("f64"))?.interpret(&wide)?;
    let folder = tempfile::tempdir()?;
    let model =
        Case::read(name, &text("f32"))?.compile_with(&NATIVE, precision, &Planning::default(), folder.path())?;
    let found = NATIVE.run(&model, &[(1, inputs.as_slice())], folder.path())?;
    Ok((numbers(&exact[0]), numbers(&found[0][0])))
}

/// Half of them evenly spread, half with evenly spread exponents down to 2^-40 of the larger bound or to the smaller one.
fn arguments(low: f64, high: f64) -> Tensor {
    let half = ARGUMENTS / 2;
    let even = (0..half).map(|index| low + (high - low) * index as f64 / (half - 1) as f64);
    let (largest, smallest) = (low.abs().max(high.abs()), if low > 0.0 { low } else { high * 2f64.powi(-40) });
    let spread = (0..half).map(|index| {
        let size = smallest * (largest / smallest).powf((index / 2) as f64 / (half / 2 - 1) as f64);
        if index % 2 == 1 && low < 0.0 { -size } else { size }
    });
    let values: Vec<f64> = even.chain(spread).map(|value| value.clamp(low, high)).collect();
    scalar::from_floats(ElementType::F32, &[ARGUMENTS], values).expect("a vector of floats")
}

/// Normally spread numbers.
fn normal(shape: &[usize], seed: u64) -> Result<Tensor, String> {
    let mut state = seed;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    let count = shape.iter().product();
    let values: Vec<f64> =
        (0..count).map(|_| (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()).collect();
    scalar::from_floats(ElementType::F32, shape, values)
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    scalar::scalars(tensor).unwrap_or_default().into_iter().map(|scalar| scalar.to_f64()).collect()
}

/// The distance of neighbours of `f32` around a number; of the smallest normal ones where it is smaller.
fn unit(value: f64) -> f64 {
    let exponent = (value.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor() as i32).min(127);
    2f64.powi(exponent - 23)
}
