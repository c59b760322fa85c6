//! Custom operators: C functions and rules in the place of nodes that Kiln does not know. The files are those of the
//! documentation's example.

mod onnx;
#[path = "../../../crates/runtime/tests/support/mod.rs"]
mod support;

use kiln_npy::{read_npz, write_npz};
use kiln_tensor::Tensor;
use onnx::FLOAT;
use std::path::Path;
use std::process::Command;
use support::{VLEN, build_program, clang, run, runner, tool};
use tempfile::TempDir;

const SWISH: &str = include_str!("../../../examples/custom-operator/swish.c");
const RULES: &str = include_str!("../../../examples/custom-operator/swish.rules");

/// `y = swish(relu(x), beta = 1.5)`.
fn model() -> onnx::Model {
    let swish = onnx::Node::new("Swish", &["r"], &["y"]).of_domain("com.example").float("beta", 1.5);
    onnx::Model::default()
        .import("com.example", 1)
        .input("x", FLOAT, &["N", "5"])
        .node("Relu", &["x"], "r")
        .add(swish)
        .output("y", FLOAT, &["N", "5"])
}

/// A folder with `model.onnx`, `kiln.h` and a C file.
fn prepare(model: &onnx::Model, source: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("writable");
    std::fs::write(directory.path().join("model.onnx"), model.to_bytes()).expect("writable");
    std::fs::write(directory.path().join("custom.c"), source).expect("writable");
    assert_eq!(kiln(directory.path(), &["header", "-o", "kiln.h"]).0, 0);
    directory
}

/// Exit status and standard error of `kiln ARGUMENTS` in `directory`.
fn kiln(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiln"));
    let output = command.current_dir(directory).args(arguments).output().expect("starts");
    (output.status.code().expect("no crash"), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn compile(directory: &Path, options: &[&str]) {
    let (status, error) = kiln(directory, &[&["compile", "model.onnx"], options].concat());
    assert_eq!(status, 0, "{error}");
}

fn cc(directory: &Path, arguments: &[&str]) {
    run(tool(&["cc", "clang-22", "gcc"])
        .current_dir(directory)
        .args(["-O2", "-Wall", "-Wextra", "-Werror"])
        .args(arguments));
}

/// What `model.so` makes of rows of five numbers.
fn evaluate(directory: &Path, x: &[f32]) -> Result<Tensor, String> {
    let tensor = Tensor::from_values(&[x.len() / 5, 5], x);
    write_npz(&directory.join("in.npz"), [("x", &tensor)]).expect("writable");
    let (status, error) = kiln(directory, &["run", "model.so", "--inputs", "in.npz", "--outputs", "out.npz"]);
    if status != 0 {
        return Err(error);
    }
    Ok(read_npz(&directory.join("out.npz"), |_| None).expect("readable").remove(0).1)
}

fn check_swish(directory: &Path) {
    let x: Vec<f32> = (0..15).map(|i| i as f32 / 4.0 - 2.0).collect();
    let found = evaluate(directory, &x).expect("runs");
    assert_eq!(found.shape(), [3, 5]);
    for (x, found) in x.iter().zip(found.values::<f32>().iter()) {
        let x = x.max(0.0);
        let wanted = x / (1.0 + (-1.5 * x).exp());
        assert!((found - wanted).abs() < 1e-6, "{x}: {found}, not {wanted}");
    }
}

#[test]
fn a_function_comes_from_an_object_an_archive_or_a_shared_object() {
    let directory = prepare(&model(), SWISH);
    let directory = directory.path();
    cc(directory, &["-fPIC", "-c", "custom.c"]);
    run(tool(&["llvm-ar-22", "/usr/lib/llvm-22/bin/llvm-ar", "ar"]).current_dir(directory).args([
        "rcs",
        "libcustom.a",
        "custom.o",
    ]));
    cc(directory, &["-shared", "-fPIC", "custom.c", "-lm", "-o", "libcustom.so"]);
    for (file, level) in [("custom.o", "-O3"), ("libcustom.a", "-O0"), ("libcustom.so", "-O3")] {
        compile(directory, &["--custom-op", "com.example.Swish=my_swish", "--link", file, level]);
        check_swish(directory);
    }
    // An object takes it along, too.
    compile(directory, &["--custom-op", "com.example.Swish=my_swish", "--link", "custom.o", "--emit", "lib"]);
    let program = "#include <stdio.h>\n#include \"model.h\"\n\
        int main(void) { return printf(\"%s\\n\", kiln_model_name()) < 0; }\n";
    std::fs::write(directory.join("main.c"), program).expect("writable");
    cc(directory, &["main.c", "model.a", "-lm", "-lpthread", "-o", "main"]);
    assert_eq!(run(&mut Command::new(directory.join("main"))), "model\n");
}

#[test]
fn a_function_runs_on_every_processor() {
    // Freestanding: there may be no headers of the target's.
    let source = "#include \"kiln.h\"\nkiln_status twice(const kiln_custom_call *call) {\n\
        const float *x = call->inputs[0].data;\n float *y = call->outputs[0].data;\n\
        for (int64_t i = 0; i < call->inputs[0].shape[0] * call->inputs[0].shape[1]; ++i) y[i] = 2 * x[i] + 0.25f;\n\
        return KILN_OK; }\n";
    for arch in kiln_runtime::architectures() {
        let Some((mut runner, includes)) = runner(arch, VLEN) else { continue };
        let directory = prepare(&model(), source);
        let directory = directory.path();
        run(clang(arch).current_dir(directory).args(["-ffreestanding", "-O2", "-fPIC", "-c", "custom.c"]));
        let options =
            ["--custom-op", "com.example.Swish=twice", "--link", "custom.o", "--target", arch, "-o", "model.so"];
        compile(directory, &options);
        let text = include_str!("../../../crates/runtime/tests/c/run_model.c");
        let program = build_program(arch, "run_model", text, &includes, directory);
        let printed = run(runner.arg(program).arg(directory.join("model.so")).arg("4"));
        assert_eq!(printed, "y: 80 bytes, first 0.25\n", "{arch}");
    }
}

#[test]
fn a_function_is_told_tensors_and_parameters() {
    let source = r#"#include "kiln.h"
#include <stdio.h>
#include <string.h>
static int is(const kiln_parameter *p, const char *name, int kind, int64_t count) {
  return strcmp(p->name, name) == 0 && p->kind == kind && p->count == count;
}
kiln_status means(const kiln_custom_call *call) {
  const kiln_parameter *p = call->parameters;
  const kiln_input *x = &call->inputs[0], *absent = &call->inputs[1], *scale = &call->inputs[2];
  int ok = call->input_count == 3 && call->output_count == 1 && call->parameter_count == 3;
  ok = ok && is(&p[0], "axes", KILN_INTEGERS, 2) && p[0].integers[0] == 1 && p[0].integers[1] == -7;
  ok = ok && is(&p[1], "mode", KILN_STRINGS, 1) && strcmp(p[1].strings[0], "arithmetic mean") == 0;
  ok = ok && is(&p[2], "weight", KILN_FLOATS, 1) && p[2].floats[0] == 0.5;
  ok = ok && x->element_type == KILN_F32 && x->rank == 2 && x->shape[1] == 5 && (int64_t)x->size == x->shape[0] * 20;
  ok = ok && !absent->data && !absent->element_type && scale->rank == 1 && scale->shape[0] == 1;
  kiln_output *y = &call->outputs[0];
#ifdef FAILS
  ok = 0;
#endif
  ok = ok && y->rank == 1 && y->shape[0] == x->shape[0] && (int64_t)y->size == x->shape[0] * 4 && y->capacity == y->size;
  if (!ok || call->struct_size < sizeof *call) {
    snprintf(call->error->message, sizeof call->error->message, "told something else");
    return KILN_INVALID_ARGUMENT;
  }
  if (x->shape[0] == 7)
    return KILN_INTERNAL_ERROR;
  for (int64_t i = 0; i < x->shape[0]; ++i) {
    float sum = 0;
    for (int64_t k = 0; k < 5; ++k)
      sum += ((const float *)x->data)[5 * i + k];
    ((float *)y->data)[i] = sum / 5 * ((const float *)scale->data)[0] * (float)p[2].floats[0];
  }
  return KILN_OK;
}
"#;
    let node = onnx::Node::new("Means", &["x", "", "scale"], &["y"]).named("/head/Means").of_domain("com.example");
    let node = node.ints("axes", &[1, -7]).text("mode", "arithmetic mean").float("weight", 0.5);
    let model =
        onnx::Model::default().import("com.example", 1).input("x", FLOAT, &["N", "5"]).weight("scale", &[1], &[4.0]);
    let directory = prepare(&model.add(node).node("Neg", &["y"], "z").output("z", FLOAT, &["N"]), source);
    let directory = directory.path();
    cc(directory, &["-fPIC", "-c", "custom.c"]);
    let ty = "com.example.Means=means: (tensor<?x5xf32, #kiln.dims<[rows, 5]>>, tensor<1xf32>) -> \
              tensor<?xf32, #kiln.dims<[rows]>>";
    compile(directory, &["--custom-op", ty, "--link", "custom.o"]);
    let found = evaluate(directory, &[1.0, 2.0, 3.0, 4.0, 5.0, -1.0, 0.0, 0.0, 0.0, 0.0]).expect("runs");
    assert_eq!((found.shape(), found.values::<f32>().as_ref()), (&[2][..], &[-6.0, 0.4][..]));
    let failed = evaluate(directory, &[0.0; 35]).expect_err("the function fails");
    assert!(failed.contains("node '/head/Means': the custom operator failed with status 10"), "{failed}");
    // A type that is not the node's.
    let wrong = [
        "compile",
        "model.onnx",
        "--custom-op",
        "com.example.Means=means: (tensor<?x5xf64, #kiln.dims<[n, 5]>>) -> f32",
    ];
    let (status, said) = kiln(directory, &wrong);
    assert_eq!((status, said.contains("it has 2 inputs here, its type says 1")), (1, true), "{said}");
    // Its own message.
    compile(
        directory,
        &["--custom-op", &ty.replace("means:", "other:"), "--link", {
            cc(directory, &["-Dmeans=other", "-DFAILS", "-fPIC", "-c", "custom.c", "-o", "other.o"]);
            "other.o"
        }],
    );
    let failed = evaluate(directory, &[0.0; 5]).expect_err("the function fails");
    assert!(failed.contains("node '/head/Means': told something else"), "{failed}");
}

#[test]
fn a_rule_says_what_an_operator_is() {
    let directory = prepare(&model(), "");
    let directory = directory.path();
    std::fs::write(directory.join("swish.rules"), RULES).expect("writable");
    compile(directory, &["--rules", "swish.rules"]);
    check_swish(directory);
    let (status, said) = kiln(directory, &["check", "model.onnx", "--rules", "swish.rules", "--shape", "x=3x5"]);
    assert_eq!(status, 0, "{said}");
    // A rule that asks for something else.
    std::fs::remove_file(directory.join("model.so")).expect("there");
    std::fs::write(directory.join("other.rules"), "rule a { (onnx.com.example.Swish $x) => (relu $x) }\n")
        .expect("writable");
    let (status, said) = kiln(directory, &["compile", "model.onnx", "--rules", "other.rules"]);
    let reason = "no rule applies: rule 'a': attribute 'beta', not mentioned here, is set";
    assert_eq!((status, said.contains(reason)), (1, true), "{said}");
}

#[test]
fn what_is_missing_is_said() {
    let directory = prepare(&model(), SWISH);
    let directory = directory.path();
    let fails = |options: &[&str], parts: &[&str]| {
        let (status, said) = kiln(directory, &[&["compile", "model.onnx"], options].concat());
        assert_eq!(status, 1, "{said}");
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!directory.join("model.so").exists());
    };
    fails(
        &[],
        &["operator Swish of domain \"com.example\" is not known", "--custom-op com.example.Swish=FUNCTION", "--rules"],
    );
    let bound = ["--custom-op", "com.example.Swish=my_swish"];
    fails(&bound, &["nothing defines my_swish", "--link"]);
    fails(&[&bound[..], &["--link", "none.o"]].concat(), &["none.o"]);
    fails(&[&bound[..], &["--link", "custom.c"]].concat(), &["custom.c: it is no object"]);
    cc(directory, &["-shared", "-fPIC", "custom.c", "-lm", "-o", "libcustom.so"]);
    let object = ["--link", "libcustom.so", "--emit", "obj"];
    fails(&[&bound[..], &object].concat(), &["libcustom.so is a shared object"]);
    let (status, said) = kiln(directory, &["compile", "model.onnx", "--custom-op", "com.example.Swish=2swish"]);
    assert_eq!((status, said.contains("\"2swish\" is no name of a C function")), (2, true), "{said}");
}
