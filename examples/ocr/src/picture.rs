//! A picture in floating point, its files, and resampling.

use std::path::Path;

use crate::network::Result;

/// Red, green and blue, each in 0..=255.
pub type Pixel = [f32; 3];

/// A picture of at least one pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
}

impl Picture {
    /// A picture from its pixels, row by row.
    ///
    /// # Panics
    /// If there are no pixels or their number is not `width * height`.
    pub fn from_pixels(width: usize, height: usize, pixels: Vec<Pixel>) -> Picture {
        assert!(!pixels.is_empty() && pixels.len() == width * height, "a picture has width x height pixels");
        Picture { width, height, pixels }
    }

    /// A picture whose pixels are computed from their column and row.
    pub fn from_fn(width: usize, height: usize, mut pixel: impl FnMut(usize, usize) -> Pixel) -> Picture {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        Picture::from_pixels(width, height, pixels)
    }

    /// Reads a PNG or JPEG file.
    pub fn open(path: &Path) -> Result<Picture> {
        let image = image::open(path).map_err(|error| format!("{}: {error}", path.display()))?.into_rgb8();
        let pixels: Vec<Pixel> = image.pixels().map(|pixel| pixel.0.map(f32::from)).collect();
        if pixels.is_empty() {
            return Err(format!("{}: the picture is empty", path.display()).into());
        }
        Ok(Picture::from_pixels(image.width() as usize, image.height() as usize, pixels))
    }

    /// Writes a PNG or JPEG file, as the path's extension says.
    pub fn save(&self, path: &Path) -> Result<()> {
        let bytes = self.pixels.iter().flatten().map(|value| value.round().clamp(0.0, 255.0) as u8).collect();
        let image = image::RgbImage::from_raw(self.width as u32, self.height as u32, bytes)
            .ok_or("the picture is too large to be written")?;
        image.save(path).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels of one row.
    pub fn row(&self, y: usize) -> &[Pixel] {
        &self.pixels[y * self.width..][..self.width]
    }

    /// Sets a pixel; one outside of the picture is left out.
    pub fn set(&mut self, x: i64, y: i64, pixel: Pixel) {
        if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
            && x < self.width
            && y < self.height
        {
            self.pixels[y * self.width + x] = pixel;
        }
    }

    /// The color at a point between pixel centers, interpolated linearly; outside of the picture its border goes on.
    pub fn sample(&self, x: f32, y: f32) -> Pixel {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fraction_x, fraction_y) = (x - left as f32, y - top as f32);
        let (upper, lower) = (self.row(top), self.row(bottom));
        std::array::from_fn(|channel| {
            let above = mix(upper[left][channel], upper[right][channel], fraction_x);
            let below = mix(lower[left][channel], lower[right][channel], fraction_x);
            mix(above, below, fraction_y)
        })
    }

    /// The picture in another size. Each new pixel is the average of the old ones near it, weighted by a triangle as wide
    /// as two pixels of the coarser of the two sizes: linear interpolation when it grows, smoothing when it shrinks.
    pub fn resized(&self, width: usize, height: usize) -> Picture {
        let columns = triangle_filter(self.width, width);
        let rows = triangle_filter(self.height, height);
        let narrow = Picture::from_fn(width, self.height, |x, y| columns[x].apply(|i| self.row(y)[i]));
        Picture::from_fn(width, height, |x, y| rows[y].apply(|i| narrow.row(i)[x]))
    }

    /// The picture turned by a quarter, counter-clockwise.
    pub fn turned_left(&self) -> Picture {
        Picture::from_fn(self.height, self.width, |x, y| self.row(x)[self.width - 1 - y])
    }

    /// The picture turned upside down.
    pub fn turned_around(&self) -> Picture {
        let pixels = self.pixels.iter().rev().copied().collect();
        Picture::from_pixels(self.width, self.height, pixels)
    }
}

fn mix(first: f32, second: f32, fraction: f32) -> f32 {
    first + (second - first) * fraction
}

/// Which old samples, from `start` on, make one new sample, and their weights, which sum to 1.
struct Weights {
    start: usize,
    weights: Vec<f32>,
}

impl Weights {
    fn apply(&self, sample: impl Fn(usize) -> Pixel) -> Pixel {
        let mut sum = [0.0; 3];
        for (offset, weight) in self.weights.iter().enumerate() {
            for (total, value) in sum.iter_mut().zip(sample(self.start + offset)) {
                *total += weight * value;
            }
        }
        sum
    }
}

fn triangle_filter(old: usize, new: usize) -> Vec<Weights> {
    let scale = old as f32 / new as f32;
    let radius = scale.max(1.0);
    let weights_at = |index: usize| {
        let center = (index as f32 + 0.5) * scale - 0.5;
        let start = (center - radius).ceil().clamp(0.0, (old - 1) as f32) as usize;
        let end = (center + radius).floor().clamp(start as f32, (old - 1) as f32) as usize;
        let weight = |sample: usize| (1.0 - (sample as f32 - center).abs() / radius).max(0.0);
        let mut weights: Vec<f32> = (start..=end).map(weight).collect();
        let sum: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Weights { start, weights }
    };
    (0..new).map(weights_at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(width: usize, values: &[f32]) -> Picture {
        Picture::from_pixels(width, values.len() / width, values.iter().map(|&v| [v; 3]).collect())
    }

    #[test]
    fn sampling_interpolates_and_clamps() {
        let picture = gray(2, &[0.0, 10.0, 20.0, 30.0]);
        assert_eq!(picture.sample(0.5, 0.5), [15.0; 3]);
        assert_eq!(picture.sample(-3.0, 9.0), [20.0; 3]);
    }

    #[test]
    fn growing_interpolates() {
        let grown = gray(2, &[0.0, 8.0]).resized(4, 1);
        assert_eq!(grown, gray(4, &[0.0, 2.0, 6.0, 8.0]));
    }

    #[test]
    fn shrinking_keeps_the_mean_of_a_plain_picture() {
        let shrunk = gray(9, &[7.0; 27]).resized(2, 1);
        assert!(shrunk.row(0).iter().flatten().all(|value| (value - 7.0).abs() < 1e-5));
    }

    #[test]
    fn resizing_to_the_same_size_changes_nothing() {
        let picture = gray(3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(picture.resized(3, 2), picture);
    }

    #[test]
    fn turns() {
        let picture = gray(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(picture.turned_left(), gray(3, &[2.0, 4.0, 6.0, 1.0, 3.0, 5.0]));
        assert_eq!(picture.turned_around(), gray(2, &[6.0, 5.0, 4.0, 3.0, 2.0, 1.0]));
    }
}
