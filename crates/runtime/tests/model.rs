//! Loading and running a model from Rust.

mod support;

use kiln_runtime::{
    Event, InputBuffer, LoadError, Model, ModelDescription, ModelFile, Profile, RunError, RunOptions, Status,
};
use kiln_tensor::{ElementType, Tensor};
use std::path::PathBuf;
use support::{build_fake_model, build_versions, fake_description, fake_versions, metadata_blob};
use tempfile::TempDir;

fn open() -> (TempDir, Model) {
    let directory = tempfile::tempdir().expect("writable");
    let model = Model::open(build_fake_model(std::env::consts::ARCH, directory.path())).expect("a model");
    (directory, model)
}

/// Inputs for extents `n`, `m` and these indices.
fn inputs(n: usize, m: usize, index: &[i64]) -> Vec<Tensor> {
    let values = |count: usize| (0..count).map(|i| (i % 17) as f32 / 4.0).collect::<Vec<f32>>();
    vec![
        Tensor::from_values(&[n, 4, m], &values(n * 4 * m)),
        Tensor::from_values(&[n], &values(n)),
        Tensor::from_values(&[index.len()], index),
        Tensor::from_values(&[2 * m + 1], &values(2 * m + 1)),
    ]
}

fn run(model: &Model, inputs: &[Tensor]) -> Result<Vec<Tensor>, RunError> {
    model.run(inputs, &RunOptions::default())
}

/// The failure of a run, as status and message.
fn failure(model: &Model, inputs: &[Tensor]) -> (Status, String) {
    let error = run(model, inputs).expect_err("the run fails");
    (error.status, error.message)
}

#[test]
fn metadata_reads_back() {
    assert_eq!(ModelDescription::from_bytes(&metadata_blob(&fake_description())), Ok(fake_description()));
    let mut blobs = metadata_blob(&fake_versions()[0]);
    blobs.resize(blobs.len().next_multiple_of(64), 0);
    blobs.extend(metadata_blob(&fake_description()));
    assert_eq!(ModelDescription::versions_from_bytes(&blobs), Ok(fake_versions()));
}

#[test]
fn damaged_metadata_never_panics() {
    let blob = metadata_blob(&fake_description());
    for length in 0..blob.len() {
        let _ = ModelDescription::from_bytes(&blob[..length]);
    }
    for at in 0..blob.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut damaged = blob.clone();
            damaged[at] = value;
            let _ = ModelDescription::versions_from_bytes(&damaged);
        }
    }
}

#[test]
fn a_model_describes_itself() {
    let (_directory, model) = open();
    assert_eq!((model.description(), model.cpus()), (&fake_description(), &["present".into()][..]));
    assert_eq!((model.name(), model.inputs().len(), model.outputs().len()), ("fake-model", 4, 4));
    assert_eq!(model.inputs()[3].to_string(), "(2 * M + 1)xf32");
}

#[test]
fn outputs_have_the_shapes_that_were_asked_for() {
    let (_directory, model) = open();
    let shapes = model.output_shapes(&[&[5, 4, 7], &[5], &[3], &[15]]).expect("good shapes");
    assert_eq!(shapes, [vec![5, 7], vec![3], vec![5], vec![3]].map(Some));
    let outputs = run(&model, &inputs(5, 7, &[0, 2, 4])).expect("runs");
    let shapes: Vec<&[usize]> = outputs.iter().map(Tensor::shape).collect();
    assert_eq!(shapes, [&[5, 7][..], &[3], &[5], &[2]]);
    assert_eq!(outputs[1].values::<f32>().as_ref(), [0.0, 0.5, 1.0]);
    assert_eq!(outputs[3].values::<i64>().as_ref(), [1, 2]);
    assert!(model.workspace_size(&[&[5, 4, 7], &[5], &[3], &[15]], 2).expect("good shapes") >= 56);
}

#[test]
fn data_may_give_the_size_of_an_output() {
    let (_directory, model) = open();
    // Of more than 500 the model does not say how many it finds at most.
    let shapes = model.output_shapes(&[&[5, 4, 7], &[5], &[501], &[15]]).expect("good shapes");
    assert_eq!(shapes[3], None);
    let outputs = run(&model, &inputs(5, 7, &[1; 501])).expect("runs");
    assert_eq!((outputs[3].shape(), outputs[3].values::<i64>()[500]), (&[501][..], 500));
    let none = run(&model, &inputs(5, 7, &[0; 3])).expect("runs");
    assert_eq!(none[3].shape(), [0]);
    // A buffer of the caller's own may be larger than what is found, but not smaller.
    let tensors = inputs(5, 7, &[0, 2, 4]);
    let buffers: Vec<InputBuffer<'_>> =
        tensors.iter().map(|t| InputBuffer { element_type: t.element(), shape: t.shape(), bytes: t.bytes() }).collect();
    let mut words = [[0u64; 20], [0; 20], [0; 20], [0; 20]];
    let mut outputs: Vec<&mut [u8]> = words.iter_mut().map(|words| bytemuck::cast_slice_mut(&mut words[..])).collect();
    let shapes = model.run_on_buffers(&buffers, &mut outputs, &RunOptions::default()).expect("runs");
    assert_eq!(shapes[3], [2]);
    let room = std::mem::take(&mut outputs[3]);
    outputs[3] = &mut room[..8];
    let error = model.run_on_buffers(&buffers, &mut outputs, &RunOptions::default()).expect_err("too small");
    assert_eq!(error.status, Status::BufferTooSmall);
    assert_eq!(error.message, "the buffer of output 'found' has 8 bytes, its shape takes 16");
}

#[test]
fn data_that_gives_a_negative_extent_is_refused() {
    let (_directory, model) = open();
    let mut tensors = inputs(2, 7, &[0, 1]);
    tensors[1] = Tensor::from_values(&[2], &[-1.0f32, 1.0]);
    assert_eq!(failure(&model, &tensors), (Status::WrongShape, "node 'rows': data gives an extent of -1".into()));
    assert!(run(&model, &inputs(2, 7, &[0, 1])).is_ok(), "and a later run is not affected");
}

#[test]
fn results_do_not_depend_on_threads() {
    let (_directory, model) = open();
    let inputs = inputs(23, 31, &[1, -23, 22]);
    let expected = model.run(&inputs, &RunOptions { threads: 1 }).expect("runs");
    for threads in [2, 8, 256] {
        assert_eq!(model.run(&inputs, &RunOptions { threads }).expect("runs"), expected);
    }
}

#[test]
fn one_model_runs_on_many_threads_at_once() {
    let (_directory, model) = open();
    std::thread::scope(|scope| {
        for n in 1..6 {
            let model = &model;
            scope.spawn(move || {
                let inputs = inputs(n, 4 * n, &[0]);
                let expected = model.run(&inputs, &RunOptions { threads: 1 }).expect("runs");
                for _ in 0..100 {
                    assert_eq!(model.run(&inputs, &RunOptions { threads: 2 }).expect("runs"), expected);
                }
            });
        }
    });
}

#[test]
fn profiles_have_every_launch_and_its_parts() {
    let (_directory, model) = open();
    assert!(model.has_profiles());
    let inputs = inputs(23, 31, &[1; 200]);
    let shapes: Vec<&[usize]> = inputs.iter().map(Tensor::shape).collect();
    let buffers = inputs.iter().map(|t| InputBuffer { element_type: t.element(), shape: t.shape(), bytes: t.bytes() });
    let buffers: Vec<InputBuffer<'_>> = buffers.collect();
    let mut outputs = [23 * 31 * 4, 200 * 4, 29 * 4, 8000].map(|bytes: usize| vec![0u128; bytes.div_ceil(16)]);
    let mut outputs: Vec<&mut [u8]> = outputs.iter_mut().map(|words| bytemuck::cast_slice_mut(words)).collect();
    let mut profile = Profile::default();
    // As many parts as this are more than the first profile has room for.
    for threads in [1, 3, 40, 2] {
        model.run_profiled(&buffers, &mut outputs, &RunOptions { threads }, &mut profile).expect("runs");
        let launches: Vec<usize> = profile.launches().map(Event::launch).collect();
        assert_eq!(launches, [0, 1]);
        let parts =
            |launch| profile.events.iter().filter_map(move |event| event.worker().filter(|_| event.launch() == launch));
        assert!((1..=threads).contains(&parts(0).count()) && parts(0).eq(0..parts(0).count()));
        assert!(profile.events.iter().all(|event| profile.begin <= event.begin && event.end <= profile.end));
        assert!(profile.launches().map(Event::seconds).sum::<f64>() <= profile.seconds());
    }
    let launch = &model.description().launches[0];
    let symbols = model.description().symbol_values(&shapes);
    assert_eq!(symbols, [Some(23), Some(31), Some(200), None]);
    assert_eq!(launch.operations.as_ref().and_then(|amount| amount.evaluate(&symbols)), Some(4 * 23 * 31));
}

#[test]
fn metadata_from_before_profiles_reads() {
    let mut blob = metadata_blob(&fake_description());
    blob[12] = 112;
    let expected = ModelDescription { launches: Vec::new(), ..fake_description() };
    assert_eq!(ModelDescription::from_bytes(&blob), Ok(expected));
}

#[test]
fn empty_tensors_run() {
    let (_directory, model) = open();
    let outputs = run(&model, &inputs(0, 2, &[])).expect("runs");
    assert!(outputs.iter().all(Tensor::is_empty));
}

#[test]
fn wrong_inputs_are_named() {
    let (_directory, model) = open();
    let good = inputs(2, 3, &[0]);
    let with = |index: usize, tensor: Tensor| {
        let mut inputs = good.clone();
        inputs[index] = tensor;
        failure(&model, &inputs)
    };
    let zeros = |shape: &[usize]| Tensor::zeros(ElementType::F32, shape).expect("small");
    let cases = [
        (failure(&model, &good[..3]), Status::InvalidArgument, "3 inputs were given, the model has 4"),
        (with(0, zeros(&[2, 4])), Status::WrongRank, "input 'x' has rank 2, expected 3"),
        (with(0, zeros(&[2, 5, 3])), Status::WrongShape, "input 'x' has extent 5 on axis 1, expected 4"),
        (
            with(1, zeros(&[5])),
            Status::SymbolConflict,
            "input 'scale' has extent 5 on axis 0, but 'N' is 2 by axis 0 of input 'x'",
        ),
        (with(2, zeros(&[1])), Status::WrongElementType, "input 'index' has element type f32, expected i64"),
        (
            with(2, Tensor::zeros(ElementType::I64, &[1001]).expect("small")),
            Status::WrongShape,
            "input 'index' has extent 1001 on axis 0, but 'K' is from 0 to 1000",
        ),
        (
            with(3, zeros(&[8])),
            Status::WrongShape,
            "input 'window' has extent 8 on axis 0, expected 2 * M + 1, which is 7",
        ),
        (
            failure(&model, &inputs(2, 1, &[0])),
            Status::WrongShape,
            "the inputs are too small: output 'tail' would have extent -1 on axis 0",
        ),
    ];
    for ((status, message), expected_status, expected_message) in cases {
        assert_eq!((status, message.as_str()), (expected_status, expected_message));
    }
}

#[test]
fn sizes_that_overflow_are_refused() {
    let (_directory, model) = open();
    let status = |shapes: &[&[usize]]| model.output_shapes(shapes).expect_err("too large").status;
    let huge = 0x7fff_ffff;
    assert_eq!(status(&[&[huge + 1, 4, 2], &[huge + 1], &[0], &[5]]), Status::SizeOverflow);
    assert_eq!(status(&[&[huge, 4, huge], &[huge], &[0], &[2 * huge + 1]]), Status::SizeOverflow);
    assert_eq!(status(&[&[usize::MAX, 4, 2], &[2], &[0], &[5]]), Status::SizeOverflow);
    let shapes: [&[usize]; 4] = [&[99999, 4, 1 << 20], &[99999], &[0], &[(2 << 20) + 1]];
    assert_eq!(model.workspace_size(&shapes, 4).expect_err("too large").status, Status::SizeOverflow);
}

#[test]
fn an_index_out_of_range_names_its_node() {
    let (_directory, model) = open();
    let (status, message) = failure(&model, &inputs(4, 3, &[0, 4, 1]));
    assert_eq!(status, Status::IndexOutOfRange);
    assert_eq!(message, "node 'pick': index 4 is out of range for an axis of extent 4");
    assert!(run(&model, &inputs(4, 3, &[0, -4, 1])).is_ok(), "and a later run is not affected");
}

#[test]
fn callers_buffers_are_written_in_place() {
    let (_directory, model) = open();
    let tensors = inputs(3, 4, &[1, 2]);
    let expected = run(&model, &tensors).expect("runs");
    let buffers: Vec<InputBuffer<'_>> =
        tensors.iter().map(|t| InputBuffer { element_type: t.element(), shape: t.shape(), bytes: t.bytes() }).collect();
    let (mut y, mut picked, mut tail, mut found) = ([0f32; 12], [0f32; 2], [0f32; 2], [0i64; 1000]);
    let mut outputs: [&mut [u8]; 4] = [
        bytemuck::cast_slice_mut(&mut y),
        bytemuck::cast_slice_mut(&mut picked),
        bytemuck::cast_slice_mut(&mut tail),
        bytemuck::cast_slice_mut(&mut found),
    ];
    let shapes = model.run_on_buffers(&buffers, &mut outputs, &RunOptions { threads: 2 }).expect("runs");
    assert_eq!(shapes, [vec![3, 4], vec![2], vec![2], vec![2]]);
    assert_eq!(expected[0].values::<f32>().as_ref(), y);

    let mut short: [&mut [u8]; 4] = [&mut [0; 47], &mut [], &mut [], &mut []];
    let error = model.run_on_buffers(&buffers, &mut short, &RunOptions::default()).expect_err("too small");
    assert_eq!(error.status, Status::BufferTooSmall);
    assert_eq!(error.message, "the buffer of output 'y' has 47 bytes, its shape takes 48");
    let error = model.run_on_buffers(&buffers, &mut [], &RunOptions::default()).expect_err("none given");
    assert_eq!(error.status, Status::InvalidArgument);
}

#[test]
fn files_that_are_no_models_are_told_apart() {
    let directory = tempfile::tempdir().expect("writable");
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).expect("writable");
        path
    };
    let reason = |path: PathBuf| match Model::open(&path) {
        Err(LoadError::NotAModel { reason, .. }) => reason,
        other => panic!("{} gives {other:?}", path.display()),
    };
    assert_eq!(reason(write("empty", b"")), "it is not an ELF shared object");
    assert_eq!(reason(write("text", b"hello")), "it is not an ELF shared object");
    assert!(reason(write("truncated", b"\x7fELF\x02\x01\x01")).starts_with("its ELF structure is damaged"));
    assert_eq!(reason(directory.path().into()), "it is not a regular file");
    let object = kiln_runtime::object_for(std::env::consts::ARCH).expect("known");
    assert_eq!(reason(write("object", object)), "it does not export kiln_get_api");
    assert!(matches!(Model::open(directory.path().join("absent")), Err(LoadError::Unreadable { .. })));

    let model = std::fs::read(build_fake_model(std::env::consts::ARCH, directory.path())).expect("readable");
    for length in (0..model.len()).step_by(97) {
        assert!(ModelFile::read(&write("cut", &model[..length])).is_err());
    }
}

#[test]
fn a_foreign_model_can_be_read_but_not_opened() {
    let directory = tempfile::tempdir().expect("writable");
    let foreign = if std::env::consts::ARCH == "aarch64" { "riscv64" } else { "aarch64" };
    let path = build_fake_model(foreign, directory.path());
    let file = ModelFile::read(&path).expect("a model");
    assert_eq!((file.architecture.as_str(), &file.versions), (foreign, &vec![fake_description()]));
    let error = Model::open(&path).expect_err("not for this processor").to_string();
    assert!(error.ends_with(&format!("is compiled for {foreign}, and this is {}", std::env::consts::ARCH)), "{error}");
}

#[test]
fn the_version_that_runs_describes_a_model() {
    let directory = tempfile::tempdir().expect("writable");
    let path = build_versions(&fake_versions(), std::env::consts::ARCH, directory.path());
    assert_eq!(ModelFile::read(&path).expect("a model").versions, fake_versions());
    let model = Model::open(path).expect("a model");
    assert_eq!((model.description(), model.cpus()), (&fake_description(), &["future".into(), "present".into()][..]));
    assert_eq!(run(&model, &inputs(5, 7, &[0, 2, 4])).expect("runs").len(), 4);
}

#[test]
fn a_model_for_another_processor_describes_itself_and_refuses_to_run() {
    let directory = tempfile::tempdir().expect("writable");
    let path = build_versions(&fake_versions()[..1], std::env::consts::ARCH, directory.path());
    let model = Model::open(path).expect("a model");
    assert_eq!((model.description(), model.outputs().len()), (&fake_versions()[0], 4));
    let error = model.output_shapes(&[&[5, 4, 7], &[5], &[3], &[15]]).expect_err("nothing runs here");
    assert_eq!(error.message, "this processor lacks telepathy, which code for future needs");
    assert_eq!(error.status, Status::UnsupportedProcessor);
}
