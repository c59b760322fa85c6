/* WebP: its container, and the colours of its lossy images. Alpha is left out; animations are not known. */

#include "vp8.h"
#include "vp8l.h"

bool kiln_webp_is(struct kiln_bytes bytes) {
  return kiln_begins(bytes, "RIFF", 4) && kiln_has(bytes, 0, 12) && kiln_equal(bytes.data + 8, "WEBP", 4);
}

/* A row of half the resolution in full: nine parts of the nearest sample, three of each of the next, one of the
   last. */
static void full_row(const struct kiln_vp8_plane *plane, uint64_t width, uint64_t height, uint64_t y, uint8_t *out) {
  uint64_t half_width = (width + 1) / 2, half_height = (height + 1) / 2, row = y / 2;
  uint64_t other = y % 2 ? (row + 1 < half_height ? row + 1 : row) : (row > 0 ? row - 1 : row);
  const uint8_t *near = plane->samples + row * plane->pitch, *far = plane->samples + other * plane->pitch;
  out[0] = (uint8_t)((3 * near[0] + far[0] + 2) >> 2);
  for (uint64_t x = 1; x < half_width; ++x) {
    int sum = near[x - 1] + near[x] + far[x - 1] + far[x] + 8;
    int to_left = (sum + 2 * (near[x] + far[x - 1])) >> 3, to_right = (sum + 2 * (near[x - 1] + far[x])) >> 3;
    out[2 * x - 1] = (uint8_t)((to_left + near[x - 1]) >> 1);
    out[2 * x] = (uint8_t)((to_right + near[x]) >> 1);
  }
  if (width % 2 == 0)
    out[width - 1] = (uint8_t)((3 * near[half_width - 1] + far[half_width - 1] + 2) >> 2);
}

/* A factor with 14 bits behind the point, of which 6 stay. */
static int32_t times(uint8_t value, int32_t factor) { return (value * factor) >> 8; }

static uint8_t color(int32_t value) { return kiln_clamp_byte(value >> 6); }

static enum kiln_image_status to_pixels(const struct kiln_vp8_image *lossy, struct kiln_image *image) {
  enum kiln_image_status status = kiln_image_open(image, lossy->width, lossy->height);
  uint8_t *rows = status ? NULL : kiln_image_memory(lossy->width, 2);
  if (!rows)
    return status ? status : KILN_IMAGE_NO_MEMORY;
  uint8_t *blue = rows, *red = rows + lossy->width, *out = image->pixels;
  for (uint64_t y = 0; y < lossy->height; ++y) {
    const uint8_t *luminance = lossy->planes[0].samples + y * lossy->planes[0].pitch;
    full_row(&lossy->planes[1], lossy->width, lossy->height, y, blue);
    full_row(&lossy->planes[2], lossy->width, lossy->height, y, red);
    for (uint64_t x = 0; x < lossy->width; ++x, out += 3) {
      int32_t light = times(luminance[x], 19077);
      kiln_set_pixel(out, color(light + times(red[x], 26149) - 14234),
                     color(light - times(blue[x], 6419) - times(red[x], 13320) + 8708),
                     color(light + times(blue[x], 33050) - 17685));
    }
  }
  free(rows);
  return KILN_IMAGE_DECODED;
}

static enum kiln_image_status decode_lossy(struct kiln_bytes bytes, struct kiln_image *image) {
  struct kiln_vp8_image lossy = {0};
  enum kiln_image_status status = kiln_vp8_decode(bytes, &lossy);
  if (!status)
    status = to_pixels(&lossy, image);
  for (int i = 0; i < 3; ++i)
    free(lossy.memory[i]);
  return status;
}

enum kiln_image_status kiln_webp_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  for (uint64_t at = 12; kiln_has(bytes, at, 8);) {
    struct kiln_bytes chunk = {bytes.data + at + 8, kiln_low_32(bytes.data + at + 4)};
    if (!kiln_has(bytes, at + 8, chunk.size))
      return KILN_IMAGE_UNREADABLE;
    if (kiln_equal(bytes.data + at, "VP8 ", 4))
      return decode_lossy(chunk, image);
    if (kiln_equal(bytes.data + at, "VP8L", 4))
      return kiln_vp8l_decode(chunk, image);
    at += 8 + chunk.size + chunk.size % 2;
  }
  return KILN_IMAGE_UNREADABLE;
}
