/* From the coefficients of JPEG to pixels: the inverse cosine transform, full resolution, and colours. */

#include "jpeg.h"

/* Factors have so many bits behind the point, and what is between the two passes has fewer. */
enum { FACTOR_BITS = 13, BETWEEN_BITS = 2 };

/*
 * Eight samples of eight coefficients, `step` apart, rounded to `shift` bits less. The factors are cosines of the
 * algorithm of Loeffler, Ligtenberg and Moschytz multiplied out: each sum of products is exact.
 */
static void transform_line(const int64_t *in, int64_t *out, int step, int shift) {
  static const int32_t odd[4][4] = {{11363, 9633, 6437, 2260},
                                    {9633, -2259, -11362, -6436},
                                    {6437, -11362, 2261, 9633},
                                    {2260, -6436, 9633, -11363}};
  int64_t sum = (in[0] + in[4 * step]) * (1 << FACTOR_BITS), difference = (in[0] - in[4 * step]) * (1 << FACTOR_BITS);
  int64_t outer = in[2 * step] * 10703 + in[6 * step] * 4433, inner = in[2 * step] * 4433 - in[6 * step] * 10704;
  int64_t even[4] = {sum + outer, difference + inner, difference - inner, sum - outer};
  for (int i = 0; i < 4; ++i) {
    int64_t rest = (int64_t)1 << (shift - 1);
    int64_t part = in[step] * odd[i][0] + in[3 * step] * odd[i][1];
    part += in[5 * step] * odd[i][2] + in[7 * step] * odd[i][3];
    out[i * step] = (even[i] + part + rest) >> shift;
    out[(7 - i) * step] = (even[i] - part + rest) >> shift;
  }
}

void kiln_jpeg_transform(struct kiln_jpeg_component *component) {
  uint64_t pitch = 8 * component->blocks_across, count = component->blocks_across * component->blocks_down;
  for (uint64_t block = 0; block < count; ++block) {
    const int16_t *coefficients = component->coefficients + 64 * block;
    uint8_t *out =
        component->samples + block / component->blocks_across * 8 * pitch + block % component->blocks_across * 8;
    int64_t values[64], columns[64], rows[64];
    for (int i = 0; i < 64; ++i)
      values[i] = (int64_t)coefficients[i] * component->steps[i];
    for (int i = 0; i < 8; ++i)
      transform_line(values + i, columns + i, 8, FACTOR_BITS - BETWEEN_BITS);
    for (int i = 0; i < 8; ++i)
      transform_line(columns + 8 * i, rows + 8 * i, 1, FACTOR_BITS + BETWEEN_BITS + 3);
    for (int i = 0; i < 64; ++i)
      out[(uint64_t)(i / 8) * pitch + (uint64_t)i % 8] = kiln_clamp_byte(rows[i] + 128);
  }
}

/* The samples of a row; above the first row and below the last one are those rows again. */
static const uint8_t *samples_of(const struct kiln_jpeg_component *component, int64_t y) {
  int64_t last = (int64_t)component->height - 1;
  return component->samples + 8 * component->blocks_across * (uint64_t)(y < 0 ? 0 : y > last ? last : y);
}

/* Twice as many samples as there are: three parts of the nearest one and a part of the next. */
static void widen(const struct kiln_jpeg_component *component, int64_t y, uint8_t *out) {
  const uint8_t *in = samples_of(component, y);
  uint64_t count = component->width;
  for (uint64_t x = 0; x < count; ++x) {
    out[2 * x] = x == 0 ? in[0] : (uint8_t)((3 * in[x] + in[x - 1] + 1) >> 2);
    out[2 * x + 1] = x + 1 == count ? in[x] : (uint8_t)((3 * in[x] + in[x + 1] + 2) >> 2);
  }
}

/* As `widen`, on both axes; `other` is the row that is next nearest. */
static void widen_both(const struct kiln_jpeg_component *component, int64_t y, int64_t other, uint8_t *out) {
  const uint8_t *near = samples_of(component, y), *far = samples_of(component, other);
  uint64_t count = component->width;
  for (uint64_t x = 0; x < count; ++x) {
    uint64_t before = x == 0 ? x : x - 1, after = x + 1 == count ? x : x + 1;
    int sum = 3 * near[x] + far[x];
    out[2 * x] = (uint8_t)((3 * sum + 3 * near[before] + far[before] + 8) >> 4);
    out[2 * x + 1] = (uint8_t)((3 * sum + 3 * near[after] + far[after] + 7) >> 4);
  }
}

/* A row of the image in full resolution; `out` has room for whole units, and two samples for each of the component. */
static void full_row(const struct kiln_jpeg *jpeg, const struct kiln_jpeg_component *component, uint64_t y,
                     uint8_t *out) {
  uint32_t across = component->across, down = component->down;
  int64_t row = (int64_t)(y * down / jpeg->most_down), other = y % 2 ? row + 1 : row - 1;
  bool is_half_width = 2 * across == jpeg->most_across, is_half_height = 2 * down == jpeg->most_down;
  const uint8_t *in = samples_of(component, row);
  if (is_half_width && down == jpeg->most_down && component->width > 2) {
    widen(component, row, out);
  } else if (is_half_width && is_half_height && component->width > 2) {
    widen_both(component, row, other, out);
  } else if (across == jpeg->most_across && is_half_height) {
    const uint8_t *far = samples_of(component, other);
    for (uint64_t x = 0; x < jpeg->width; ++x)
      out[x] = (uint8_t)((3 * in[x] + far[x] + (y % 2 ? 2 : 1)) >> 2);
  } else {
    for (uint64_t x = 0; x < jpeg->width; ++x)
      out[x] = in[x * across / jpeg->most_across];
  }
}

/* Numbers with 16 bits behind the point. */
static int32_t rounded(int32_t value) { return (value + 32768) >> 16; }

/* Red, green and blue of luminance and two differences of colour. */
static void to_colors(uint8_t *pixel, int32_t luminance, int32_t blue, int32_t red) {
  blue -= 128;
  red -= 128;
  kiln_set_pixel(pixel, kiln_clamp_byte(luminance + rounded(91881 * red)),
                 kiln_clamp_byte(luminance + rounded(-22554 * blue - 46802 * red)),
                 kiln_clamp_byte(luminance + rounded(116130 * blue)));
}

enum colors { GRAY, RGB, LUMINANCE, CMYK, LUMINANCE_AND_KEY };

/* What the components are: as the segments say, or as their names let guess. */
static enum colors colors_of(const struct kiln_jpeg *jpeg) {
  const struct kiln_jpeg_component *components = jpeg->components;
  if (jpeg->component_count == 1)
    return GRAY;
  if (jpeg->component_count == 4)
    return jpeg->transform == 2 ? LUMINANCE_AND_KEY : CMYK;
  if (jpeg->has_jfif)
    return LUMINANCE;
  if (jpeg->transform >= 0)
    return jpeg->transform == 0 ? RGB : LUMINANCE;
  return components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B' ? RGB : LUMINANCE;
}

static uint8_t product(uint32_t left, uint32_t right) {
  uint32_t value = left * right + 128;
  return (uint8_t)((value + (value >> 8)) >> 8);
}

static void put_row(enum colors colors, bool is_inverted, uint8_t *const rows[KILN_JPEG_COMPONENTS], uint64_t width,
                    uint8_t *out) {
  for (uint64_t x = 0; x < width; ++x, out += 3) {
    uint8_t first = rows[0][x], second = rows[1][x], third = rows[2][x];
    if (colors == LUMINANCE || colors == LUMINANCE_AND_KEY)
      to_colors(out, first, second, third);
    else
      kiln_set_pixel(out, first, second, third);
    if (colors == LUMINANCE_AND_KEY)
      kiln_set_pixel(out, 255 - out[0], 255 - out[1], 255 - out[2]);
    if (colors == CMYK || colors == LUMINANCE_AND_KEY) {
      /* Adobe writes inks the other way round: how much light they leave. */
      for (int color = 0; color < 3; ++color) {
        uint8_t light = is_inverted ? out[color] : 255 - out[color], key = is_inverted ? rows[3][x] : 255 - rows[3][x];
        uint32_t ink = product(255u - light, key);
        out[color] = (uint8_t)(key > ink ? key - ink : 0);
      }
    }
  }
}

enum kiln_image_status kiln_jpeg_pixels(const struct kiln_jpeg *jpeg, struct kiln_image *image) {
  enum kiln_image_status status = kiln_image_open(image, jpeg->width, jpeg->height);
  uint64_t room = 8 * jpeg->units_across * jpeg->most_across + 2;
  uint8_t *memory = status ? NULL : kiln_image_memory(room, KILN_JPEG_COMPONENTS);
  if (!memory)
    return status ? status : KILN_IMAGE_NO_MEMORY;
  enum colors colors = colors_of(jpeg);
  uint8_t *rows[KILN_JPEG_COMPONENTS];
  for (uint32_t i = 0; i < KILN_JPEG_COMPONENTS; ++i)
    rows[i] = memory + (i < jpeg->component_count ? i : 0) * room;
  for (uint64_t y = 0; y < jpeg->height; ++y) {
    for (uint32_t i = 0; i < jpeg->component_count; ++i)
      full_row(jpeg, &jpeg->components[i], y, rows[i]);
    put_row(colors, jpeg->transform >= 0, rows, jpeg->width, image->pixels + 3 * y * jpeg->width);
  }
  free(memory);
  return KILN_IMAGE_DECODED;
}
