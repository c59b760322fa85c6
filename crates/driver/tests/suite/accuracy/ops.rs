//! Elementwise ops, reductions and what is made of both, of f32.

use super::{Page, check, numbers, results};
use crate::machines::{Machine, NATIVE, OTHERS};
use kiln_driver::Precision;
use kiln_ir::Traits;
use kiln_tensor::{ElementType, Tensor, scalar};
use libtest_mimic::{Failed, Trial};

/// Arguments of a function.
const ARGUMENTS: usize = 1 << 16;

/// How many of them a reduction makes one number of.
const LINE: usize = 1 << 10;

/// Without a filter, emulated machines run one of so many rows.
const SPREAD: usize = 4;

/// Ops of an operand and a result that are no numbers, or that compute nothing.
const WITHOUT_ERRORS: &[&str] = &[
    "not",
    "is_nan",
    "is_inf",
    "and",
    "or",
    "xor",
    "shift_left",
    "shift_right",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "select",
    "cast",
    "bitcast",
];

/// A row of the page's first table.
#[derive(Clone)]
struct Row {
    op: String,
    /// One for each operand.
    ranges: Vec<(f64, f64)>,
    /// The bound as it is written.
    bound: String,
}

/// One trial for each row and machine.
pub fn trials(page: &Page, has_filter: bool) -> Vec<Trial> {
    let machines = page.machines();
    let find = |name: &str| OTHERS.into_iter().find(|machine| machine.name == name).expect("a machine of the tests");
    let machines: Vec<Machine> = machines.iter().map(|name| find(name)).filter(Machine::is_available).collect();
    let rows: Vec<Vec<String>> = page.ops().collect();
    let everything = has_filter || std::env::var("KILN_TEST_MACHINES").is_ok_and(|wanted| wanted == "all");
    let mut trials = vec![every_op_is_there(rows.iter().map(|cells| cells[0].clone()).collect())];
    for (index, cells) in rows.iter().enumerate() {
        let row = Row { op: cells[0].clone(), ranges: ranges(&cells[1]), bound: cells[2].clone() };
        for &machine in &machines {
            if !everything && machine.is_foreign() && index % SPREAD != 0 {
                continue;
            }
            let (row, page) = (row.clone(), page.clone());
            trials.push(Trial::test(format!("accuracy/{}@{}", row.op, machine.name), move || {
                let (error, place) = row.measure(&machine, Precision::Default)?;
                page.note(&row.op, machine.name, error);
                row.check(error, place)
            }));
        }
    }
    trials
}

/// A row of the table of fast functions.
pub fn fast(op: &str, range: &str, bound: &str) -> Trial {
    let row = Row { op: op.to_owned(), ranges: ranges(range), bound: bound.to_owned() };
    Trial::test(format!("accuracy/fast {op}"), move || {
        let (error, place) = row.measure(&NATIVE, Precision::Fast)?;
        row.check(error, place)
    })
}

/// The table has every op of the dialect that gives a number for each element or for each line of elements.
fn every_op_is_there(rows: Vec<String>) -> Trial {
    Trial::test("accuracy/every op", move || {
        let ops = kiln_graph::DIALECT.ops.iter().copied().flatten();
        let is_measured = |op: &&kiln_ir::OpDefinition| {
            op.traits.contains(Traits::ELEMENTWISE) || op.name.starts_with("graph.reduce_")
        };
        let names = ops.filter(is_measured).filter_map(|op| op.name.strip_prefix("graph."));
        let is_missing = |name: &&str| !WITHOUT_ERRORS.contains(name) && !rows.iter().any(|row| row == name);
        let missing: Vec<&str> = names.filter(is_missing).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(format!("docs/src/accuracy.md has no row for {}", missing.join(", ")).into()),
        }
    })
}

fn ranges(text: &str) -> Vec<(f64, f64)> {
    let number = |text: &str| text.trim().parse().expect("a number");
    let range = |text: &str| text.split_once("..").map(|(low, high)| (number(low), number(high))).expect("a range");
    text.split(',').map(range).collect()
}

impl Row {
    /// The largest error in the bound's unit, and where it is.
    fn measure(&self, machine: &Machine, precision: Precision) -> Result<(f64, String), Failed> {
        let inputs: Vec<Tensor> =
            self.ranges.iter().enumerate().map(|(index, &(low, high))| self.arguments(index, low, high)).collect();
        let (exact, found) = results(&self.op, |element| self.text(element), machine, precision, inputs.clone())?;
        let is_absolute = self.bound.ends_with("or absolute");
        let mut worst = (0.0, 0);
        for (index, (exact, found)) in exact.iter().zip(&found).enumerate() {
            let difference = (exact - found).abs();
            let mut error = difference / unit(*exact);
            if is_absolute {
                error = error.min(difference * f64::from(1u32 << 24));
            }
            if error > worst.0 || error.is_nan() {
                worst = (error, index);
            }
        }
        let operands = inputs.iter().filter_map(|input| numbers(input).get(worst.1).copied());
        let place = match self.is_in_lines() {
            true => format!(" ulp at number {}", worst.1),
            false => format!(" ulp at {}", operands.map(|number| number.to_string()).collect::<Vec<_>>().join(", ")),
        };
        Ok((worst.0, place))
    }

    fn check(&self, error: f64, place: String) -> Result<(), Failed> {
        let limit = self.bound.split(' ').next().and_then(|number| number.parse().ok()).expect("a bound");
        check(&self.op, error, limit, &place)
    }

    /// Whether results depend on more than one number of an operand.
    fn is_in_lines(&self) -> bool {
        ["reduce_", "cumulative_", "softmax", "log_softmax"].iter().any(|prefix| self.op.starts_with(prefix))
    }

    fn shape(&self) -> Vec<usize> {
        if self.is_in_lines() { vec![ARGUMENTS / LINE, LINE] } else { vec![ARGUMENTS] }
    }

    /// Operand number `index`: the same numbers in another order for each.
    fn arguments(&self, index: usize, low: f64, high: f64) -> Tensor {
        let sorted = arguments(low, high);
        // Lines, and pairs of operands, are made of numbers from everywhere in the range.
        let step = [40_503, 25_717, 48_271][index.min(2)];
        let is_mixed = index > 0 || self.is_in_lines();
        let at = |place: usize| if is_mixed { sorted[place * step % ARGUMENTS] } else { sorted[place] };
        scalar::from_floats(ElementType::F32, &self.shape(), (0..ARGUMENTS).map(at)).expect("floats")
    }

    /// A module that computes it.
    fn text(&self, element: &str) -> String {
        let shape: String = self.shape().iter().map(|extent| format!("{extent}x")).collect();
        let (operand, mut result) = (format!("tensor<{shape}{element}>"), format!("tensor<{shape}{element}>"));
        let mut attributes = String::new();
        if self.op.starts_with("reduce_") {
            result = format!("tensor<{}x1x{element}>", ARGUMENTS / LINE);
            attributes = "{axes = [1]}".into();
        } else if self.is_in_lines() {
            attributes = "{axis = 1}".into();
        }
        let list = |item: &dyn Fn(usize) -> String| (0..self.ranges.len()).map(item).collect::<Vec<_>>().join(", ");
        let (types, names) = (list(&|_| "!x".into()), list(&|index| format!("%x{index}")));
        let arguments = list(&|index| format!("%x{index}: !x"));
        format!(
            "!x = {operand}\n!y = {result}\n\
             func.func {{sym_name = \"main\", function_type = ({types}) -> !y}} ({{\n^bb0({arguments}):\n  \
             %y = graph.{} {names} {attributes} : ({types}) -> !y\n  func.return %y : (!y) -> ()\n}}) : () -> ()\n",
            self.op
        )
    }
}

/// Half of them evenly spread, half with evenly spread exponents down to 2^-40 of the larger bound or to the smaller one.
fn arguments(low: f64, high: f64) -> Vec<f64> {
    let half = ARGUMENTS / 2;
    let even = (0..half).map(|index| low + (high - low) * index as f64 / (half - 1) as f64);
    let (largest, smallest) = (low.abs().max(high.abs()), if low > 0.0 { low } else { high * 2f64.powi(-40) });
    let spread = (0..half).map(|index| {
        let size = smallest * (largest / smallest).powf((index / 2) as f64 / (half / 2 - 1) as f64);
        if index % 2 == 1 && low < 0.0 { -size } else { size }
    });
    even.chain(spread).map(|value| value.clamp(low, high)).collect()
}

/// The distance of neighbours of `f32` around a number; of the smallest normal ones where it is smaller.
fn unit(value: f64) -> f64 {
    let exponent = (value.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor() as i32).min(127);
    2f64.powi(exponent - 23)
}
