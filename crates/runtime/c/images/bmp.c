/* Windows bitmaps: pixels of 1 to 32 bits, with palettes, masks and run lengths, of either direction. */

#include "images.h"

enum { HEADER = 14, CORE_HEADER = 12, INFO_HEADER = 40 };
enum compression { PLAIN = 0, RUNS_OF_8 = 1, RUNS_OF_4 = 2, MASKS = 3, MASKS_AND_ALPHA = 6 };

struct bitmap {
  uint64_t width;
  uint64_t height;
  bool is_top_down;
  uint32_t bits;
  uint32_t compression;
  /* Of red, green and blue, where pixels have 16 or 32 bits. */
  uint32_t masks[3];
  uint32_t color_count;
  uint8_t colors[256][3];
};

bool kiln_bmp_is(struct kiln_bytes bytes) { return kiln_begins(bytes, "BM", 2); }

/* Reads the header behind that of the file; its size is checked. */
static void read_header(struct bitmap *bitmap, const uint8_t *header, uint32_t size) {
  if (size == CORE_HEADER) {
    bitmap->width = kiln_low_16(header + 4);
    bitmap->height = kiln_low_16(header + 6);
    bitmap->bits = kiln_low_16(header + 10);
    return;
  }
  int64_t width = (int32_t)kiln_low_32(header + 4), height = (int32_t)kiln_low_32(header + 8);
  bitmap->width = width < 0 ? 0 : (uint64_t)width;
  bitmap->is_top_down = height < 0;
  bitmap->height = (uint64_t)(height < 0 ? -height : height);
  bitmap->bits = kiln_low_16(header + 14);
  bitmap->compression = kiln_low_32(header + 16);
  bitmap->color_count = kiln_low_32(header + 32);
}

/* Whether masks and palette are there; both follow the header. */
static bool read_colors(struct bitmap *bitmap, struct kiln_bytes bytes, uint32_t size) {
  static const uint32_t short_masks[3] = {0x7c00, 0x3e0, 0x1f}, long_masks[3] = {0xff0000, 0xff00, 0xff};
  uint64_t at = HEADER + (uint64_t)size;
  __builtin_memcpy(bitmap->masks, bitmap->bits == 16 ? short_masks : long_masks, sizeof bitmap->masks);
  if (bitmap->compression == MASKS || bitmap->compression == MASKS_AND_ALPHA) {
    /* Longer headers have room for them. */
    uint64_t masks = HEADER + INFO_HEADER;
    if (!kiln_has(bytes, masks, 12))
      return false;
    for (int color = 0; color < 3; ++color)
      bitmap->masks[color] = kiln_low_32(bytes.data + masks + 4 * color);
    at += size == INFO_HEADER ? 12 : 0;
  }
  if (bitmap->bits > 8)
    return true;
  uint32_t most = 1u << bitmap->bits, entry = size == CORE_HEADER ? 3 : 4;
  if (bitmap->color_count == 0 || bitmap->color_count > most)
    bitmap->color_count = most;
  for (uint32_t color = 0; color < bitmap->color_count; ++color, at += entry) {
    if (!kiln_has(bytes, at, entry))
      return false;
    kiln_set_pixel(bitmap->colors[color], bytes.data[at + 2], bytes.data[at + 1], bytes.data[at]);
  }
  return true;
}

/* The part of a pixel that a mask shows. */
static uint8_t masked(uint32_t pixel, uint32_t mask) {
  if (mask == 0)
    return 0;
  uint32_t shift = (uint32_t)__builtin_ctz(mask);
  return kiln_scale_byte((pixel & mask) >> shift, mask >> shift);
}

static void read_row(const struct bitmap *bitmap, const uint8_t *row, uint8_t *out) {
  for (uint64_t x = 0; x < bitmap->width; ++x, out += 3) {
    if (bitmap->bits <= 8) {
      const uint8_t *color = bitmap->colors[kiln_packed_sample(row, x, bitmap->bits)];
      kiln_set_pixel(out, color[0], color[1], color[2]);
    } else if (bitmap->bits == 24) {
      kiln_set_pixel(out, row[3 * x + 2], row[3 * x + 1], row[3 * x]);
    } else {
      uint32_t pixel = bitmap->bits == 16 ? kiln_low_16(row + 2 * x) : kiln_low_32(row + 4 * x);
      const uint32_t *masks = bitmap->masks;
      kiln_set_pixel(out, masked(pixel, masks[0]), masked(pixel, masks[1]), masked(pixel, masks[2]));
    }
  }
}

/* The row of the image that is row number y of the file. */
static uint8_t *image_row(const struct bitmap *bitmap, struct kiln_image *image, uint64_t y) {
  return image->pixels + 3 * image->width * (bitmap->is_top_down ? y : bitmap->height - 1 - y);
}

static enum kiln_image_status read_rows(const struct bitmap *bitmap, struct kiln_bytes pixels,
                                        struct kiln_image *image) {
  uint64_t pitch = (bitmap->width * bitmap->bits + 31) / 32 * 4;
  /* What fills up the last row may be missing. */
  if (!kiln_has(pixels, pitch * (bitmap->height - 1), (bitmap->width * bitmap->bits + 7) / 8))
    return KILN_IMAGE_UNREADABLE;
  enum kiln_image_status status = kiln_image_open(image, bitmap->width, bitmap->height);
  for (uint64_t y = 0; !status && y < bitmap->height; ++y)
    read_row(bitmap, pixels.data + y * pitch, image_row(bitmap, image, y));
  return status;
}

/* Where the next pixel of run lengths goes. */
struct cursor {
  const struct bitmap *bitmap;
  struct kiln_image *image;
  uint64_t x;
  uint64_t y;
};

/* Writes a pixel; what is behind the end of a row is left out. */
static void put(struct cursor *cursor, uint32_t index) {
  if (cursor->x < cursor->bitmap->width && cursor->y < cursor->bitmap->height) {
    const uint8_t *color = cursor->bitmap->colors[index];
    uint8_t *row = image_row(cursor->bitmap, cursor->image, cursor->y);
    kiln_set_pixel(row + 3 * cursor->x++, color[0], color[1], color[2]);
  }
}

/* One of the pixels of a run, or of a list of pixels. */
static uint32_t index_at(const struct bitmap *bitmap, const uint8_t *data, uint64_t i) {
  return kiln_packed_sample(data, i, bitmap->bits);
}

static enum kiln_image_status read_runs(const struct bitmap *bitmap, struct kiln_bytes pixels,
                                        struct kiln_image *image) {
  enum kiln_image_status status = kiln_image_open(image, bitmap->width, bitmap->height);
  if (status)
    return status;
  struct cursor cursor = {bitmap, image, 0, 0};
  for (uint64_t y = 0; y < bitmap->height; cursor.x = 0, ++y)
    for (cursor.y = y; cursor.x < bitmap->width;)
      put(&cursor, 0);
  cursor.y = 0;
  for (uint64_t at = 0; kiln_has(pixels, at, 2);) {
    uint32_t count = pixels.data[at], value = pixels.data[at + 1];
    at += 2;
    if (count > 0) {
      for (uint32_t i = 0; i < count; ++i)
        put(&cursor, index_at(bitmap, &pixels.data[at - 1], bitmap->bits == 4 ? i % 2 : 0));
    } else if (value == 0) {
      cursor.x = 0;
      ++cursor.y;
    } else if (value == 1) {
      return KILN_IMAGE_DECODED;
    } else if (value == 2) {
      if (!kiln_has(pixels, at, 2))
        return KILN_IMAGE_UNREADABLE;
      cursor.x += pixels.data[at];
      cursor.y += pixels.data[at + 1];
      at += 2;
    } else {
      uint64_t size = (value * bitmap->bits + 15) / 16 * 2;
      if (!kiln_has(pixels, at, size))
        return KILN_IMAGE_UNREADABLE;
      for (uint32_t i = 0; i < value; ++i)
        put(&cursor, index_at(bitmap, pixels.data + at, i));
      at += size;
    }
  }
  /* The mark of the end may be missing behind the last row. */
  return cursor.y + (cursor.x >= bitmap->width) >= bitmap->height ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}

enum kiln_image_status kiln_bmp_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  if (!kiln_has(bytes, 0, HEADER + CORE_HEADER))
    return KILN_IMAGE_UNREADABLE;
  uint32_t start = kiln_low_32(bytes.data + 10), size = kiln_low_32(bytes.data + HEADER);
  bool is_known = size == CORE_HEADER || (size >= INFO_HEADER && size <= 124);
  if (!is_known || !kiln_has(bytes, HEADER, size) || start > bytes.size)
    return KILN_IMAGE_UNREADABLE;
  struct bitmap bitmap = {0};
  read_header(&bitmap, bytes.data + HEADER, size);
  uint32_t bits = bitmap.bits, compression = bitmap.compression;
  bool is_indexed = bits == 1 || bits == 2 || bits == 4 || bits == 8;
  bool has_masks = compression == MASKS || compression == MASKS_AND_ALPHA;
  bool has_runs = (compression == RUNS_OF_8 && bits == 8) || (compression == RUNS_OF_4 && bits == 4);
  bool is_plain = compression == PLAIN && (is_indexed || bits == 16 || bits == 24 || bits == 32);
  if (bitmap.height == 0 || !(is_plain || has_runs || (has_masks && (bits == 16 || bits == 32))))
    return KILN_IMAGE_UNREADABLE;
  if (!read_colors(&bitmap, bytes, size))
    return KILN_IMAGE_UNREADABLE;
  struct kiln_bytes pixels = {bytes.data + start, bytes.size - start};
  return has_runs ? read_runs(&bitmap, pixels, image) : read_rows(&bitmap, pixels, image);
}
