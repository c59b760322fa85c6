//! Compiles the decoders of images, which are written in C, with the counters that libFuzzer goes by; what C leaves
//! undefined ends the program.

fn main() {
    let folder = "../crates/runtime/c/images";
    println!("cargo::rerun-if-changed={folder}");
    println!("cargo::rerun-if-changed=images.c");
    let entries = std::fs::read_dir(folder).expect("the runtime's sources are there");
    let sources = entries.map(|entry| entry.expect("readable").path());
    cc::Build::new()
        .compiler("clang-22")
        .files(sources.filter(|path| path.extension().is_some_and(|extension| extension == "c")))
        .file("images.c")
        .flag("-std=c11")
        .flag("-fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp")
        .flag("-fsanitize=undefined")
        .flag("-fsanitize-trap=all")
        .define("KILN_IMAGE_PIXELS", "(1ull<<20)")
        .compile("kiln_images");
}
