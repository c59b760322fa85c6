//! Points, convex hulls, and the smallest rectangle around points.
//!
//! The y axis points down, as rows of pixels do.

/// A point or a direction in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    /// A point from its coordinates.
    pub const fn new(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    /// The point moved by `factor` times `direction`.
    pub fn moved(self, direction: Point, factor: f32) -> Point {
        Point::new(self.x + factor * direction.x, self.y + factor * direction.y)
    }

    /// The vector that leads from `origin` here.
    pub fn since(self, origin: Point) -> Point {
        Point::new(self.x - origin.x, self.y - origin.y)
    }

    /// The scalar product.
    pub fn dot(self, other: Point) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// The signed area of the parallelogram of both vectors; positive if `other` is a right turn away on the screen.
    pub fn cross(self, other: Point) -> f32 {
        self.x * other.y - self.y * other.x
    }

    /// The distance to another point.
    pub fn distance(self, other: Point) -> f32 {
        let difference = other.since(self);
        difference.x.hypot(difference.y)
    }
}

/// A rectangle at any angle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Where the diagonals meet.
    pub center: Point,
    /// The unit vector along the width; it points to the right, at most 45 degrees up or down.
    pub along: Point,
    /// Half of the extent in the direction of `along`.
    pub half_width: f32,
    /// Half of the extent across it.
    pub half_height: f32,
}

impl Rectangle {
    /// The unit vector along the height; it points down.
    pub fn down(&self) -> Point {
        Point::new(-self.along.y, self.along.x)
    }

    /// The shorter of the two sides.
    pub fn short_side(&self) -> f32 {
        2.0 * self.half_width.min(self.half_height)
    }

    /// The rectangle with every side moved outwards by `distance`.
    pub fn grown(&self, distance: f32) -> Rectangle {
        Rectangle { half_width: self.half_width + distance, half_height: self.half_height + distance, ..*self }
    }

    /// The corners: top left, top right, bottom right, bottom left.
    pub fn corners(&self) -> [Point; 4] {
        let corner = |width: f32, height: f32| {
            self.center.moved(self.along, width * self.half_width).moved(self.down(), height * self.half_height)
        };
        [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]
    }

    /// Whether a point is inside or on the border.
    pub fn contains(&self, point: Point) -> bool {
        let offset = point.since(self.center);
        // Corners computed from the rectangle itself are on its border up to rounding.
        let slack = 1e-3;
        offset.dot(self.along).abs() <= self.half_width + slack
            && offset.dot(self.down()).abs() <= self.half_height + slack
    }
}

/// The corners of the smallest convex polygon around points (Andrew's monotone chain), in order of turning right.
pub fn convex_hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut hull = half_hull(sorted.iter().copied());
    hull.pop();
    hull.extend(half_hull(sorted.iter().rev().copied()));
    hull.pop();
    hull
}

/// One side of the hull of points in order, from the first to the last.
fn half_hull(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut hull: Vec<Point> = Vec::new();
    for point in points {
        while let [.., before, last] = hull[..]
            && last.since(before).cross(point.since(last)) <= 0.0
        {
            hull.pop();
        }
        hull.push(point);
    }
    hull
}

/// The rectangle of least area around points; one of its sides lies on a side of their hull (Freeman and Shapira, 1975).
/// None for no points.
pub fn smallest_rectangle(points: &[Point]) -> Option<Rectangle> {
    let hull = convex_hull(points);
    let area = |rectangle: &Rectangle| rectangle.half_width * rectangle.half_height;
    (0..hull.len())
        .map(|index| rectangle_along(&hull, hull[index], hull[(index + 1) % hull.len()]))
        .min_by(|a, b| area(a).total_cmp(&area(b)))
}

/// The rectangle around the hull with a side parallel to the line through two points.
fn rectangle_along(hull: &[Point], first: Point, second: Point) -> Rectangle {
    let along = upright_direction(first, second);
    let down = Point::new(-along.y, along.x);
    let extent = |direction: Point| {
        hull.iter()
            .map(|point| point.dot(direction))
            .fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ((left, right), (top, bottom)) = (extent(along), extent(down));
    let origin = Point::new(0.0, 0.0);
    Rectangle {
        center: origin.moved(along, (left + right) / 2.0).moved(down, (top + bottom) / 2.0),
        along,
        half_width: (right - left) / 2.0,
        half_height: (bottom - top) / 2.0,
    }
}

/// The direction from `first` to `second`, turned by quarters until it points to the right.
fn upright_direction(first: Point, second: Point) -> Point {
    let length = first.distance(second);
    if length == 0.0 {
        return Point::new(1.0, 0.0);
    }
    let Point { x, y } = second.since(first);
    let (x, y) = if x.abs() >= y.abs() { (x, y) } else { (y, -x) };
    let sign = if x < 0.0 { -1.0 } else { 1.0 };
    Point::new(sign * x / length, sign * y / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(coordinates: &[(f32, f32)]) -> Vec<Point> {
        coordinates.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    #[test]
    fn the_hull_leaves_out_inner_and_collinear_points() {
        let hull = convex_hull(&points(&[(0.0, 0.0), (2.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (1.0, 2.0)]));
        assert_eq!(hull, points(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]));
    }

    #[test]
    fn the_rectangle_of_one_point_is_that_point() {
        let rectangle = smallest_rectangle(&points(&[(3.0, 5.0)])).expect("there is a point");
        assert_eq!((rectangle.center, rectangle.short_side()), (Point::new(3.0, 5.0), 0.0));
        assert_eq!(smallest_rectangle(&[]), None);
    }

    #[test]
    fn a_turned_rectangle_is_found() {
        for degrees in [-40.0f32, -10.0, 0.0, 5.0, 30.0] {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            let expected = Rectangle {
                center: Point::new(50.0, 40.0),
                along: Point::new(cosine, sine),
                half_width: 20.0,
                half_height: 5.0,
            };
            let found = smallest_rectangle(&expected.corners()).expect("there are points");
            assert!(found.along.distance(expected.along) < 1e-3, "{degrees} degrees: {found:?}");
            assert!((found.half_width - 20.0).abs() < 1e-3 && (found.half_height - 5.0).abs() < 1e-3);
            assert!(found.corners().iter().all(|&corner| expected.grown(0.01).contains(corner)));
        }
    }
}
