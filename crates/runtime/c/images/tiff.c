/*
 * The tagged image file format: the first image of a file, in strips or tiles, of greys, a palette or colours. Alpha
 * is left out.
 */

#include "tiff.h"

enum tag {
  IMAGE_WIDTH = 256,
  IMAGE_LENGTH = 257,
  BITS_PER_SAMPLE = 258,
  COMPRESSION = 259,
  PHOTOMETRIC = 262,
  FILL_ORDER = 266,
  STRIP_OFFSETS = 273,
  SAMPLES_PER_PIXEL = 277,
  ROWS_PER_STRIP = 278,
  STRIP_BYTE_COUNTS = 279,
  PLANAR_CONFIGURATION = 284,
  PREDICTOR = 317,
  COLOR_MAP = 320,
  TILE_WIDTH = 322,
  TILE_LENGTH = 323,
  TILE_OFFSETS = 324,
  TILE_BYTE_COUNTS = 325,
  SAMPLE_FORMAT = 339
};
enum compression { PLAIN = 1, LZW = 5, DEFLATE = 8, PACK_BITS = 32773, OLD_DEFLATE = 32946 };
enum photometric { WHITE_IS_ZERO = 0, BLACK_IS_ZERO = 1, COLORS = 2, PALETTE = 3 };

/* A list of numbers in the file: `count` of them from `at` on, of `size` bytes each. */
struct list {
  uint64_t at;
  uint64_t count;
  uint32_t size;
};

struct file {
  struct kiln_bytes bytes;
  bool is_high_first;
  uint64_t directory;
  uint64_t entries;
};

struct layout {
  uint64_t width;
  uint64_t height;
  uint32_t bits;
  uint32_t samples;
  uint32_t compression;
  uint32_t photometric;
  bool is_planar;
  bool has_differences;
  /* The size of a strip or a tile, and how many there are side by side. */
  uint64_t part_width;
  uint64_t part_height;
  uint64_t across;
  uint64_t down;
  struct list offsets;
  struct list sizes;
  struct list colors;
};

bool kiln_tiff_is(struct kiln_bytes bytes) {
  return kiln_begins(bytes, "II*\0", 4) || kiln_begins(bytes, "MM\0*", 4);
}

static uint32_t read_16(const struct file *file, uint64_t at) {
  const uint8_t *place = file->bytes.data + at;
  return file->is_high_first ? kiln_high_16(place) : kiln_low_16(place);
}

static uint32_t read_32(const struct file *file, uint64_t at) {
  const uint8_t *place = file->bytes.data + at;
  return file->is_high_first ? kiln_high_32(place) : kiln_low_32(place);
}

/* The numbers of a tag, all of them inside the file; none where there is no such tag. */
static struct list find(const struct file *file, enum tag tag) {
  static const uint32_t sizes[5] = {0, 1, 1, 2, 4};
  for (uint64_t entry = 0; entry < file->entries; ++entry) {
    uint64_t at = file->directory + 12 * entry;
    uint32_t type = read_16(file, at + 2);
    if (read_16(file, at) != tag || type > 4 || type == 2)
      continue;
    struct list list = {at + 8, read_32(file, at + 4), sizes[type]};
    if (list.count * list.size > 4)
      list.at = read_32(file, at + 8);
    if (kiln_has(file->bytes, list.at, list.count * list.size))
      return list;
  }
  return (struct list){0, 0, 0};
}

/* The number at a place of a list; zero behind its end. */
static uint32_t number_at(const struct file *file, const struct list *list, uint64_t index) {
  if (index >= list->count)
    return 0;
  uint64_t at = list->at + index * list->size;
  return list->size == 4 ? read_32(file, at) : list->size == 2 ? read_16(file, at) : file->bytes.data[at];
}

static uint32_t number_or(const struct file *file, enum tag tag, uint32_t otherwise) {
  struct list list = find(file, tag);
  return list.count > 0 ? number_at(file, &list, 0) : otherwise;
}

static bool open_directory(struct file *file) {
  if (!kiln_has(file->bytes, 0, 8))
    return false;
  file->is_high_first = file->bytes.data[0] == 'M';
  file->directory = read_32(file, 4);
  if (!kiln_has(file->bytes, file->directory, 2))
    return false;
  file->entries = read_16(file, file->directory);
  file->directory += 2;
  return kiln_has(file->bytes, file->directory, 12 * file->entries);
}

/* Strips, or tiles. */
static bool read_parts(const struct file *file, struct layout *layout) {
  bool has_tiles = find(file, TILE_OFFSETS).count > 0;
  layout->part_width = has_tiles ? number_or(file, TILE_WIDTH, 0) : layout->width;
  layout->part_height = number_or(file, has_tiles ? TILE_LENGTH : ROWS_PER_STRIP, has_tiles ? 0 : UINT32_MAX);
  if (!has_tiles && layout->part_height > layout->height)
    layout->part_height = layout->height;
  if (!kiln_fits(layout->part_width, layout->part_height))
    return false;
  layout->across = (layout->width + layout->part_width - 1) / layout->part_width;
  layout->down = (layout->height + layout->part_height - 1) / layout->part_height;
  layout->offsets = find(file, has_tiles ? TILE_OFFSETS : STRIP_OFFSETS);
  layout->sizes = find(file, has_tiles ? TILE_BYTE_COUNTS : STRIP_BYTE_COUNTS);
  uint64_t parts = layout->across * layout->down * (layout->is_planar ? layout->samples : 1);
  return layout->offsets.count >= parts && layout->sizes.count >= parts;
}

static bool read_layout(const struct file *file, struct layout *layout) {
  layout->width = number_or(file, IMAGE_WIDTH, 0);
  layout->height = number_or(file, IMAGE_LENGTH, 0);
  layout->compression = number_or(file, COMPRESSION, PLAIN);
  layout->photometric = number_or(file, PHOTOMETRIC, BLACK_IS_ZERO);
  layout->samples = number_or(file, SAMPLES_PER_PIXEL, 1);
  layout->is_planar = number_or(file, PLANAR_CONFIGURATION, 1) == 2 && layout->samples > 1;
  layout->has_differences = number_or(file, PREDICTOR, 1) == 2;
  layout->colors = find(file, COLOR_MAP);
  struct list bits = find(file, BITS_PER_SAMPLE);
  layout->bits = bits.count > 0 ? number_at(file, &bits, 0) : 1;
  for (uint64_t sample = 1; sample < bits.count; ++sample)
    if (number_at(file, &bits, sample) != layout->bits)
      return false;
  uint32_t depth = layout->bits, colors = layout->photometric == COLORS ? 3 : 1;
  bool is_part = depth == 1 || depth == 2 || depth == 4;
  if (!(depth == 8 || depth == 16 || (is_part && layout->samples == 1)) || (is_part && layout->has_differences))
    return false;
  if (layout->photometric > PALETTE || layout->samples < colors || layout->samples > 16)
    return false;
  if (layout->photometric == PALETTE && (depth > 8 || layout->colors.count < 3u << depth))
    return false;
  if (number_or(file, FILL_ORDER, 1) != 1 || number_or(file, PREDICTOR, 1) > 2 || number_or(file, SAMPLE_FORMAT, 1) > 2)
    return false;
  return kiln_fits(layout->width, layout->height) && read_parts(file, layout);
}

/* Makes of a part what it was before it was packed: `size` bytes. */
static enum kiln_image_status unpack(const struct layout *layout, struct kiln_bytes bytes, uint8_t *out,
                                     uint64_t size) {
  switch (layout->compression) {
  case PLAIN:
    if (bytes.size < size)
      return KILN_IMAGE_UNREADABLE;
    __builtin_memcpy(out, bytes.data, size);
    return KILN_IMAGE_DECODED;
  case LZW:
    return kiln_tiff_lzw(bytes, out, size);
  case DEFLATE:
  case OLD_DEFLATE:
    return kiln_inflate(bytes, out, size);
  case PACK_BITS:
    return kiln_tiff_unpack(bytes, out, size) ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
  default:
    return KILN_IMAGE_UNREADABLE;
  }
}

/* Adds to each sample of a row the one of the pixel before it. */
static void add_up(const struct file *file, uint8_t *row, uint64_t count, uint32_t bits, uint32_t step) {
  if (bits == 8) {
    for (uint64_t i = step; i < count; ++i)
      row[i] += row[i - step];
    return;
  }
  int high = file->is_high_first ? 0 : 1;
  for (uint64_t i = step; i < count; ++i) {
    uint8_t *place = row + 2 * i, *before = place - 2 * step;
    uint32_t sum = (uint32_t)place[high] * 256 + place[1 - high] + before[high] * 256u + before[1 - high];
    place[high] = (uint8_t)(sum >> 8);
    place[1 - high] = (uint8_t)sum;
  }
}

/* The sample at a place of a row, as it goes into the image. */
static uint8_t sample(const struct file *file, const struct layout *layout, const uint8_t *row, uint64_t index) {
  uint32_t value;
  if (layout->bits == 16)
    value = kiln_narrow(file->is_high_first ? kiln_high_16(row + 2 * index) : kiln_low_16(row + 2 * index));
  else
    value = kiln_packed_sample(row, index, layout->bits) * 255 / ((1u << layout->bits) - 1);
  return (uint8_t)(layout->photometric == WHITE_IS_ZERO ? 255 - value : value);
}

static void put_pixel(const struct file *file, const struct layout *layout, const uint8_t *row, uint64_t x,
                      uint8_t *out) {
  if (layout->photometric == PALETTE) {
    uint32_t index = kiln_packed_sample(row, x * layout->samples, layout->bits);
    for (uint32_t color = 0; color < 3; ++color)
      out[color] = (uint8_t)(number_at(file, &layout->colors, ((uint64_t)color << layout->bits) + index) >> 8);
    return;
  }
  uint64_t first = x * layout->samples, step = layout->photometric == COLORS ? 1 : 0;
  for (uint64_t color = 0; color < 3; ++color)
    out[color] = sample(file, layout, row, first + color * step);
}

/* Puts a part into the image; `plane` is the number of the colour that it has, if it has one alone. */
static void put_part(const struct file *file, const struct layout *layout, uint8_t *part, uint64_t index,
                     uint32_t plane, uint64_t pitch, struct kiln_image *image) {
  uint64_t left = index % layout->across * layout->part_width, top = index / layout->across * layout->part_height;
  uint64_t width = layout->width - left < layout->part_width ? layout->width - left : layout->part_width;
  uint32_t samples = layout->is_planar ? 1 : layout->samples;
  for (uint64_t y = 0; y < layout->part_height && top + y < layout->height; ++y) {
    uint8_t *row = part + y * pitch, *out = image->pixels + 3 * ((top + y) * layout->width + left);
    if (layout->has_differences)
      add_up(file, row, layout->part_width * samples, layout->bits, samples);
    for (uint64_t x = 0; x < width; ++x, out += 3) {
      if (!layout->is_planar)
        put_pixel(file, layout, row, x, out);
      else if (layout->photometric == COLORS)
        out[plane] = sample(file, layout, row, x);
      else
        out[0] = out[1] = out[2] = sample(file, layout, row, x);
    }
  }
}

static enum kiln_image_status read_image(const struct file *file, const struct layout *layout,
                                         struct kiln_image *image) {
  enum kiln_image_status status = kiln_image_open(image, layout->width, layout->height);
  if (status)
    return status;
  uint32_t planes = !layout->is_planar ? 1 : layout->photometric == COLORS ? 3 : 1;
  uint64_t samples = layout->is_planar ? 1 : layout->samples, parts = layout->across * layout->down;
  uint64_t pitch = (layout->part_width * samples * layout->bits + 7) / 8;
  /* A part may be larger than the image, but not by much. */
  if (pitch * layout->part_height > 8 * KILN_IMAGE_PIXELS)
    return KILN_IMAGE_UNREADABLE;
  uint8_t *part = kiln_image_memory(pitch, layout->part_height);
  if (!part)
    return KILN_IMAGE_NO_MEMORY;
  for (uint64_t i = 0; !status && i < parts * planes; ++i) {
    uint64_t at = number_at(file, &layout->offsets, i), size = number_at(file, &layout->sizes, i);
    uint64_t left = layout->height - i % parts / layout->across * layout->part_height;
    /* The last strip has the rows that are left; tiles are always whole. */
    bool is_short = layout->part_width == layout->width && left < layout->part_height;
    uint64_t rows = is_short ? left : layout->part_height;
    status = KILN_IMAGE_UNREADABLE;
    if (kiln_has(file->bytes, at, size))
      status = unpack(layout, (struct kiln_bytes){file->bytes.data + at, size}, part, pitch * rows);
    if (!status)
      put_part(file, layout, part, i % parts, (uint32_t)(i / parts), pitch, image);
  }
  free(part);
  return status;
}

enum kiln_image_status kiln_tiff_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  struct file file = {.bytes = bytes};
  struct layout layout = {0};
  if (!open_directory(&file) || !read_layout(&file, &layout))
    return KILN_IMAGE_UNREADABLE;
  if (layout.is_planar && layout.photometric == PALETTE)
    return KILN_IMAGE_UNREADABLE;
  return read_image(&file, &layout, image);
}
