//! Finds lines of text: the network gives each pixel's probability of being text, from which rectangles are made as in
//! Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (arXiv:1911.08947).

use crate::components::{Mask, outlines};
use crate::geometry::{Point, Rectangle, smallest_rectangle};
use crate::network::{Network, Normalization, Result, float_output, to_tensor};
use crate::picture::Picture;

/// The longest side that the network sees; larger pictures are scaled down.
const LONGEST_SIDE: f32 = 960.0;
/// The network halves its input five times.
const SIDE_MULTIPLE: usize = 32;
/// Pixels above this probability are text.
const PIXEL_THRESHOLD: f32 = 0.3;
/// Rectangles whose mean probability is below are dropped.
const RECTANGLE_THRESHOLD: f32 = 0.6;
/// The network marks the core of a line. Its rectangle grows by this ratio times area over perimeter; a little more than
/// the 1.5 of PaddleOCR, because the recognizer tells spaces better in a looser crop.
const GROWTH_RATIO: f32 = 1.8;
/// Rectangles with a shorter side, in pixels of the network's output, are dropped before and after growing.
const SHORTEST_SIDES: (f32, f32) = (3.0, 5.0);

/// A line of text in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Top left, top right, bottom right, bottom left, in pixels of the picture.
    pub corners: [Point; 4],
    /// The mean probability of text inside, 0 to 1.
    pub score: f32,
}

/// The regions of text in a picture, in no particular order.
pub fn detect(network: &dyn Network, picture: &Picture) -> Result<Vec<Region>> {
    let (width, height) = network_size(picture.width(), picture.height());
    let input = to_tensor(&picture.resized(width, height), width, Normalization::IMAGENET);
    let output = network.run(input)?;
    let ([_, _, map_height, map_width], probabilities) = float_output::<4>(&output, "detector")?;
    let scale = Point::new(
        picture.width() as f32 / map_width.max(1) as f32,
        picture.height() as f32 / map_height.max(1) as f32,
    );
    Ok(regions(&probabilities, map_width, scale))
}

/// The size in which the network sees a picture of this width and height.
fn network_size(width: usize, height: usize) -> (usize, usize) {
    let scale = (LONGEST_SIDE / width.max(height) as f32).min(1.0);
    let side = |length: usize| {
        let multiples = (length as f32 * scale / SIDE_MULTIPLE as f32).round().max(1.0);
        multiples as usize * SIDE_MULTIPLE
    };
    (side(width), side(height))
}

/// The regions of a probability map whose pixels are `scale` pixels of the picture wide and high.
fn regions(probabilities: &[f32], map_width: usize, scale: Point) -> Vec<Region> {
    let pixels = probabilities.iter().map(|&probability| probability > PIXEL_THRESHOLD).collect();
    let groups = outlines(&Mask { width: map_width, pixels });
    groups.iter().filter_map(|group| region(group, probabilities, map_width, scale)).collect()
}

fn region(group: &[Point], probabilities: &[f32], map_width: usize, scale: Point) -> Option<Region> {
    let core = smallest_rectangle(group)?;
    if core.short_side() < SHORTEST_SIDES.0 {
        return None;
    }
    let score = mean_inside(&core, probabilities, map_width);
    if score < RECTANGLE_THRESHOLD {
        return None;
    }
    let (width, height) = (2.0 * core.half_width, 2.0 * core.half_height);
    let grown = core.grown(GROWTH_RATIO * width * height / (2.0 * (width + height)));
    if grown.short_side() < SHORTEST_SIDES.1 {
        return None;
    }
    // Pixel centers are at whole numbers, so the picture's left edge is at -0.5 in both systems.
    let to_picture = |corner: Point| Point::new((corner.x + 0.5) * scale.x - 0.5, (corner.y + 0.5) * scale.y - 0.5);
    Some(Region { corners: grown.corners().map(to_picture), score })
}

/// The mean of the map over the pixels inside a rectangle; 0 if there are none.
fn mean_inside(rectangle: &Rectangle, map: &[f32], map_width: usize) -> f32 {
    let corners = rectangle.corners();
    let map_height = map.len() / map_width;
    let range = |coordinate: fn(&Point) -> f32, length: usize| {
        let low = corners.iter().map(coordinate).fold(f32::MAX, f32::min).floor().max(0.0) as usize;
        let high = corners.iter().map(coordinate).fold(f32::MIN, f32::max).ceil().max(0.0) as usize;
        low..(high + 1).min(length)
    };
    let (mut sum, mut count) = (0.0f64, 0usize);
    for y in range(|point| point.y, map_height) {
        for x in range(|point| point.x, map_width) {
            if rectangle.contains(Point::new(x as f32, y as f32)) {
                sum += f64::from(map[y * map_width + x]);
                count += 1;
            }
        }
    }
    if count == 0 { 0.0 } else { (sum / count as f64) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_multiples_of_32_and_bounded() {
        assert_eq!(network_size(800, 600), (800, 608));
        assert_eq!(network_size(3000, 1500), (960, 480));
        assert_eq!(network_size(10, 5), (32, 32));
    }

    #[test]
    fn a_block_of_high_probability_becomes_a_grown_region() {
        let (width, height) = (64, 32);
        let inside = |x: usize, y: usize| (10..=49).contains(&x) && (10..=19).contains(&y);
        let map: Vec<f32> =
            (0..height).flat_map(|y| (0..width).map(move |x| if inside(x, y) { 0.9 } else { 0.0 })).collect();
        let found = regions(&map, width, Point::new(2.0, 2.0));
        assert_eq!(found.len(), 1);
        assert!((found[0].score - 0.9).abs() < 1e-4);
        // The core is 39 x 9; it grows by 1.8 * 351 / 96 = 6.58 on each side.
        let [top_left, _, bottom_right, _] = found[0].corners;
        assert!((top_left.x - ((10.5 - 6.581) * 2.0 - 0.5)).abs() < 0.01, "{top_left:?}");
        assert!((bottom_right.y - ((19.5 + 6.581) * 2.0 - 0.5)).abs() < 0.01, "{bottom_right:?}");
    }

    #[test]
    fn specks_and_doubtful_regions_are_dropped() {
        let mut map = vec![0.0; 40 * 20];
        map[5 * 40 + 5] = 1.0;
        for y in 10..18 {
            map[y * 40 + 10..y * 40 + 30].fill(0.4);
        }
        assert_eq!(regions(&map, 40, Point::new(1.0, 1.0)), []);
    }
}
