//! `kiln run MODEL.so`.

use crate::options::parse_threads;
use crate::output::{shape_text, table};
use crate::{Failure, InputOptions, output, steps};
use clap::Args;
use kiln_npy::write_npz;
use kiln_runtime::{Model, RunOptions, TensorInfo};
use kiln_tensor::scalar::scalars;
use kiln_tensor::{ElementType, Tensor};
use serde_json::json;
use std::path::PathBuf;

/// Runs a compiled model.
///
/// Inputs come from NumPy files, by name; without --outputs, a table tells what the outputs are like.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kiln run model.so --input x=picture.npy --outputs results.npz
  kiln run model.so --inputs inputs.npz --threads 2
  kiln run model.so --random --shape x=1x3x224x224
  kiln run stream.so --input sound=frames.npy --steps 100")]
pub struct RunCommand {
    /// The compiled model.
    #[arg(value_name = "MODEL.so")]
    model: PathBuf,

    #[command(flatten)]
    inputs: InputOptions,

    /// Fills the inputs that no file gives with random elements: floats from -1 to 1, integers 0 or 1.
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    random: Option<u64>,

    /// Runs N times, one after the other. An input with one axis more than the model wants has one part for each run;
    /// outputs get such an axis.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,

    /// Writes the outputs to a .npz file, by name, instead of printing a table.
    #[arg(long, value_name = "FILE.npz")]
    outputs: Option<PathBuf>,

    /// Threads to use [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    threads: Option<usize>,

    /// Prints the table as JSON.
    #[arg(long, conflicts_with = "outputs")]
    json: bool,
}

impl RunCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let model = Model::open(&self.model)?;
        let inputs = self.inputs.load(model.inputs(), self.random)?;
        let outputs = self.run(&model, &inputs)?;
        output::note_version(&model);
        if let Some(path) = &self.outputs {
            return Ok(write_npz(path, model.outputs().iter().map(|info| info.name.as_str()).zip(&outputs))?);
        }
        let summaries: Vec<Summary> = outputs.iter().map(Summary::of).collect();
        if self.json {
            return output::print(&to_json(model.outputs(), &outputs, &summaries));
        }
        if let Some(seed) = self.random {
            eprintln!("note: random inputs have seed {seed}");
        }
        output::print(&to_table(model.outputs(), &outputs, &summaries))
    }
}

impl RunCommand {
    fn run(&self, model: &Model, inputs: &[Tensor]) -> Result<Vec<Tensor>, Failure> {
        let options = RunOptions { threads: self.threads.unwrap_or(0) };
        let Some(count) = self.steps else { return Ok(model.run(inputs, &options)?) };
        let count = count as usize;
        let run = |step| -> Result<Vec<Tensor>, Failure> {
            Ok(model.run(&steps::inputs_of_step(model.inputs(), inputs, step, count)?, &options)?)
        };
        steps::stack(model.outputs(), &(0..count).map(run).collect::<Result<Vec<_>, _>>()?)
    }
}

/// What the elements of a tensor are like; those that are not numbers are counted, and left out of the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Summary {
    /// Least, greatest and mean element; none when there are no numbers.
    range: Option<(f64, f64, f64)>,
    /// Elements that are not a number.
    not_numbers: usize,
}

impl Summary {
    fn of(tensor: &Tensor) -> Summary {
        let values: Vec<f64> = scalars(tensor).unwrap_or_default().into_iter().map(|scalar| scalar.to_f64()).collect();
        let numbers: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let not_numbers = values.len() - numbers.len();
        let minimum = numbers.iter().copied().reduce(f64::min);
        let maximum = numbers.iter().copied().reduce(f64::max);
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        Summary { range: minimum.zip(maximum).map(|(minimum, maximum)| (minimum, maximum, mean)), not_numbers }
    }
}

fn to_table(infos: &[TensorInfo], outputs: &[Tensor], summaries: &[Summary]) -> String {
    let row = |((info, tensor), summary): ((&TensorInfo, &Tensor), &Summary)| {
        let numbers = match summary.range {
            Some((minimum, maximum, mean)) => [minimum, maximum, mean].map(number_text),
            None => ["-".into(), "-".into(), "-".into()],
        };
        let head = [info.name.clone(), tensor.element().to_string(), shape_text(tensor.shape())];
        head.into_iter().chain(numbers).chain([summary.not_numbers.to_string()]).collect()
    };
    let mut rows: Vec<Vec<String>> = infos.iter().zip(outputs).zip(summaries).map(row).collect();
    let mut headings = vec!["output", "type", "shape", "min", "max", "mean", "nan"];
    if summaries.iter().all(|summary| summary.not_numbers == 0) {
        headings.pop();
        rows.iter_mut().for_each(|row| row.truncate(headings.len()));
    }
    let mut text = table(&headings, &[false, false, false, true, true, true, true], &rows);
    for (info, tensor) in infos.iter().zip(outputs).filter(|(_, tensor)| !tensor.strings().is_empty()) {
        let shown: Vec<String> = tensor.strings().iter().take(SHOWN_STRINGS).map(|string| quoted(string)).collect();
        let more = if tensor.len() > SHOWN_STRINGS { ", ..." } else { "" };
        text += &format!("{}: {}{more}\n", info.name, shown.join(", "));
    }
    text
}

/// How many strings of an output are printed.
const SHOWN_STRINGS: usize = 8;

/// A string in quotes, what is no text escaped.
fn quoted(string: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(string))
}

/// Six digits, without zeros at the end.
fn number_text(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e15 {
        return format!("{value}");
    }
    if value.is_finite() && (1e-4..1e6).contains(&value.abs()) {
        let before_point = value.abs().log10().floor().max(0.0) as usize;
        let text = format!("{value:.*}", 5 - before_point.min(5));
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text };
    }
    format!("{value:.5e}")
}

fn to_json(infos: &[TensorInfo], outputs: &[Tensor], summaries: &[Summary]) -> String {
    let entry = |((info, tensor), summary): ((&TensorInfo, &Tensor), &Summary)| {
        let (minimum, maximum, mean) = match summary.range {
            Some((minimum, maximum, mean)) => (Some(minimum), Some(maximum), Some(mean)),
            None => (None, None, None),
        };
        let mut entry = json!({
            "name": info.name,
            "element_type": tensor.element().name(),
            "shape": tensor.shape(),
            "min": minimum,
            "max": maximum,
            "mean": mean,
            "nan": summary.not_numbers,
        });
        if tensor.element() == ElementType::String {
            entry["strings"] = tensor.strings().iter().map(|string| String::from_utf8_lossy(string)).collect();
        }
        entry
    };
    let entries: Vec<serde_json::Value> = infos.iter().zip(outputs).zip(summaries).map(entry).collect();
    format!("{:#}\n", json!({ "outputs": entries }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_leave_out_what_is_no_number() {
        let summary = Summary::of(&Tensor::from_values(&[3], &[1.0f32, f32::NAN, 4.0]));
        assert_eq!(summary, Summary { range: Some((1.0, 4.0, 2.5)), not_numbers: 1 });
        assert_eq!(Summary::of(&Tensor::from_values::<f32>(&[0], &[])).range, None);
    }

    #[test]
    fn numbers_have_six_digits_at_most() {
        let texts = [0.0, 3.0, 0.5, 0.123_456_78, 123.456_789, 1.5e-9, -2.25e7, f64::INFINITY].map(number_text);
        assert_eq!(texts, ["0", "3", "0.5", "0.12346", "123.457", "1.50000e-9", "-22500000", "inf"]);
    }
}
