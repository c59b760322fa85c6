//! Cuts a region out of the picture and sets it upright.

use crate::geometry::Point;
use crate::picture::Picture;

/// A region at least this many times as high as wide holds vertical text, and is turned by a quarter.
const VERTICAL_RATIO: f32 = 1.5;

/// The region with these corners (top left, top right, bottom right, bottom left) as a picture of its own.
///
/// The region is a parallelogram, so the map from crop to picture is affine: the top left corner, plus the way along
/// the upper edge, plus the way down the left edge.
pub fn upright_crop(picture: &Picture, corners: &[Point; 4]) -> Picture {
    let [top_left, top_right, bottom_right, bottom_left] = *corners;
    let width = top_left.distance(top_right).max(bottom_left.distance(bottom_right)).round().max(1.0);
    let height = top_left.distance(bottom_left).max(top_right.distance(bottom_right)).round().max(1.0);
    let (across, down) = (top_right.since(top_left), bottom_left.since(top_left));
    let crop = Picture::from_fn(width as usize, height as usize, |x, y| {
        let source = top_left.moved(across, (x as f32 + 0.5) / width).moved(down, (y as f32 + 0.5) / height);
        picture.sample(source.x, source.y)
    });
    if height >= VERTICAL_RATIO * width { crop.turned_left() } else { crop }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Picture {
        Picture::from_fn(8, 8, |x, y| [x as f32, y as f32, 0.0])
    }

    #[test]
    fn an_axis_aligned_region_is_copied() {
        let corners = [(1.5, 2.5), (5.5, 2.5), (5.5, 4.5), (1.5, 4.5)].map(|(x, y)| Point::new(x, y));
        let crop = upright_crop(&ramp(), &corners);
        assert_eq!(crop, Picture::from_fn(4, 2, |x, y| [x as f32 + 2.0, y as f32 + 3.0, 0.0]));
    }

    #[test]
    fn a_high_region_is_laid_down() {
        let corners = [(0.5, 0.5), (2.5, 0.5), (2.5, 6.5), (0.5, 6.5)].map(|(x, y)| Point::new(x, y));
        let crop = upright_crop(&ramp(), &corners);
        assert_eq!((crop.width(), crop.height()), (6, 2));
        assert_eq!(crop.row(0)[0], [2.0, 1.0, 0.0]);
    }
}
