//! Running a model again and again on buffers that stay.

use crate::Failure;
use kiln_runtime::{InputBuffer, Model, Profile, RunOptions};
use kiln_tensor::Tensor;
use std::time::{Duration, Instant};

/// A model with its buffers.
pub(crate) struct Runner<'a> {
    model: &'a Model,
    inputs: Vec<InputBuffer<'a>>,
    /// One for each output; words, so that every element type is aligned.
    outputs: Vec<Vec<u128>>,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(model: &'a Model, tensors: &'a [Tensor]) -> Result<Runner<'a>, Failure> {
        let describe = |t: &'a Tensor| InputBuffer { element_type: t.element(), shape: t.shape(), bytes: t.bytes() };
        let shapes: Vec<&[usize]> = tensors.iter().map(Tensor::shape).collect();
        // The inputs' types are checked here, before memory is taken for outputs.
        let lengths = model.output_shapes(&shapes)?;
        let lengths = match model.outputs().iter().any(|info| info.depends_on_data) {
            true => {
                let results = model.run(tensors, &RunOptions::default())?;
                results.iter().map(|result| result.shape().to_vec()).collect()
            }
            false => lengths.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>(),
        };
        let outputs = model.outputs().iter().zip(&lengths).map(|(info, shape)| {
            let bytes = Tensor::byte_length(info.element_type, shape);
            bytes.map(|bytes| vec![0u128; bytes.div_ceil(16)]).map_err(|error| Failure::Input(error.to_string()))
        });
        let outputs = outputs.collect::<Result<_, _>>()?;
        Ok(Runner { model, inputs: tensors.iter().map(describe).collect(), outputs })
    }

    /// Seconds of one run.
    pub(crate) fn run_once(&mut self, threads: usize) -> Result<f64, Failure> {
        let mut outputs: Vec<&mut [u8]> =
            self.outputs.iter_mut().map(|words| bytemuck::cast_slice_mut(words.as_mut_slice())).collect();
        let start = Instant::now();
        self.model.run_on_buffers(&self.inputs, &mut outputs, &RunOptions { threads })?;
        Ok(start.elapsed().as_secs_f64())
    }

    /// Runs once, and notes what the model spends its time on.
    pub(crate) fn run_profiled(&mut self, threads: usize, profile: &mut Profile) -> Result<(), Failure> {
        let mut outputs: Vec<&mut [u8]> =
            self.outputs.iter_mut().map(|words| bytemuck::cast_slice_mut(words.as_mut_slice())).collect();
        Ok(self.model.run_profiled(&self.inputs, &mut outputs, &RunOptions { threads }, profile)?)
    }

    /// Seconds of each run, for as long as it says but once at least.
    pub(crate) fn run_for(&mut self, threads: usize, duration: Duration) -> Result<Vec<f64>, Failure> {
        let end = Instant::now() + duration;
        let mut seconds = vec![self.run_once(threads)?];
        while Instant::now() < end {
            seconds.push(self.run_once(threads)?);
        }
        Ok(seconds)
    }
}
