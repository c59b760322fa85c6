//! Arguments that are wrong: status 2 and a word on what was meant; status 1 where a file or the model is at fault.

mod command;
mod onnx;

use command::{kiln, names_in};
use onnx::{FLOAT, Model};

#[test]
fn mistakes_are_explained() {
    let model = Model::default().input("image", FLOAT, &["N", "3"]).node("Relu", &["image"], "y");
    let directory = tempfile::tempdir().expect("writable");
    let path = directory.path().join("model.onnx");
    std::fs::write(path, model.output("y", FLOAT, &[]).to_bytes()).expect("writable");
    let compile = |options: &[&'static str]| [&["compile", "model.onnx"], options].concat();
    let cases: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec![], 2, "Usage: kiln <COMMAND>"),
        (vec!["complie", "model.onnx"], 2, "'compile'"),
        (vec!["compile"], 2, "<MODEL>"),
        (compile(&["--traget", "aarch64"]), 2, "'--target'"),
        (compile(&["--target", "aarch65"]), 2, "did you mean 'aarch64'?"),
        (compile(&["--target", "vax"]), 2, "known architectures are x86_64, aarch64"),
        (compile(&["--cpu", "znver44"]), 2, "did you mean 'znver4'?"),
        (compile(&["-O7"]), 2, "7 is not in 0..=3"),
        (compile(&["--emit", "elf"]), 2, "[possible values: import, graph"),
        (compile(&["--threads", "0"]), 2, "expected a number from 1 to 256"),
        (compile(&["--shape", "image"]), 2, "expected NAME=1x3x224x224"),
        (compile(&["--shape", "image=1x3q"]), 2, "'3q' is not an extent"),
        (compile(&["--shape", "imgae=1x3"]), 1, "did you mean \"image\"?"),
        (compile(&["--shape", "other=1x3"]), 1, "its inputs are: image"),
        (compile(&["--shape", "image=1"]), 1, "input \"image\" cannot have shape 1: it is Nx3"),
        (compile(&["--shape", "image=1x4"]), 1, "input \"image\" cannot have shape 1x4: axis 1 is 3"),
        (compile(&["-o", "model.onnx"]), 2, "the output would replace the model model.onnx"),
        (compile(&["-o", "absent/model.so"]), 1, "cannot write absent/model.so: there is no folder absent"),
        (compile(&["-o", "."]), 1, "cannot write .: it is a folder"),
        (compile(&["--constant", "image=absent.npy"]), 1, "absent.npy: No such file"),
        (vec!["inspect", "absent.onnx"], 1, "cannot read absent.onnx: No such file"),
        (vec!["bench", "model.onnx"], 1, "compile it first: kiln compile model.onnx"),
    ];
    for (arguments, expected, message) in cases {
        let (status, printed, error) = kiln(directory.path(), &arguments);
        assert!(status == expected && error.contains(message), "{arguments:?}: {status}\n{error}");
        assert_eq!(printed, "", "{arguments:?}");
        assert_eq!(names_in(directory.path()), ["model.onnx"], "{arguments:?}");
    }
}
