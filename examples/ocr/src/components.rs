//! Connected components of a mask.

use crate::geometry::Point;

/// A mask of pixels, row by row.
pub struct Mask {
    /// Columns.
    pub width: usize,
    /// Whether each pixel is set; a multiple of `width` of them.
    pub pixels: Vec<bool>,
}

/// The outline of each group of set pixels that touch at a side or a corner: the first and last pixel of every run of
/// the group in every row, which have the same convex hull as the group.
pub fn outlines(mask: &Mask) -> Vec<Vec<Point>> {
    let mut visited = vec![false; mask.pixels.len()];
    let mut groups = Vec::new();
    for start in 0..mask.pixels.len() {
        if mask.pixels[start] && !visited[start] {
            groups.push(outline(mask, start, &mut visited));
        }
    }
    groups
}

fn outline(mask: &Mask, start: usize, visited: &mut [bool]) -> Vec<Point> {
    let height = mask.pixels.len() / mask.width;
    let mut points = Vec::new();
    let mut waiting = vec![start];
    visited[start] = true;
    while let Some(index) = waiting.pop() {
        let (x, y) = (index % mask.width, index / mask.width);
        let is_set = |column: usize| mask.pixels[y * mask.width + column];
        if x == 0 || x + 1 == mask.width || !is_set(x - 1) || !is_set(x + 1) {
            points.push(Point::new(x as f32, y as f32));
        }
        for neighbor_y in y.saturating_sub(1)..(y + 2).min(height) {
            for neighbor_x in x.saturating_sub(1)..(x + 2).min(mask.width) {
                let neighbor = neighbor_y * mask.width + neighbor_x;
                if mask.pixels[neighbor] && !visited[neighbor] {
                    visited[neighbor] = true;
                    waiting.push(neighbor);
                }
            }
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_and_sizes(rows: &[&str]) -> Vec<usize> {
        let pixels = rows.iter().flat_map(|row| row.chars().map(|c| c == '#')).collect();
        outlines(&Mask { width: rows[0].len(), pixels }).iter().map(Vec::len).collect()
    }

    #[test]
    fn corners_connect() {
        assert_eq!(count_and_sizes(&["#..", ".#.", "..#"]), [3]);
        assert_eq!(count_and_sizes(&["#.#", "...", "#.."]), [1, 1, 1]);
        assert_eq!(count_and_sizes(&["...", "..."]), [0usize; 0]);
    }

    #[test]
    fn inner_pixels_are_left_out() {
        assert_eq!(count_and_sizes(&["####", "####"]), [4]);
    }
}
