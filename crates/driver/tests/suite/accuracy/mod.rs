//! What docs/src/accuracy.md says about errors: every row of its tables is a case, measured against the interpreter in
//! `f64`. Ops of f32 are compiled for each machine that the first table has a column for; `KILN_BLESS=1` writes what was
//! measured into it.

mod ops;
mod page;

use crate::kernels::Case;
use crate::machines::{Machine, NATIVE};
use kiln_driver::{Planning, Precision};
use kiln_tensor::{ElementType, Tensor, scalar};
use libtest_mimic::{Failed, Trial};
pub use page::Page;

/// One trial for each row, or for each of its cells that say what was measured. Without a filter, some of the emulated
/// machines'.
pub fn trials(page: &Page, has_filter: bool) -> Vec<Trial> {
    let mut trials = ops::trials(page, has_filter);
    for cells in page.rows() {
        match cells.as_slice() {
            [op, range, bound, _, _] if range.contains("..") => trials.push(ops::fast(op, range, bound)),
            [_, size, channels, stride, dilation, bound, _] if bound.parse::<f64>().is_ok() => {
                trials.push(conv([size, channels, stride, dilation], bound));
            }
            _ => {}
        }
    }
    assert!(trials.len() > 50, "the page's tables have other columns");
    trials
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
        let (exact, found) = results(&name, text, &NATIVE, Precision::Default, inputs)?;
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
    machine: &Machine,
    precision: Precision,
    inputs: Vec<Tensor>,
) -> Result<(Vec<f64>, Vec<f64>), Failed> {
    let wide = |input: &Tensor| scalar::from_floats(ElementType::F64, input.shape(), numbers(input));
    let wide: Vec<Tensor> = inputs.iter().map(wide).collect::<Result<_, _>>()?;
    let exact = Case::read(name, &text("f64"))?.interpret(&wide)?;
    let folder = tempfile::tempdir()?;
    let model =
        Case::read(name, &text("f32"))?.compile_with(machine, precision, &Planning::default(), folder.path())?;
    let found = machine.run(&model, &[(1, inputs.as_slice())], folder.path())?;
    Ok((numbers(&exact[0]), numbers(&found[0][0])))
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
