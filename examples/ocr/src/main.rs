//! The command line of the example: `ocr PICTURE --detector DET.so --classifier CLS.so --recognizer REC.so ...`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kiln_example_ocr::recognizer::Alphabet;
use kiln_example_ocr::{Line, Network, Picture, Reader, Result, draw};
use kiln_runtime::{Model, RunOptions};
use kiln_tensor::Tensor;

/// Reads the text in a picture with three models that Kiln compiled.
#[derive(Parser)]
struct Arguments {
    /// The picture, PNG or JPEG.
    picture: PathBuf,
    /// The compiled text detector.
    #[arg(long, value_name = "MODEL.so")]
    detector: PathBuf,
    /// The compiled classifier of lines that are upside down.
    #[arg(long, value_name = "MODEL.so")]
    classifier: PathBuf,
    /// The compiled recognizer.
    #[arg(long, value_name = "MODEL.so")]
    recognizer: PathBuf,
    /// The recognizer's characters, one a line.
    #[arg(long, value_name = "FILE")]
    characters: PathBuf,
    /// Where to write the picture with the lines outlined.
    #[arg(long, value_name = "FILE.png")]
    boxes: Option<PathBuf>,
    /// The lines that the picture holds; exit status 1 if others are read.
    #[arg(long, value_name = "FILE.txt")]
    expect: Option<PathBuf>,
    /// Threads to run the models on; one for each processor without it.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

/// A compiled model, and how many threads it may use.
struct CompiledNetwork {
    model: Model,
    options: RunOptions,
}

impl CompiledNetwork {
    fn open(path: &Path, threads: usize) -> Result<Box<dyn Network>> {
        let options = RunOptions { threads };
        Ok(Box::new(CompiledNetwork { model: Model::open(path)?, options }))
    }
}

impl Network for CompiledNetwork {
    fn run(&self, input: Tensor) -> Result<Tensor> {
        let mut outputs = self.model.run(&[input], &self.options)?;
        Ok(outputs.pop().ok_or("the model has no output")?)
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the lines are the expected ones, if any are expected.
fn run(arguments: &Arguments) -> Result<bool> {
    let reader = Reader {
        detector: CompiledNetwork::open(&arguments.detector, arguments.threads)?,
        classifier: CompiledNetwork::open(&arguments.classifier, arguments.threads)?,
        recognizer: CompiledNetwork::open(&arguments.recognizer, arguments.threads)?,
        alphabet: Alphabet::from_list(&read_text(&arguments.characters)?),
    };
    let mut picture = Picture::open(&arguments.picture)?;
    let lines = reader.read(&picture)?;
    for line in &lines {
        println!("{:.3}  {}", line.reading.confidence, line.reading.text);
    }
    if let Some(path) = &arguments.boxes {
        for line in &lines {
            draw::draw_outline(&mut picture, &line.region.corners);
        }
        picture.save(path)?;
        println!("outlined in {}", path.display());
    }
    match &arguments.expect {
        Some(path) => Ok(report_differences(&lines, &read_text(path)?)),
        None => Ok(true),
    }
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Says whether the lines read are those expected, and which are not.
fn report_differences(lines: &[Line], expected: &str) -> bool {
    let read: Vec<&str> = lines.iter().map(|line| line.reading.text.as_str()).collect();
    let expected: Vec<&str> = expected.lines().collect();
    if read == expected {
        println!("all {} lines are read as they are written", expected.len());
        return true;
    }
    for index in 0..read.len().max(expected.len()) {
        let (read, expected) = (read.get(index), expected.get(index));
        if read != expected {
            println!("line {}: expected {expected:?}, read {read:?}", index + 1);
        }
    }
    false
}
