//! Draws the outlines of regions into a picture.

use crate::geometry::Point;
use crate::picture::{Picture, Pixel};

/// The color of outlines.
const COLOR: Pixel = [220.0, 30.0, 30.0];
/// Outlines are this many pixels wide.
const THICKNESS: i64 = 3;

/// Draws the closed outline of a region.
pub fn draw_outline(picture: &mut Picture, corners: &[Point; 4]) {
    for (index, &corner) in corners.iter().enumerate() {
        draw_segment(picture, corner, corners[(index + 1) % corners.len()]);
    }
}

/// Draws a straight line: a square of `THICKNESS` at each of a row of points at most one pixel apart.
fn draw_segment(picture: &mut Picture, start: Point, end: Point) {
    let steps = start.distance(end).ceil().max(1.0);
    let direction = end.since(start);
    for step in 0..=steps as usize {
        let point = start.moved(direction, step as f32 / steps);
        let (x, y) = (point.x.round() as i64, point.y.round() as i64);
        for offset_y in 0..THICKNESS {
            for offset_x in 0..THICKNESS {
                picture.set(x + offset_x - THICKNESS / 2, y + offset_y - THICKNESS / 2, COLOR);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_may_leave_the_picture() {
        let mut picture = Picture::from_fn(10, 10, |_, _| [0.0; 3]);
        draw_outline(
            &mut picture,
            &[(-5.0, 5.0), (20.0, 5.0), (20.0, 30.0), (-5.0, 30.0)].map(|(x, y)| Point::new(x, y)),
        );
        assert_eq!(picture.row(5), [COLOR; 10]);
        assert_eq!(picture.row(8), [[0.0; 3]; 10]);
    }
}
