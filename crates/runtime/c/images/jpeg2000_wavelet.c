/* The inverse wavelet transforms of JPEG 2000 (ITU-T T.800, annex F): of integers, and of numbers with a point. */

#include "jpeg2000.h"

/* The same on every processor: no product and sum are rounded once. */
#pragma STDC FP_CONTRACT OFF

/* Lines are done side by side, so many at once. */
enum { LANES = 8 };

union value {
  float number;
  int32_t integer;
};

/* Values of LANES lines, one behind the other, with room for two more at both ends. */
struct lines {
  uint64_t length;
  /* Whether the first value is one of the high half. */
  uint64_t is_odd;
  union value (*values)[LANES];
};

/* Beyond both ends, lines are mirrored. */
static void mirror(struct lines *lines) {
  int64_t last = (int64_t)lines->length - 1;
  for (int64_t i = 1; i <= 2; ++i) {
    int64_t period = 2 * last, from = last ? i % period : 0, to = last ? (last + i) % period : 0;
    from = from > last ? period - from : from;
    to = to > last ? period - to : to;
    __builtin_memcpy(lines->values[-i], lines->values[from], sizeof *lines->values);
    __builtin_memcpy(lines->values[last + i], lines->values[to], sizeof *lines->values);
  }
}

/* Adds to every second value, from one of parity `odd` on, its neighbours times a factor. */
static void lift(struct lines *lines, uint64_t odd, float factor) {
  mirror(lines);
  for (uint64_t i = odd; i < lines->length; i += 2)
    for (int lane = 0; lane < LANES; ++lane)
      lines->values[i][lane].number +=
          factor * (lines->values[(int64_t)i - 1][lane].number + lines->values[i + 1][lane].number);
}

static void scale(struct lines *lines, uint64_t odd, float factor) {
  for (uint64_t i = odd; i < lines->length; i += 2)
    for (int lane = 0; lane < LANES; ++lane)
      lines->values[i][lane].number *= factor;
}

static void transform_numbers(struct lines *lines) {
  uint64_t low = lines->is_odd, high = 1 - low;
  if (lines->length == 1) {
    /* A value of the high half alone counts twice. */
    if (lines->is_odd)
      scale(lines, 0, 0.5f);
    return;
  }
  scale(lines, low, 1.230174105f);
  /* A little less than one by the factor of the low half: the usual library has it so, and results are its. */
  scale(lines, high, 0.812866211f);
  lift(lines, low, -0.443506852f);
  lift(lines, high, -0.882911075f);
  lift(lines, low, 0.052980118f);
  lift(lines, high, 1.586134342f);
}

/* Sums may leave the range of integers where the data is wrong: they wrap. */
static int32_t add(int32_t left, int32_t right) { return (int32_t)((uint32_t)left + (uint32_t)right); }

static void transform_integers(struct lines *lines) {
  uint64_t low = lines->is_odd, high = 1 - low;
  if (lines->length == 1) {
    for (int lane = 0; lines->is_odd && lane < LANES; ++lane)
      lines->values[0][lane].integer >>= 1;
    return;
  }
  for (int step = 0; step < 2; ++step) {
    mirror(lines);
    for (uint64_t i = step ? high : low; i < lines->length; i += 2) {
      for (int lane = 0; lane < LANES; ++lane) {
        int32_t *value = &lines->values[i][lane].integer;
        int32_t before = lines->values[(int64_t)i - 1][lane].integer, after = lines->values[i + 1][lane].integer;
        *value = step ? add(*value, add(before, after) >> 1) : add(*value, -(add(add(before, after), 2) >> 2));
      }
    }
  }
}

/* Transforms lines: `along` from one value of a line to the next, `across` from one line to the next. */
static void transform_lines(float *values, struct lines *lines, uint64_t count, uint64_t along, uint64_t across,
                            bool is_reversible) {
  uint64_t lows = (lines->length + 1 - lines->is_odd) / 2;
  for (uint64_t first = 0; first < count; first += LANES) {
    uint64_t lanes = count - first < LANES ? count - first : LANES;
    for (uint64_t i = 0; i < lines->length; ++i) {
      /* The low half comes first. */
      uint64_t from = i % 2 == lines->is_odd ? i / 2 : lows + i / 2;
      for (uint64_t lane = 0; lane < lanes; ++lane)
        lines->values[i][lane].number = values[(first + lane) * across + from * along];
    }
    if (is_reversible)
      transform_integers(lines);
    else
      transform_numbers(lines);
    for (uint64_t i = 0; i < lines->length; ++i)
      for (uint64_t lane = 0; lane < lanes; ++lane)
        values[(first + lane) * across + i * along] = lines->values[i][lane].number;
  }
}

enum kiln_image_status kiln_j2k_transform(float *values, struct kiln_j2k_area area, uint32_t levels,
                                          bool is_reversible) {
  uint64_t pitch = area.x1 - area.x0, height = area.y1 - area.y0, longest = pitch > height ? pitch : height;
  union value(*room)[LANES] = kiln_image_memory(longest + 4, sizeof *room);
  if (!room)
    return KILN_IMAGE_NO_MEMORY;
  for (uint32_t level = levels; level-- > 0;) {
    struct kiln_j2k_area part = kiln_j2k_reduced(area, level);
    uint64_t width = part.x1 - part.x0, rows = part.y1 - part.y0;
    if (width == 0 || rows == 0)
      continue;
    struct lines across = {width, part.x0 % 2, room + 2}, down = {rows, part.y0 % 2, room + 2};
    transform_lines(values, &across, rows, 1, pitch, is_reversible);
    transform_lines(values, &down, width, pitch, 1, is_reversible);
  }
  free(room);
  return KILN_IMAGE_DECODED;
}
