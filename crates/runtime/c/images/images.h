/*
 * What the decoders of images share.
 *
 * An encoded image comes from anywhere: nothing it says is believed before it is checked. A decoder reads inside of the
 * bytes it is given, takes memory only for a size that was checked, gives back all it took but the pixels, and says
 * that the image is unreadable where anything is missing or wrong.
 */
#ifndef KILN_IMAGES_H
#define KILN_IMAGES_H

#include "../system.h"

/* How many pixels an image may have. */
#ifndef KILN_IMAGE_PIXELS
#define KILN_IMAGE_PIXELS (UINT64_C(1) << 28)
#endif

enum kiln_image_status { KILN_IMAGE_DECODED, KILN_IMAGE_UNREADABLE, KILN_IMAGE_NO_MEMORY };

/* A part of what was encoded. */
struct kiln_bytes {
  const uint8_t *data;
  uint64_t size;
};

/* Red, green and blue of each pixel, row by row from the top. */
struct kiln_image {
  uint8_t *pixels;
  uint64_t width;
  uint64_t height;
};

/* An image that was decoded for its size. */
struct kiln_image_block {
  struct kiln_image_block *next;
  struct kiln_image image;
  uint64_t size;
  uint8_t encoded[];
};

/* --- image.c --- */

/* Memory of zeros for `count` elements; null where there is none. */
void *kiln_image_memory(uint64_t count, uint64_t size);
/* Gives the image its size, and pixels that are black. The caller frees them where it then fails. */
enum kiln_image_status kiln_image_open(struct kiln_image *image, uint64_t width, uint64_t height);
/* Decodes an image of any format; its pixels are the caller's to free. Otherwise the image has none. */
enum kiln_image_status kiln_image_decode_bytes(struct kiln_bytes bytes, struct kiln_image *image);

/* --- one file for each format --- */

/* Whether the first bytes are those of the format. */
bool kiln_bmp_is(struct kiln_bytes bytes);
bool kiln_pnm_is(struct kiln_bytes bytes);
bool kiln_png_is(struct kiln_bytes bytes);
bool kiln_tiff_is(struct kiln_bytes bytes);
bool kiln_jpeg2000_is(struct kiln_bytes bytes);
bool kiln_webp_is(struct kiln_bytes bytes);
bool kiln_jpeg_is(struct kiln_bytes bytes);
/* Decodes an image of the format. Where that fails, the image may have pixels that kiln_image_decode_bytes frees. */
enum kiln_image_status kiln_bmp_decode(struct kiln_bytes bytes, struct kiln_image *image);
enum kiln_image_status kiln_pnm_decode(struct kiln_bytes bytes, struct kiln_image *image);
enum kiln_image_status kiln_png_decode(struct kiln_bytes bytes, struct kiln_image *image);
enum kiln_image_status kiln_tiff_decode(struct kiln_bytes bytes, struct kiln_image *image);
enum kiln_image_status kiln_jpeg2000_decode(struct kiln_bytes bytes, struct kiln_image *image);
enum kiln_image_status kiln_webp_decode(struct kiln_bytes bytes, struct kiln_image *image);
enum kiln_image_status kiln_jpeg_decode(struct kiln_bytes bytes, struct kiln_image *image);

/* --- inflate.c --- */

/* Writes what a zlib stream holds, which must be `size` bytes or more; what is behind them does not matter. */
enum kiln_image_status kiln_inflate(struct kiln_bytes bytes, uint8_t *out, uint64_t size);

/* Whether an image may have this size. */
static inline bool kiln_fits(uint64_t width, uint64_t height) {
  return width > 0 && height > 0 && width <= KILN_IMAGE_PIXELS && height <= KILN_IMAGE_PIXELS / width;
}

/* Numbers of two and four bytes, the low or the high byte first. */
static inline uint32_t kiln_low_16(const uint8_t *at) { return at[0] | (uint32_t)at[1] << 8; }
static inline uint32_t kiln_low_32(const uint8_t *at) { return kiln_low_16(at) | kiln_low_16(at + 2) << 16; }
static inline uint32_t kiln_high_16(const uint8_t *at) { return at[1] | (uint32_t)at[0] << 8; }
static inline uint32_t kiln_high_32(const uint8_t *at) { return kiln_high_16(at + 2) | kiln_high_16(at) << 16; }

/* Whether `size` bytes from `start` on are there. */
static inline bool kiln_has(struct kiln_bytes bytes, uint64_t start, uint64_t size) {
  return start <= bytes.size && size <= bytes.size - start;
}

/* Whether so many bytes are the same. */
static inline bool kiln_equal(const uint8_t *left, const void *right, uint64_t size) {
  for (uint64_t i = 0; i < size; ++i)
    if (left[i] != ((const uint8_t *)right)[i])
      return false;
  return true;
}

/* Whether the bytes begin with these. */
static inline bool kiln_begins(struct kiln_bytes bytes, const char *start, uint64_t size) {
  return bytes.size >= size && kiln_equal(bytes.data, start, size);
}

static inline uint8_t kiln_clamp_byte(int64_t value) {
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

/* A number of 0 to `most` as one of 0 to 255, rounded. */
static inline uint8_t kiln_scale_byte(uint64_t value, uint64_t most) {
  return value >= most ? 255 : (uint8_t)((value * 255 + most / 2) / most);
}

/* A number of 16 bits as one of 8, rounded. */
static inline uint8_t kiln_narrow(uint32_t value) { return (uint8_t)((value + 128) / 257); }

static inline void kiln_set_pixel(uint8_t *pixel, uint8_t red, uint8_t green, uint8_t blue) {
  pixel[0] = red;
  pixel[1] = green;
  pixel[2] = blue;
}

/* The sample of `bits` bits (1, 2, 4 or 8) at a place of a row, the first one in the high bits. */
static inline uint32_t kiln_packed_sample(const uint8_t *row, uint64_t index, uint32_t bits) {
  uint64_t bit = index * bits;
  return (uint32_t)(row[bit / 8] >> (8 - bits - bit % 8)) & ((1u << bits) - 1);
}

#endif
