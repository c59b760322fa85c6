/* VP8's loop filter: edges between blocks, smoothed where they are too small to be part of the picture. */

#include "vp8.h"

static int distance(int left, int right) { return left < right ? right - left : left - right; }

static int clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

/* Whether an edge before `at` is small enough; samples across it are `step` apart. */
static bool is_small(const uint8_t *at, int64_t step, int limit) {
  return 4 * distance(at[-step], at[0]) + distance(at[-2 * step], at[step]) <= 2 * limit + 1;
}

/* Whether what is on both sides is smooth, too. */
static bool is_flat(const uint8_t *at, int64_t step, int limit) {
  return distance(at[-4 * step], at[-3 * step]) <= limit && distance(at[-3 * step], at[-2 * step]) <= limit &&
         distance(at[-2 * step], at[-step]) <= limit && distance(at[3 * step], at[2 * step]) <= limit &&
         distance(at[2 * step], at[step]) <= limit && distance(at[step], at[0]) <= limit;
}

static bool has_variance(const uint8_t *at, int64_t step, int limit) {
  return distance(at[-2 * step], at[-step]) > limit || distance(at[step], at[0]) > limit;
}

static void change(uint8_t *sample, int by) { *sample = kiln_clamp_byte(*sample + by); }

/* How far apart both sides are. */
static int difference(const uint8_t *at, int64_t step, bool has_outer) {
  int outer = has_outer ? clamp(at[-2 * step] - at[step], -128, 127) : 0;
  return clamp(3 * (at[0] - at[-step]) + outer, -128, 127);
}

/* Moves the two samples at the edge towards each other; returns by how much the second one was moved. */
static int move_two(uint8_t *at, int64_t step, int by) {
  int second = clamp(by + 4, -128, 127) >> 3, first = clamp(by + 3, -128, 127) >> 3;
  change(&at[-step], first);
  change(&at[0], -second);
  return second;
}

/* An edge inside of a block. */
static void smooth_inner(uint8_t *at, int64_t step, bool is_varied) {
  int half = (move_two(at, step, difference(at, step, is_varied)) + 1) >> 1;
  if (!is_varied) {
    change(&at[-2 * step], half);
    change(&at[step], -half);
  }
}

/* An edge between blocks. */
static void smooth_outer(uint8_t *at, int64_t step, bool is_varied) {
  int by = difference(at, step, true);
  if (is_varied) {
    move_two(at, step, by);
    return;
  }
  for (int place = 0; place < 3; ++place) {
    int part = (9 * (3 - place) * by + 63) >> 7;
    change(&at[-(place + 1) * step], part);
    change(&at[place * step], -part);
  }
}

/* All samples along an edge, `along` apart. */
static void smooth_edge(uint8_t *at, int64_t step, int64_t along, int size, struct kiln_vp8_filter filter,
                        bool is_outer) {
  int limit = 2 * filter.level + filter.inner + (is_outer ? 4 : 0);
  for (int i = 0; i < size; ++i, at += along) {
    if (!is_small(at, step, limit) || !is_flat(at, step, filter.inner))
      continue;
    bool is_varied = has_variance(at, step, filter.variance);
    if (is_outer)
      smooth_outer(at, step, is_varied);
    else
      smooth_inner(at, step, is_varied);
  }
}

void kiln_vp8_smooth(uint8_t *block, uint64_t pitch, int size, struct kiln_vp8_filter filter, bool has_left,
                     bool has_above) {
  int64_t below = (int64_t)pitch;
  if (has_left)
    smooth_edge(block, 1, below, size, filter, true);
  for (int x = 4; filter.has_inner_edges && x < size; x += 4)
    smooth_edge(block + x, 1, below, size, filter, false);
  if (has_above)
    smooth_edge(block, below, 1, size, filter, true);
  for (int y = 4; filter.has_inner_edges && y < size; y += 4)
    smooth_edge(block + y * below, below, 1, size, filter, false);
}

static void smooth_edge_simply(uint8_t *at, int64_t step, int64_t along, struct kiln_vp8_filter filter,
                               bool is_outer) {
  int limit = 2 * filter.level + filter.inner + (is_outer ? 4 : 0);
  for (int i = 0; i < 16; ++i, at += along)
    if (is_small(at, step, limit))
      move_two(at, step, difference(at, step, true));
}

void kiln_vp8_smooth_simply(uint8_t *block, uint64_t pitch, struct kiln_vp8_filter filter, bool has_left,
                            bool has_above) {
  int64_t below = (int64_t)pitch;
  if (has_left)
    smooth_edge_simply(block, 1, below, filter, true);
  for (int x = 4; filter.has_inner_edges && x < 16; x += 4)
    smooth_edge_simply(block + x, 1, below, filter, false);
  if (has_above)
    smooth_edge_simply(block, below, 1, filter, true);
  for (int y = 4; filter.has_inner_edges && y < 16; y += 4)
    smooth_edge_simply(block + y * below, below, 1, filter, false);
}
