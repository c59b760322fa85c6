//! Running a loaded model: on tensors, or on the caller's own buffers.

use crate::abi::{self, MAXIMUM_THREADS};
use crate::texts::{self, Texts};
use crate::{Event, Model, Profile, RunError, Status, TensorInfo};
use kiln_tensor::{ElementType, Storage, Tensor};
use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::Arc;

/// How to run.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    /// Threads to use, the calling one included; 0 stands for one for each processor.
    pub threads: usize,
}

/// One input in the caller's memory: dense, row-major, aligned to the size of an element.
#[derive(Clone, Copy, Debug)]
pub struct InputBuffer<'a> {
    /// Type of the elements.
    pub element_type: ElementType,
    /// Extents, outermost first.
    pub shape: &'a [usize],
    /// The elements; ignored where only shapes matter.
    pub bytes: &'a [u8],
}

/// Events that a profile has room for at first, for each launch: itself and a part on each of some threads.
const EVENTS_PER_LAUNCH: usize = 9;

/// Bytes of one alignment unit of the tensors that [`Model::run`] makes.
type Word = u128;

impl Model {
    /// The shapes of the outputs for inputs of these shapes: where an extent depends on data, the largest it can be;
    /// `None` for an output of which nothing tells that before a run.
    ///
    /// # Errors
    /// When the shapes are not what the model takes.
    pub fn output_shapes(&self, input_shapes: &[&[usize]]) -> Result<Vec<Option<Vec<usize>>>, RunError> {
        let inputs = Inputs::of_shapes(self, input_shapes)?;
        let mut outputs = Outputs::without_data(self);
        self.shapes_into(&inputs, &mut outputs)?;
        let to_shape = |shape: &Vec<i64>| shape.iter().map(|&extent| usize::try_from(extent).ok()).collect();
        Ok(outputs.shapes.iter().map(to_shape).collect())
    }

    /// Bytes of workspace that a run on inputs of these shapes needs at most.
    ///
    /// # Errors
    /// When the shapes are not what the model takes.
    pub fn workspace_size(&self, input_shapes: &[&[usize]], threads: usize) -> Result<u64, RunError> {
        let inputs = Inputs::of_shapes(self, input_shapes)?;
        let (mut size, mut error) = (0, empty_error());
        // SAFETY: `inputs` holds as many descriptions as it says, whose shapes live as long as it does; `size` and
        // `error` are writable.
        let status = unsafe {
            (self.api().workspace_size)(inputs.as_ptr(), inputs.count(), thread_count(threads), &mut size, &mut error)
        };
        check(status, &error).map(|()| size)
    }

    /// Runs the model on tensors, which are not copied as long as they are aligned numbers.
    ///
    /// Runs with strings as outputs wait for each other.
    ///
    /// # Errors
    /// When the inputs are not what the model takes, an index in the data is out of range, or there is no memory.
    pub fn run(&self, tensors: &[Tensor], options: &RunOptions) -> Result<Vec<Tensor>, RunError> {
        let aligned: Vec<Tensor> = tensors.iter().map(to_aligned).collect::<Result<_, _>>()?;
        let texts: Vec<Texts> = aligned.iter().map(Texts::of).collect::<Result<_, _>>()?;
        let mut buffers = Vec::new();
        for (t, texts) in aligned.iter().zip(&texts) {
            let bytes = if t.element() == ElementType::String { texts.bytes() } else { t.bytes() };
            buffers.push(InputBuffer { element_type: t.element(), shape: t.shape(), bytes });
        }
        let inputs = Inputs::of_buffers(&buffers)?;
        let mut outputs = Outputs::without_data(self);
        self.shapes_into(&inputs, &mut outputs)?;

        let sizes = outputs.sizes().zip(self.outputs());
        // Those that depend on data get their room when the run knows how much.
        let words = sizes.map(|(size, info)| if info.depends_on_data { Ok(Vec::new()) } else { allocate(size?) });
        let mut rooms = Rooms { words: words.collect::<Result<_, _>>()? };
        for (output, words) in outputs.raw.iter_mut().zip(&mut rooms.words) {
            output.data = words.as_mut_ptr().cast();
            output.capacity = size_of_val(words.as_slice()) as u64;
        }
        let _reading = self.outputs().iter().any(is_string).then(texts::lock);
        // SAFETY: each output points to as many writable bytes as it says, in `rooms`, which lives on and which nothing
        // else refers to while the model runs.
        unsafe { self.run_into(&inputs, &mut outputs, options, ptr::null_mut(), Some(&mut rooms))? };
        let words = rooms.words;

        let shapes = outputs.shapes()?;
        let lengths = outputs.sizes().collect::<Result<Vec<_>, _>>()?;
        let described = self.outputs().iter().zip(shapes).zip(words.into_iter().zip(lengths));
        described
            .map(|((info, shape), (words, length))| {
                if info.element_type == ElementType::String {
                    let addresses = &bytemuck::cast_slice(&words)[..length / size_of::<usize>()];
                    // SAFETY: the run that just ended wrote addresses of strings, as the model says: of `texts`, of its
                    // constants, or of what it made, which stays until another run begins.
                    return unsafe { texts::read(&shape, addresses) }.map_err(internal);
                }
                let storage = Storage::Owned { words: Arc::new(words), length };
                Tensor::new(info.element_type, &shape, storage).map_err(internal)
            })
            .collect()
    }

    /// Runs the model on the caller's buffers, without copying; each output buffer has at least the bytes that its
    /// tensor takes. Gives the shapes of the outputs.
    ///
    /// # Errors
    /// As for [`Model::run`]; when a buffer is too small or misaligned; and when tensors of strings are among them.
    pub fn run_on_buffers(
        &self,
        inputs: &[InputBuffer<'_>],
        outputs: &mut [&mut [u8]],
        options: &RunOptions,
    ) -> Result<Vec<Vec<usize>>, RunError> {
        self.run_noted(inputs, outputs, options, ptr::null_mut())
    }

    /// Runs the model on the caller's buffers as [`Model::run_on_buffers`] does, and notes in `profile` what it spends its
    /// time on; what was there before goes.
    ///
    /// # Errors
    /// As for [`Model::run_on_buffers`]; and when the model was compiled before there were profiles.
    pub fn run_profiled(
        &self,
        inputs: &[InputBuffer<'_>],
        outputs: &mut [&mut [u8]],
        options: &RunOptions,
        profile: &mut Profile,
    ) -> Result<(), RunError> {
        if !self.has_profiles() {
            let message = "the model was compiled before there were profiles; compile it again".into();
            return Err(RunError { status: Status::InvalidArgument, message });
        }
        loop {
            let capacity = profile.events.capacity().max(self.description().launches.len() * EVENTS_PER_LAUNCH);
            profile.events.clear();
            profile.events.resize(capacity, Event::default());
            let mut raw = abi::Profile {
                struct_size: size_of::<abi::Profile>() as u64,
                events: profile.events.as_mut_ptr(),
                capacity: capacity as u64,
                count: 0,
                begin: 0,
                end: 0,
            };
            self.run_noted(inputs, outputs, options, &mut raw)?;
            (profile.begin, profile.end) = (raw.begin, raw.end);
            let count = usize::try_from(raw.count).map_err(internal)?;
            profile.events.truncate(count);
            if count <= capacity {
                return Ok(());
            }
            // Launches in loops: once more, with room for all of it.
            profile.events.reserve(count);
        }
    }

    fn run_noted(
        &self,
        inputs: &[InputBuffer<'_>],
        outputs: &mut [&mut [u8]],
        options: &RunOptions,
        profile: *mut abi::Profile,
    ) -> Result<Vec<Vec<usize>>, RunError> {
        let expected = self.outputs().len();
        if outputs.len() != expected {
            let message = format!("{} outputs were given, the model has {expected}", outputs.len());
            return Err(RunError { status: Status::InvalidArgument, message });
        }
        if self.inputs().iter().chain(self.outputs()).any(is_string) {
            let message = "strings are not passed as buffers, only as tensors".into();
            return Err(RunError { status: Status::InvalidArgument, message });
        }
        let inputs = Inputs::of_buffers(inputs)?;
        let mut described = Outputs::without_data(self);
        for (output, bytes) in described.raw.iter_mut().zip(outputs.iter_mut()) {
            output.data = bytes.as_mut_ptr().cast();
            output.capacity = bytes.len() as u64;
        }
        // SAFETY: each output points to as many writable bytes as it says, in `outputs`, which we hold exclusively.
        // `profile` is null or what `run_profiled` has just made.
        unsafe { self.run_into(&inputs, &mut described, options, profile, None)? };
        described.shapes()
    }

    /// Fills in the shapes and sizes of `outputs`.
    fn shapes_into(&self, inputs: &Inputs<'_>, outputs: &mut Outputs) -> Result<(), RunError> {
        let mut error = empty_error();
        // SAFETY: `inputs` and `outputs` hold as many descriptions as they say, whose shapes point to as many extents
        // as they say and live as long; `error` is writable. Data pointers are not looked at.
        let status = unsafe {
            let (count, raw) = outputs.raw_parts();
            (self.api().output_shapes)(inputs.as_ptr(), inputs.count(), raw, count, &mut error)
        };
        check(status, &error)
    }

    /// Runs, and fills in the shapes and sizes of `outputs`.
    ///
    /// # Safety
    /// Each output's `data` points to `capacity` bytes that are writable and that nothing else refers to, in `rooms` if there
    /// are any; `profile` is null, or it and as many events as it says are.
    unsafe fn run_into(
        &self,
        inputs: &Inputs<'_>,
        outputs: &mut Outputs,
        options: &RunOptions,
        profile: *mut abi::Profile,
        rooms: Option<&mut Rooms>,
    ) -> Result<(), RunError> {
        let mut error = empty_error();
        let options = abi::RunOptions {
            struct_size: size_of::<abi::RunOptions>() as u64,
            threads: thread_count(options.threads),
            reserved: 0,
            workspace: ptr::null_mut(),
            workspace_size: 0,
            parallel_for: ptr::null(),
            parallel_for_data: ptr::null_mut(),
            profile,
            allocate: rooms.is_some().then_some(make_room),
            allocate_data: rooms.map_or(ptr::null_mut(), |rooms| ptr::from_mut(rooms).cast()),
        };
        // SAFETY: as for `shapes_into`; each input's data points to as many readable bytes as it says, as it comes from
        // a slice; the outputs' data is writable by this function's contract.
        let status = unsafe {
            let (count, raw) = outputs.raw_parts();
            (self.api().run)(inputs.as_ptr(), inputs.count(), raw, count, &options, &mut error)
        };
        check(status, &error)
    }
}

/// Memory of outputs.
struct Rooms {
    words: Vec<Vec<Word>>,
}

/// `kiln_allocate`: room for an output whose size depends on data.
///
/// # Safety
/// `rooms` points to [`Rooms`] that nothing else refers to.
unsafe extern "C" fn make_room(rooms: *mut c_void, output: i32, size: u64) -> *mut c_void {
    // SAFETY: `run_into` passes what it was given, which it holds exclusively while the model runs.
    let rooms = unsafe { &mut *rooms.cast::<Rooms>() };
    let room = usize::try_from(output).ok().and_then(|output| rooms.words.get_mut(output));
    let made = usize::try_from(size).ok().and_then(|size| allocate(size).ok());
    match (room, made) {
        (Some(room), Some(made)) => {
            *room = made;
            room.as_mut_ptr().cast()
        }
        _ => ptr::null_mut(),
    }
}

/// Inputs as the C interface describes them. The data they point to is borrowed for `'a`.
struct Inputs<'a> {
    raw: Vec<abi::Input>,
    /// What `raw` points to.
    _shapes: Vec<Vec<i64>>,
    _data: std::marker::PhantomData<&'a [u8]>,
}

impl<'a> Inputs<'a> {
    fn of_buffers(buffers: &[InputBuffer<'a>]) -> Result<Inputs<'a>, RunError> {
        let shapes: Vec<Vec<i64>> = buffers.iter().map(|buffer| to_extents(buffer.shape)).collect::<Result<_, _>>()?;
        let describe = |(buffer, shape): (&InputBuffer<'a>, &Vec<i64>)| abi::Input {
            data: buffer.bytes.as_ptr().cast::<c_void>(),
            size: buffer.bytes.len() as u64,
            shape: shape.as_ptr(),
            rank: to_i32(shape.len()),
            element_type: to_i32(buffer.element_type.code() as usize),
        };
        let raw = buffers.iter().zip(&shapes).map(describe).collect();
        Ok(Inputs { raw, _shapes: shapes, _data: std::marker::PhantomData })
    }

    /// Inputs without data, of the element types that the model asks for.
    fn of_shapes(model: &Model, shapes: &[&'a [usize]]) -> Result<Inputs<'a>, RunError> {
        let expected = model.inputs().len();
        if shapes.len() != expected {
            let message = format!("{} input shapes were given, the model has {expected} inputs", shapes.len());
            return Err(RunError { status: Status::InvalidArgument, message });
        }
        let describe = |(info, shape): (&TensorInfo, &&'a [usize])| InputBuffer {
            element_type: info.element_type,
            shape,
            bytes: &[],
        };
        Inputs::of_buffers(&model.inputs().iter().zip(shapes).map(describe).collect::<Vec<_>>())
    }

    fn as_ptr(&self) -> *const abi::Input {
        self.raw.as_ptr()
    }

    fn count(&self) -> i32 {
        to_i32(self.raw.len())
    }
}

/// Outputs as the C interface describes them, with room for their shapes.
struct Outputs {
    raw: Vec<abi::Output>,
    /// What `raw` points to; read only after the call that writes there.
    shapes: Vec<Vec<i64>>,
}

impl Outputs {
    fn without_data(model: &Model) -> Outputs {
        let mut shapes: Vec<Vec<i64>> = model.outputs().iter().map(|info| vec![0; info.dims.len()]).collect();
        let describe = |shape: &mut Vec<i64>| abi::Output {
            data: ptr::null_mut(),
            capacity: 0,
            size: 0,
            shape: shape.as_mut_ptr(),
            shape_capacity: to_i32(shape.len()),
            rank: 0,
            element_type: 0,
            reserved: 0,
        };
        let raw = shapes.iter_mut().map(describe).collect();
        Outputs { raw, shapes }
    }

    fn raw_parts(&mut self) -> (i32, *mut abi::Output) {
        // The pointers are made anew for each call, so that they may be written through.
        for (output, shape) in self.raw.iter_mut().zip(&mut self.shapes) {
            output.shape = shape.as_mut_ptr();
        }
        (to_i32(self.raw.len()), self.raw.as_mut_ptr())
    }

    fn sizes(&self) -> impl Iterator<Item = Result<usize, RunError>> {
        self.raw.iter().map(|output| usize::try_from(output.size).map_err(internal))
    }

    fn shapes(&self) -> Result<Vec<Vec<usize>>, RunError> {
        let to_shape = |shape: &Vec<i64>| shape.iter().map(|&extent| usize::try_from(extent)).collect();
        self.shapes.iter().map(to_shape).collect::<Result<_, _>>().map_err(internal)
    }
}

fn is_string(info: &TensorInfo) -> bool {
    info.element_type == ElementType::String
}

/// The tensor itself if its bytes are aligned as its elements need, else a copy that is.
fn to_aligned(tensor: &Tensor) -> Result<Tensor, RunError> {
    let alignment = tensor.element().byte_size().clamp(1, 8);
    if tensor.element() == ElementType::String || (tensor.bytes().as_ptr() as usize).is_multiple_of(alignment) {
        return Ok(tensor.clone());
    }
    Tensor::from_bytes(tensor.element(), tensor.shape(), tensor.bytes()).map_err(internal)
}

/// Zeroed words of at least `size` bytes; an error, not an abort, where there is no memory.
fn allocate(size: usize) -> Result<Vec<Word>, RunError> {
    let count = size.div_ceil(size_of::<Word>());
    let mut words = Vec::new();
    words.try_reserve_exact(count).map_err(|_| RunError {
        status: Status::OutOfMemory,
        message: format!("no memory for an output of {size} bytes"),
    })?;
    words.resize(count, 0);
    Ok(words)
}

fn to_extents(shape: &[usize]) -> Result<Vec<i64>, RunError> {
    shape.iter().map(|&extent| i64::try_from(extent)).collect::<Result<_, _>>().map_err(|_| RunError {
        status: Status::SizeOverflow,
        message: format!("a tensor of shape {shape:?} is too large for memory"),
    })
}

/// Counts of tensors, axes and threads: whatever does not fit is more than any model has, and is refused as such.
fn to_i32(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn thread_count(threads: usize) -> i32 {
    to_i32(threads.min(MAXIMUM_THREADS))
}

fn empty_error() -> abi::Error {
    abi::Error { message: [0; 512] }
}

/// Turns a status and its message into a result.
fn check(status: i32, error: &abi::Error) -> Result<(), RunError> {
    if status == 0 {
        return Ok(());
    }
    let bytes: Vec<u8> = error.message.iter().map(|&c| c.to_ne_bytes()[0]).collect();
    let message = CStr::from_bytes_until_nul(&bytes).unwrap_or_default().to_string_lossy().into_owned();
    Err(RunError { status: Status::of_code(status), message })
}

/// A size or shape that the model's own checks should have refused.
fn internal(error: impl std::fmt::Display) -> RunError {
    RunError { status: Status::Internal, message: format!("the model gave an impossible result: {error}") }
}
