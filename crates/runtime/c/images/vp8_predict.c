/* What VP8 guesses of blocks, and what it adds to that. */

#include "vp8.h"

static void fill(uint8_t *block, uint64_t pitch, int size, uint8_t value) {
  for (int y = 0; y < size; ++y)
    __builtin_memset(block + (uint64_t)y * pitch, value, (uint64_t)size);
}

/* The mean of what is above and to the left, as far as there is something. */
static uint8_t mean(const uint8_t *block, uint64_t pitch, int size, bool has_above, bool has_left) {
  int sum = 0, count = size * (has_above + has_left);
  if (count == 0)
    return 128;
  for (int i = 0; i < size; ++i) {
    sum += has_above ? block[(uint64_t)i - pitch] : 0;
    sum += has_left ? block[(uint64_t)i * pitch - 1] : 0;
  }
  return (uint8_t)((sum + count / 2) / count);
}

/* From the sample above, as much further as the one to the left is from the corner. */
static void predict_motion(uint8_t *block, uint64_t pitch, int size) {
  const uint8_t *above = block - pitch;
  for (int y = 0; y < size; ++y, block += pitch)
    for (int x = 0; x < size; ++x)
      block[x] = kiln_clamp_byte(block[-1] + above[x] - above[-1]);
}

void kiln_vp8_predict(uint8_t *block, uint64_t pitch, int size, enum kiln_vp8_mode mode, bool has_above,
                      bool has_left) {
  if (mode == VP8_MOTION) {
    predict_motion(block, pitch, size);
  } else if (mode == VP8_DC) {
    fill(block, pitch, size, mean(block, pitch, size, has_above, has_left));
  } else {
    for (int y = 0; y < size; ++y) {
      uint8_t *row = block + (uint64_t)y * pitch;
      if (mode == VP8_VERTICAL)
        __builtin_memcpy(row, block - pitch, (uint64_t)size);
      else
        __builtin_memset(row, row[-1], (uint64_t)size);
    }
  }
}

/*
 * The other modes of parts, sample by sample, from what is around them: it goes from below on the left (1 to 4) by
 * the corner (5) to the right above (6 to 13), and both ends are there twice. A number stands for the mean of three
 * samples around that place, the middle one doubled, and one of PAIR or more for the mean of two from that place on.
 */
enum { PAIR = 16 };
#define P(place) (PAIR + (place))
static const uint8_t directions[VP8_PART_MODES][16] = {
    [VP8_PART_VERTICAL] = {6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9, 6, 7, 8, 9},
    [VP8_PART_HORIZONTAL] = {4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1},
    [VP8_PART_LEFT_DOWN] = {7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12, 10, 11, 12, 13},
    [VP8_PART_RIGHT_DOWN] = {5, 6, 7, 8, 4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5},
    [VP8_PART_VERTICAL_RIGHT] = {P(5), P(6), P(7), P(8), 5, 6, 7, 8, 4, P(5), P(6), P(7), 3, 5, 6, 7},
    [VP8_PART_VERTICAL_LEFT] = {P(6), P(7), P(8), P(9), 7, 8, 9, 10, P(7), P(8), P(9), 11, 8, 9, 10, 12},
    [VP8_PART_HORIZONTAL_DOWN] = {P(4), 5, 6, 7, P(3), 4, P(4), 5, P(2), 3, P(3), 4, P(1), 2, P(2), 3},
    [VP8_PART_HORIZONTAL_UP] = {P(3), 3, P(2), 2, P(2), 2, P(1), 1, P(1), 1, P(0), P(0), P(0), P(0), P(0), P(0)}};
#undef P

void kiln_vp8_predict_part(uint8_t *part, uint64_t pitch, enum kiln_vp8_part mode, const uint8_t right[4]) {
  if (mode == VP8_PART_DC) {
    fill(part, pitch, 4, mean(part, pitch, 4, true, true));
    return;
  }
  if (mode == VP8_PART_MOTION) {
    predict_motion(part, pitch, 4);
    return;
  }
  uint8_t around[15];
  for (uint64_t i = 0; i < 4; ++i) {
    around[4 - i] = part[i * pitch - 1];
    around[6 + i] = part[i - pitch];
    around[10 + i] = right[i];
  }
  around[5] = part[-1 - (int64_t)pitch];
  around[0] = around[1];
  around[14] = around[13];
  for (int i = 0; i < 16; ++i) {
    int place = directions[mode][i] % PAIR, value;
    if (directions[mode][i] >= PAIR)
      value = (around[place] + around[place + 1] + 1) >> 1;
    else
      value = (around[place - 1] + 2 * around[place] + around[place + 1] + 2) >> 2;
    part[(uint64_t)(i / 4) * pitch + (uint64_t)i % 4] = (uint8_t)value;
  }
}

/* Times the square root of 2, times the sine and the cosine of an eighth of pi. */
static int32_t by_sine(int32_t value) { return (int32_t)(((int64_t)value * 35468) >> 16); }
static int32_t by_cosine(int32_t value) { return value + (int32_t)(((int64_t)value * 20091) >> 16); }

/* Four values of four coefficients, `step` apart. */
static void transform_line(const int32_t *in, int32_t *out, int step, int32_t round) {
  int32_t sum = in[0] + in[2 * step] + round, difference = in[0] - in[2 * step] + round;
  int32_t inner = by_sine(in[step]) - by_cosine(in[3 * step]), outer = by_cosine(in[step]) + by_sine(in[3 * step]);
  out[0] = sum + outer;
  out[step] = difference + inner;
  out[2 * step] = difference - inner;
  out[3 * step] = sum - outer;
}

void kiln_vp8_add(uint8_t *part, uint64_t pitch, const int32_t coefficients[16]) {
  int32_t columns[16], rows[16];
  for (int i = 0; i < 4; ++i)
    transform_line(coefficients + i, columns + i, 4, 0);
  for (int i = 0; i < 4; ++i)
    transform_line(columns + 4 * i, rows + 4 * i, 1, 4);
  for (int i = 0; i < 16; ++i) {
    uint8_t *sample = part + (uint64_t)(i / 4) * pitch + i % 4;
    *sample = kiln_clamp_byte(*sample + (rows[i] >> 3));
  }
}

/* Four sums and differences of four values, `step` apart. */
static void spread_line(const int32_t *in, int32_t *out, int step, int32_t round) {
  int32_t outer = in[0] + in[3 * step] + round, inner = in[step] + in[2 * step];
  int32_t outer_difference = in[0] - in[3 * step] + round, inner_difference = in[step] - in[2 * step];
  out[0] = outer + inner;
  out[step] = outer_difference + inner_difference;
  out[2 * step] = outer - inner;
  out[3 * step] = outer_difference - inner_difference;
}

void kiln_vp8_spread(const int32_t coefficients[16], int32_t out[16]) {
  int32_t columns[16];
  for (int i = 0; i < 4; ++i)
    spread_line(coefficients + i, columns + i, 4, 0);
  for (int i = 0; i < 4; ++i)
    spread_line(columns + 4 * i, out + 4 * i, 1, 3);
  for (int i = 0; i < 16; ++i)
    out[i] >>= 3;
}
