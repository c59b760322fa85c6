/*
 * JPEG (ITU-T T.81): sequential and progressive images of 8 bits, coded by prefix codes. Results are those of the
 * library that nearly everybody uses, bit by bit, as long as the data is what an encoder made.
 */

#include "jpeg.h"

enum marker {
  FRAME_BASELINE = 0xc0,
  FRAME_EXTENDED = 0xc1,
  FRAME_PROGRESSIVE = 0xc2,
  PREFIX_CODES = 0xc4,
  FRAME_LAST = 0xcf,
  ARITHMETIC_CODES = 0xcc,
  RESTART_FIRST = 0xd0,
  RESTART_LAST = 0xd7,
  END_OF_IMAGE = 0xd9,
  START_OF_SCAN = 0xda,
  STEPS = 0xdb,
  RESTART_INTERVAL = 0xdd,
  JFIF = 0xe0,
  ADOBE = 0xee
};

const uint8_t kiln_jpeg_order[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                     12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                     35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                     58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

bool kiln_jpeg_is(struct kiln_bytes bytes) { return kiln_begins(bytes, "\xff\xd8\xff", 3); }

static bool read_steps(struct kiln_jpeg *jpeg, struct kiln_bytes segment) {
  for (uint64_t at = 0; at < segment.size;) {
    uint32_t number = segment.data[at] & 15, size = segment.data[at] >> 4 ? 2 : 1;
    ++at;
    if (number >= KILN_JPEG_TABLES || !kiln_has(segment, at, 64 * size))
      return false;
    for (int i = 0; i < 64; ++i, at += size)
      jpeg->tables[number][kiln_jpeg_order[i]] =
          (uint16_t)(size == 2 ? kiln_high_16(segment.data + at) : segment.data[at]);
  }
  return true;
}

/* Makes a code of how many words of each length there are. False where they are too many. */
static bool make_code(struct kiln_jpeg_code *code, const uint8_t *counts) {
  uint32_t word = 0, place = 0;
  __builtin_memset(code->fast, 0, sizeof code->fast);
  for (uint32_t length = 1; length <= 16; ++length, word <<= 1) {
    code->offsets[length] = (int32_t)place - (int32_t)word;
    for (uint32_t i = 0; i < counts[length - 1]; ++i, ++word, ++place) {
      if (length > KILN_JPEG_FAST_BITS)
        continue;
      uint32_t free_bits = KILN_JPEG_FAST_BITS - length;
      for (uint32_t rest = 0; rest < 1u << free_bits && (word << free_bits) < 1u << KILN_JPEG_FAST_BITS; ++rest)
        code->fast[word << free_bits | rest] = (uint16_t)(code->symbols[place] << 4 | length);
    }
    if (word > 1u << length)
      return false;
    code->limits[length] = word << (16 - length);
  }
  return true;
}

static bool read_codes(struct kiln_jpeg *jpeg, struct kiln_bytes segment) {
  for (uint64_t at = 0; at < segment.size;) {
    if (!kiln_has(segment, at, 17))
      return false;
    uint32_t number = segment.data[at] & 15, kind = segment.data[at] >> 4, count = 0;
    const uint8_t *counts = segment.data + at + 1;
    for (int i = 0; i < 16; ++i)
      count += counts[i];
    at += 17;
    if (number >= KILN_JPEG_TABLES || kind > 1 || count > 256 || !kiln_has(segment, at, count))
      return false;
    struct kiln_jpeg_code *code = kind ? &jpeg->ac[number] : &jpeg->dc[number];
    __builtin_memcpy(code->symbols, segment.data + at, count);
    code->is_there = make_code(code, counts);
    if (!code->is_there)
      return false;
    at += count;
  }
  return true;
}

static uint64_t divide_up(uint64_t value, uint64_t by) { return (value + by - 1) / by; }

/* Sizes of the components, and memory for their coefficients. */
static enum kiln_image_status open_components(struct kiln_jpeg *jpeg) {
  jpeg->units_across = divide_up(jpeg->width, 8 * jpeg->most_across);
  jpeg->units_down = divide_up(jpeg->height, 8 * jpeg->most_down);
  for (uint32_t i = 0; i < jpeg->component_count; ++i) {
    struct kiln_jpeg_component *component = &jpeg->components[i];
    component->width = divide_up(jpeg->width * component->across, jpeg->most_across);
    component->height = divide_up(jpeg->height * component->down, jpeg->most_down);
    component->blocks_across = jpeg->units_across * component->across;
    component->blocks_down = jpeg->units_down * component->down;
    component->coefficients =
        kiln_image_memory(component->blocks_across * component->blocks_down, 64 * sizeof *component->coefficients);
    if (!component->coefficients)
      return KILN_IMAGE_NO_MEMORY;
  }
  return KILN_IMAGE_DECODED;
}

static enum kiln_image_status read_frame(struct kiln_jpeg *jpeg, struct kiln_bytes segment) {
  if (jpeg->component_count || segment.size < 6 || segment.data[0] != 8)
    return KILN_IMAGE_UNREADABLE;
  uint32_t count = segment.data[5];
  jpeg->height = kiln_high_16(segment.data + 1);
  jpeg->width = kiln_high_16(segment.data + 3);
  if ((count != 1 && count != 3 && count != 4) || !kiln_has(segment, 6, 3 * count))
    return KILN_IMAGE_UNREADABLE;
  if (!kiln_fits(jpeg->width, jpeg->height))
    return KILN_IMAGE_UNREADABLE;
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t *entry = segment.data + 6 + 3 * i;
    struct kiln_jpeg_component *component = &jpeg->components[i];
    component->id = entry[0];
    component->across = entry[1] >> 4;
    component->down = entry[1] & 15;
    component->table = entry[2];
    if (component->across - 1 > 3 || component->down - 1 > 3 || component->table >= KILN_JPEG_TABLES)
      return KILN_IMAGE_UNREADABLE;
    /* All samples of an image of one component are full ones. */
    if (count == 1)
      component->across = component->down = 1;
    jpeg->most_across = component->across > jpeg->most_across ? component->across : jpeg->most_across;
    jpeg->most_down = component->down > jpeg->most_down ? component->down : jpeg->most_down;
  }
  jpeg->component_count = count;
  return open_components(jpeg);
}

/* The next marker, skipping what is none; negative where there is none. */
static int32_t next_marker(struct kiln_jpeg *jpeg) {
  for (; kiln_has(jpeg->bytes, jpeg->at, 2); ++jpeg->at) {
    uint8_t code = jpeg->bytes.data[jpeg->at + 1];
    bool is_restart = code >= RESTART_FIRST && code <= RESTART_LAST;
    if (jpeg->bytes.data[jpeg->at] == 0xff && code != 0 && code != 0xff && !is_restart) {
      jpeg->at += 2;
      return code;
    }
  }
  return -1;
}

static bool has_all(const struct kiln_jpeg *jpeg) {
  for (uint32_t i = 0; i < jpeg->component_count; ++i)
    if (!jpeg->components[i].is_there)
      return false;
  return jpeg->component_count > 0;
}

static enum kiln_image_status read_segment(struct kiln_jpeg *jpeg, int32_t marker, struct kiln_bytes segment) {
  bool is_right = true;
  switch (marker) {
  case FRAME_PROGRESSIVE:
    jpeg->is_progressive = true;
    return read_frame(jpeg, segment);
  case FRAME_BASELINE:
  case FRAME_EXTENDED:
    return read_frame(jpeg, segment);
  case PREFIX_CODES:
    is_right = read_codes(jpeg, segment);
    break;
  case STEPS:
    is_right = read_steps(jpeg, segment);
    break;
  case START_OF_SCAN:
    is_right = kiln_jpeg_scan(jpeg, segment);
    break;
  case RESTART_INTERVAL:
    is_right = segment.size >= 2;
    jpeg->restart_interval = is_right ? kiln_high_16(segment.data) : 0;
    break;
  case JFIF:
    jpeg->has_jfif = jpeg->has_jfif || kiln_begins(segment, "JFIF\0", 5);
    break;
  case ADOBE:
    if (kiln_begins(segment, "Adobe", 5) && segment.size >= 12)
      jpeg->transform = segment.data[11];
    break;
  default:
    /* Arithmetic codes, and frames without loss or with others before them. */
    is_right = marker < FRAME_BASELINE || marker > FRAME_LAST;
  }
  return is_right ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}

/* Reads everything up to the end of the image. It may be missing where nothing can follow. */
static enum kiln_image_status read_segments(struct kiln_jpeg *jpeg) {
  for (;;) {
    int32_t marker = next_marker(jpeg);
    if (marker < 0 || marker == END_OF_IMAGE)
      return has_all(jpeg) && (marker >= 0 || !jpeg->is_progressive) ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
    if (marker == 0x01 || marker == 0xd8)
      continue;
    uint64_t size = kiln_has(jpeg->bytes, jpeg->at, 2) ? kiln_high_16(jpeg->bytes.data + jpeg->at) : 0;
    if (size < 2 || !kiln_has(jpeg->bytes, jpeg->at, size))
      return KILN_IMAGE_UNREADABLE;
    struct kiln_bytes segment = {jpeg->bytes.data + jpeg->at + 2, size - 2};
    jpeg->at += size;
    enum kiln_image_status status = read_segment(jpeg, marker, segment);
    if (status)
      return status;
  }
}

static enum kiln_image_status transform(struct kiln_jpeg *jpeg) {
  for (uint32_t i = 0; i < jpeg->component_count; ++i) {
    struct kiln_jpeg_component *component = &jpeg->components[i];
    component->samples = kiln_image_memory(component->blocks_across * component->blocks_down, 64);
    if (!component->samples)
      return KILN_IMAGE_NO_MEMORY;
    kiln_jpeg_transform(component);
    free(component->coefficients);
    component->coefficients = NULL;
  }
  return KILN_IMAGE_DECODED;
}

enum kiln_image_status kiln_jpeg_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  struct kiln_jpeg *jpeg = kiln_image_memory(1, sizeof *jpeg);
  if (!jpeg)
    return KILN_IMAGE_NO_MEMORY;
  jpeg->bytes = bytes;
  jpeg->at = 2;
  jpeg->transform = -1;
  enum kiln_image_status status = read_segments(jpeg);
  if (!status)
    status = transform(jpeg);
  if (!status)
    status = kiln_jpeg_pixels(jpeg, image);
  for (uint32_t i = 0; i < KILN_JPEG_COMPONENTS; ++i) {
    free(jpeg->components[i].coefficients);
    free(jpeg->components[i].samples);
  }
  free(jpeg);
  return status;
}
