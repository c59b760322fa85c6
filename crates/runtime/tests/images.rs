//! The decoders of images, as a C program of their own: on pictures made here, on files of `tests/images`, and on
//! damaged ones. Where the compiler has them, checks of addresses and of undefined behaviour are on.
//!
//! Next to each file of `tests/images` is what the library that most programs use for it decodes, `.rgb`.

mod support;

use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use support::{run, tool};

/// How often each file is damaged.
const ROUNDS: &str = "100";

const FORMATS: [&str; 3] = ["0", "1", "2"];

/// The program, which the first test compiles.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(build)
}

/// Compiles the program; the checks are left out where they do not link.
fn build() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources: Vec<PathBuf> = std::fs::read_dir(folder.join("c/images"))
        .expect("it is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .collect();
    sources.push(folder.join("tests/c/check_images.c"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check_images");
    let compile = |checks: &[&str]| {
        // Large images would only take long here.
        let flags = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Wno-unknown-pragmas", "-DKILN_IMAGE_PIXELS=(1ull<<20)"];
        let mut compiler = tool(&["cc", "gcc", "clang-22"]);
        compiler.args(flags).args(checks).args(&sources).arg("-o").arg(&program);
        compiler
    };
    let checked = compile(&["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]).output();
    if !checked.is_ok_and(|output| output.status.success()) {
        run(&mut compile(&[]));
    }
    program
}

/// Height, width and pixels of what the program makes of an encoded image.
fn decode(encoded: &[u8], format: &str) -> (usize, usize, Vec<u8>) {
    let directory = tempfile::tempdir().expect("writable");
    let file = directory.path().join("encoded");
    std::fs::write(&file, encoded).expect("writable");
    let output = Command::new(program()).args(["decode", format]).arg(file).output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let end = output.stdout.iter().position(|&byte| byte == b'\n').expect("a line");
    let line = String::from_utf8_lossy(&output.stdout[..end]).into_owned();
    let (height, width) = line.split_once(' ').expect("two numbers");
    let number = |text: &str| text.parse().expect("a number");
    (number(height), number(width), output.stdout[end + 1..].to_vec())
}

/// A picture of which no part looks like another, in all kinds of pixels.
fn pictures(width: u32, height: u32) -> Vec<DynamicImage> {
    let pixel = |x: u32, y: u32| [x * 7 + y * 3, x * y + 40, 255 - ((x * 5) ^ (y * 2)) % 256].map(|value| value as u8);
    let colors = RgbImage::from_fn(width, height, |x, y| image::Rgb(pixel(x, y)));
    let wide = image::ImageBuffer::from_fn(width, height, |x, y| {
        image::Rgb(pixel(x, y).map(|value| u16::from(value) * 251 + x as u16))
    });
    let wide = DynamicImage::ImageRgb16(wide);
    let colors = DynamicImage::ImageRgb8(colors);
    vec![
        DynamicImage::ImageLuma8(colors.to_luma8()),
        DynamicImage::ImageLumaA8(colors.to_luma_alpha8()),
        DynamicImage::ImageRgba8(colors.to_rgba8()),
        DynamicImage::ImageLuma16(wide.to_luma16()),
        colors,
        wide,
    ]
}

/// All pictures in all formats that are encoded here without loss; each with what it is.
fn encoded(width: u32, height: u32) -> Vec<(DynamicImage, ImageFormat, Vec<u8>)> {
    let formats =
        [ImageFormat::Bmp, ImageFormat::Png, ImageFormat::Pnm, ImageFormat::Tiff, ImageFormat::WebP, ImageFormat::Jpeg];
    let mut all = Vec::new();
    for picture in pictures(width, height) {
        for format in formats {
            let mut bytes = Cursor::new(Vec::new());
            // Not every format has every kind of pixel.
            if picture.write_to(&mut bytes, format).is_ok() {
                all.push((picture.clone(), format, bytes.into_inner()));
            }
        }
    }
    all
}

/// Files of `tests/images` and what they are.
fn files() -> Vec<(PathBuf, Vec<u8>, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images");
    let entries = std::fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("readable").path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it != "rgb")).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let expected = path.with_file_name(format!("{}.rgb", path.file_name().expect("a name").display()));
        let content = std::fs::read(&path).expect("readable");
        (path, content, std::fs::read(expected).expect("there is one for each"))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn pictures_come_back() {
    for (width, height) in [(1, 1), (9, 5), (33, 18)] {
        for (picture, format, bytes) in encoded(width, height) {
            let expected = picture.to_rgb8().into_raw();
            let (found_height, found_width, pixels) = decode(&bytes, "0");
            let what = format!("{:?} of {width} x {height} as {format:?}", picture.color());
            assert_eq!((found_width, found_height), (width as usize, height as usize), "{what}");
            match format {
                // What is lost says nothing; another decoder tells.
                ImageFormat::Jpeg => {
                    let other = image::load_from_memory(&bytes).expect("an image").to_rgb8().into_raw();
                    let differences = other.iter().zip(&pixels).map(|(&left, &right)| left.abs_diff(right));
                    assert!(differences.max().is_some_and(|most| most <= 3), "{what}");
                }
                _ => assert_eq!(pixels, expected, "{what}"),
            }
        }
    }
}

#[test]
fn files_are_what_their_libraries_say() {
    for (path, bytes, expected) in files() {
        let (height, width, pixels) = decode(&bytes, "0");
        assert_eq!((height, width), (21, 34), "{}", path.display());
        assert_eq!(pixels, expected, "{}", path.display());
    }
}

/// A bitmap of 24 bits, of two rows and three columns; a negative height is one from the top.
fn bitmap(height: i32) -> Vec<u8> {
    let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x03\0\0\0".to_vec();
    bytes.extend(height.to_le_bytes());
    bytes.extend([1, 0, 24, 0]);
    bytes.resize(54, 0);
    for row in 0..2u8 {
        bytes.extend((0..9).map(|sample| 100 * row + sample));
        bytes.extend([0; 3]);
    }
    bytes
}

#[test]
fn bitmaps_have_either_direction_and_pixels_all_formats() {
    let rows = |order: [u8; 2], reds: [u8; 3]| -> Vec<u8> {
        order.iter().flat_map(|row| (0..9).map(move |i| 100 * row + i / 3 * 3 + reds[usize::from(i % 3)])).collect()
    };
    assert_eq!(decode(&bitmap(-2), "0"), (2, 3, rows([0, 1], [2, 1, 0])));
    assert_eq!(decode(&bitmap(2), "0"), (2, 3, rows([1, 0], [2, 1, 0])));
    assert_eq!(decode(&bitmap(2), "1"), (2, 3, rows([1, 0], [0, 1, 2])));
    assert_eq!(decode(&bitmap(-2), "2"), (2, 3, vec![1, 4, 7, 101, 104, 107]));
}

#[test]
fn what_is_no_image_is_empty() {
    let whole = bitmap(2);
    let huge = [&whole[..18], &[255, 255, 255, 127, 255, 255, 255, 127], &whole[26..]].concat();
    for bytes in [&b""[..], b"B", b"BM", b"P5 1 1 255", b"P5 99999 99999 255 ", &whole[..60], &huge] {
        for format in FORMATS {
            assert_eq!(decode(bytes, format), (0, 0, vec![]));
        }
    }
}

#[test]
fn damage_is_harmless() {
    let directory = tempfile::tempdir().expect("writable");
    let mut names = Vec::new();
    for (index, (_, _, bytes)) in encoded(19, 13).into_iter().enumerate() {
        names.push(directory.path().join(format!("damaged-{index}")));
        std::fs::write(&names[index], bytes).expect("writable");
    }
    names.extend(files().into_iter().map(|(path, _, _)| path));
    let printed = run(Command::new(program()).args(["damage", ROUNDS]).args(names));
    assert!(printed.ends_with("passed\n"), "{printed}");
}
