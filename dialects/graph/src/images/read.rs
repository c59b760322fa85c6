//! Reading encoded images for the evaluation, by libraries that many programs use.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::ImageError;

/// How many pixels an image may have.
const MOST_PIXELS: u64 = 1 << 28;

/// A decoded image: red, green and blue of each pixel, row by row from the top.
#[derive(Default)]
pub(super) struct Picture {
    pub height: usize,
    pub width: usize,
    pub pixels: Vec<u8>,
}

/// The image that the bytes encode; one without pixels where they cannot be decoded. An error is an image that may be good,
/// but of a kind that the libraries here do not know.
pub(super) fn read(bytes: &[u8]) -> Result<Picture, String> {
    if bytes.starts_with(b"\0\0\0\x0cjP  ") || bytes.starts_with(b"\xff\x4f\xff\x51") {
        return Ok(read_jpeg2000(bytes).unwrap_or_default());
    }
    let Ok(format) = image::guess_format(bytes) else { return Ok(Picture::default()) };
    let image = match image::load_from_memory_with_format(bytes, format) {
        Ok(image) => image.into_rgb8(),
        Err(ImageError::Unsupported(error)) => return Err(format!("only compiled models decode this image: {error}")),
        Err(_) => return Ok(Picture::default()),
    };
    let (width, height) = image.dimensions();
    Ok(Picture { height: height as usize, width: width as usize, pixels: image.into_raw() })
}

fn read_jpeg2000(bytes: &[u8]) -> Option<Picture> {
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings).ok()?;
    let (width, height) = (image.width(), image.height());
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).ok()?;
    let (samples, count) = (decoded.data_u8(), decoded.components().len());
    let pixels = samples.chunks_exact(count).flat_map(|samples| match *samples {
        [red, green, blue, ..] => [red, green, blue],
        [gray, ..] => [gray; 3],
        [] => [0; 3],
    });
    Some(Picture { height: height as usize, width: width as usize, pixels: pixels.collect() })
}
