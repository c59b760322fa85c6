/* Pixels of WebP's lossless images: new ones, those of a cache, and copies of what was before. */

#include "vp8l.h"

enum { CODES = 5, LITERALS = 256, LENGTHS = 24, DISTANCES = 40, MOST_CACHE_BITS = 11 };
enum { GREEN, RED, BLUE, ALPHA, DISTANCE };

struct decoder {
  struct kiln_vp8l_reader *reader;
  struct kiln_vp8l_image *image;
  uint32_t cache_bits;
  uint32_t *cache;
  struct kiln_vp8l_symbols symbols;
  struct kiln_vp8l_code (*groups)[CODES];
  uint32_t group_count;
  /* Which group each part of the image has, in its middle bytes; without pixels where there is one group. */
  uint32_t part_bits;
  struct kiln_vp8l_image parts;
};

/* Reads which groups of codes the parts of the image have. */
static enum kiln_image_status read_parts(struct decoder *decoder) {
  decoder->group_count = 1;
  if (!kiln_vp8l_number(decoder->reader, 1))
    return KILN_IMAGE_DECODED;
  decoder->part_bits = 2 + kiln_vp8l_number(decoder->reader, 3);
  uint64_t size = UINT64_C(1) << decoder->part_bits;
  decoder->parts.width = (decoder->image->width + size - 1) / size;
  decoder->parts.height = (decoder->image->height + size - 1) / size;
  enum kiln_image_status status = kiln_vp8l_read_image(decoder->reader, false, &decoder->parts);
  for (uint64_t i = 0; !status && i < decoder->parts.width * decoder->parts.height; ++i) {
    uint32_t group = decoder->parts.pixels[i] >> 8 & 0xffff;
    decoder->group_count = group >= decoder->group_count ? group + 1 : decoder->group_count;
  }
  return status;
}

static enum kiln_image_status read_groups(struct decoder *decoder) {
  const struct kiln_vp8l_reader *reader = decoder->reader;
  uint32_t cached = decoder->cache_bits ? 1u << decoder->cache_bits : 0;
  uint32_t sizes[CODES] = {LITERALS + LENGTHS + cached, LITERALS, LITERALS, LITERALS, DISTANCES};
  /* A code takes four bits at least. */
  if (decoder->group_count > 8 * (reader->bytes.size - reader->at) / (4 * CODES) + 8)
    return KILN_IMAGE_UNREADABLE;
  decoder->groups = kiln_image_memory(decoder->group_count, sizeof *decoder->groups);
  enum kiln_image_status status = decoder->groups ? KILN_IMAGE_DECODED : KILN_IMAGE_NO_MEMORY;
  for (uint32_t i = 0; !status && i < decoder->group_count * CODES; ++i)
    status = kiln_vp8l_read_code(decoder->reader, sizes[i % CODES], &decoder->symbols,
                                 &decoder->groups[i / CODES][i % CODES]);
  return status;
}

static const struct kiln_vp8l_code *codes_at(const struct decoder *decoder, uint64_t x, uint64_t y) {
  if (!decoder->parts.pixels)
    return decoder->groups[0];
  uint64_t part = (y >> decoder->part_bits) * decoder->parts.width + (x >> decoder->part_bits);
  return decoder->groups[decoder->parts.pixels[part] >> 8 & 0xffff];
}

/* A length or a distance: a symbol and more bits. */
static uint32_t read_amount(struct kiln_vp8l_reader *reader, uint32_t symbol) {
  if (symbol < 4)
    return symbol + 1;
  uint32_t bits = (symbol - 2) >> 1;
  return ((2 + (symbol & 1)) << bits) + kiln_vp8l_number(reader, bits) + 1;
}

/* How many pixels back a distance is: small ones are places near the pixel, in this row or in those above. */
static uint64_t pixels_back(uint32_t distance, uint64_t width) {
  /* Rows in the high half, and in the low half what is 8 for the same column, less to the right. */
  static const uint8_t near[120] = {
    0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b, 0x36,
    0x3a, 0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34,
    0x3c, 0x03, 0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67,
    0x69, 0x12, 0x1e, 0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79,
    0x53, 0x5d, 0x11, 0x1f, 0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52,
    0x5e, 0x00, 0x74, 0x7c, 0x41, 0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e, 0x61,
    0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70};
  if (distance > 120)
    return distance - 120;
  int64_t back = (int64_t)(near[distance - 1] >> 4) * (int64_t)width + 8 - (near[distance - 1] & 15);
  return back < 1 ? 1 : (uint64_t)back;
}

static void put(struct decoder *decoder, uint64_t at, uint32_t pixel) {
  decoder->image->pixels[at] = pixel;
  if (decoder->cache_bits)
    decoder->cache[(pixel * 0x1e35a7bdu) >> (32 - decoder->cache_bits)] = pixel;
}

static bool read_pixels(struct decoder *decoder) {
  struct kiln_vp8l_reader *reader = decoder->reader;
  const struct kiln_vp8l_symbols *symbols = &decoder->symbols;
  uint64_t width = decoder->image->width, count = width * decoder->image->height;
  for (uint64_t at = 0; at < count;) {
    const struct kiln_vp8l_code *codes = codes_at(decoder, at % width, at / width);
    uint32_t symbol = kiln_vp8l_symbol(reader, symbols, &codes[GREEN]);
    if (symbol < LITERALS) {
      uint32_t red = kiln_vp8l_symbol(reader, symbols, &codes[RED]);
      uint32_t blue = kiln_vp8l_symbol(reader, symbols, &codes[BLUE]);
      uint32_t alpha = kiln_vp8l_symbol(reader, symbols, &codes[ALPHA]);
      put(decoder, at++, alpha << 24 | red << 16 | symbol << 8 | blue);
    } else if (symbol < LITERALS + LENGTHS) {
      uint64_t length = read_amount(reader, symbol - LITERALS);
      uint32_t distance = read_amount(reader, kiln_vp8l_symbol(reader, symbols, &codes[DISTANCE]));
      uint64_t back = pixels_back(distance, width);
      if (back > at || length > count - at)
        return false;
      for (; length > 0; --length, ++at)
        put(decoder, at, decoder->image->pixels[at - back]);
    } else {
      put(decoder, at++, decoder->cache[symbol - LITERALS - LENGTHS]);
    }
    if (reader->is_over)
      return false;
  }
  return true;
}

static enum kiln_image_status read_all(struct decoder *decoder, bool is_main) {
  struct kiln_vp8l_image *image = decoder->image;
  if (kiln_vp8l_number(decoder->reader, 1)) {
    decoder->cache_bits = kiln_vp8l_number(decoder->reader, 4);
    if (decoder->cache_bits == 0 || decoder->cache_bits > MOST_CACHE_BITS)
      return KILN_IMAGE_UNREADABLE;
    decoder->cache = kiln_image_memory(UINT64_C(1) << decoder->cache_bits, sizeof *decoder->cache);
    if (!decoder->cache)
      return KILN_IMAGE_NO_MEMORY;
  }
  decoder->group_count = 1;
  enum kiln_image_status status = is_main ? read_parts(decoder) : KILN_IMAGE_DECODED;
  if (!status)
    status = read_groups(decoder);
  if (status)
    return status;
  image->pixels = kiln_image_memory(image->width * image->height, sizeof *image->pixels);
  if (!image->pixels)
    return KILN_IMAGE_NO_MEMORY;
  return read_pixels(decoder) ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}

/* It calls itself for the groups of the main image alone, whose image has none. */
enum kiln_image_status kiln_vp8l_read_image(struct kiln_vp8l_reader *reader, bool is_main,
                                            struct kiln_vp8l_image *image) {
  struct decoder decoder = {.reader = reader, .image = image};
  enum kiln_image_status status = read_all(&decoder, is_main);
  free(decoder.cache);
  free(decoder.symbols.symbols);
  free(decoder.groups);
  free(decoder.parts.pixels);
  return status;
}
