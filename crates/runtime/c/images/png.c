/* Portable network graphics: all colour types, depths and both orders of rows; transparency is left out. */

#include "images.h"

enum color_type { GRAY = 0, COLOR = 2, INDEXED = 3, GRAY_ALPHA = 4, COLOR_ALPHA = 6 };

struct header {
  uint64_t width;
  uint64_t height;
  uint32_t depth;
  enum color_type type;
  bool is_interlaced;
  uint32_t channels;
  uint8_t colors[256][3];
};

/* A part of the image whose rows are together: where its first pixel is, and how far apart they are. */
struct pass {
  uint64_t x, y, step_x, step_y;
};

static const struct pass whole = {0, 0, 1, 1};
static const struct pass interlaced[7] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                          {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

bool kiln_png_is(struct kiln_bytes bytes) { return kiln_begins(bytes, "\x89PNG\r\n\x1a\n", 8); }

/* The check value of a chunk, half a byte at a time. */
static uint32_t check_of(const uint8_t *data, uint64_t size) {
  static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                     0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                     0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  uint32_t check = 0xffffffff;
  for (uint64_t i = 0; i < size; ++i) {
    check ^= data[i];
    check = check >> 4 ^ table[check & 15];
    check = check >> 4 ^ table[check & 15];
  }
  return ~check;
}

static bool read_header(struct header *header, struct kiln_bytes chunk) {
  if (chunk.size < 13)
    return false;
  header->width = kiln_high_32(chunk.data);
  header->height = kiln_high_32(chunk.data + 4);
  header->depth = chunk.data[8];
  header->type = chunk.data[9];
  header->is_interlaced = chunk.data[12] == 1;
  static const uint8_t channels[7] = {1, 0, 3, 1, 2, 0, 4};
  header->channels = header->type <= COLOR_ALPHA ? channels[header->type] : 0;
  uint32_t depth = header->depth;
  bool is_byte = depth == 8 || depth == 16, is_part = depth == 1 || depth == 2 || depth == 4;
  bool is_single = header->type == GRAY || header->type == INDEXED;
  bool is_known = (is_byte || (is_part && is_single)) && !(header->type == INDEXED && depth == 16);
  return is_known && header->channels && chunk.data[10] == 0 && chunk.data[11] == 0 && chunk.data[12] <= 1;
}

static uint64_t row_size(const struct header *header, uint64_t width) {
  return (width * header->channels * header->depth + 7) / 8;
}

/* How many of `count` rows or columns belong to a pass. */
static uint64_t share(uint64_t count, uint64_t first, uint64_t step) {
  return count <= first ? 0 : (count - first + step - 1) / step;
}

/* Bytes of a pass, one for the filter of each row among them. */
static uint64_t pass_size(const struct header *header, const struct pass *pass) {
  uint64_t width = share(header->width, pass->x, pass->step_x), height = share(header->height, pass->y, pass->step_y);
  return width == 0 ? 0 : height * (1 + row_size(header, width));
}

static uint8_t nearest(int left, int above, int corner) {
  int to_left = above - corner, to_above = left - corner, to_corner = to_left + to_above;
  to_left = to_left < 0 ? -to_left : to_left;
  to_above = to_above < 0 ? -to_above : to_above;
  to_corner = to_corner < 0 ? -to_corner : to_corner;
  return (uint8_t)(to_left <= to_above && to_left <= to_corner ? left : to_above <= to_corner ? above : corner);
}

/* Takes the filter off a row; `above` is null for the first one. `step` is how far the pixel to the left is. */
static bool unfilter(uint8_t *row, const uint8_t *above, uint64_t size, uint64_t step, uint8_t filter) {
  if (filter > 4)
    return false;
  for (uint64_t i = 0; filter && i < size; ++i) {
    uint8_t left = i >= step ? row[i - step] : 0, up = above ? above[i] : 0;
    uint8_t corner = above && i >= step ? above[i - step] : 0;
    if (filter == 1)
      row[i] += left;
    else if (filter == 2)
      row[i] += up;
    else if (filter == 3)
      row[i] += (uint8_t)((left + up) / 2);
    else
      row[i] += nearest(left, up, corner);
  }
  return true;
}

static uint8_t sample(const struct header *header, const uint8_t *row, uint64_t index) {
  if (header->depth == 16)
    return kiln_narrow(kiln_high_16(row + 2 * index));
  if (header->depth == 8)
    return row[index];
  return (uint8_t)(kiln_packed_sample(row, index, header->depth) * 255 / ((1u << header->depth) - 1));
}

static void put_pixel(const struct header *header, const uint8_t *row, uint64_t x, uint8_t *out) {
  if (header->type == INDEXED) {
    const uint8_t *color = header->colors[kiln_packed_sample(row, x, header->depth)];
    kiln_set_pixel(out, color[0], color[1], color[2]);
    return;
  }
  uint64_t first = x * header->channels, next = header->channels < 3 ? 0 : 1;
  kiln_set_pixel(out, sample(header, row, first), sample(header, row, first + next),
                 sample(header, row, first + 2 * next));
}

static bool read_pass(const struct header *header, const struct pass *pass, uint8_t *data, struct kiln_image *image) {
  uint64_t width = share(header->width, pass->x, pass->step_x), size = row_size(header, width);
  uint64_t step = (header->channels * header->depth + 7) / 8;
  if (width == 0)
    return true;
  const uint8_t *above = NULL;
  for (uint64_t y = pass->y; y < header->height; y += pass->step_y) {
    uint8_t *row = data + 1;
    if (!unfilter(row, above, size, step, *data))
      return false;
    for (uint64_t x = 0; x < width; ++x)
      put_pixel(header, row, x, image->pixels + 3 * (y * header->width + pass->x + x * pass->step_x));
    above = row;
    data = row + size;
  }
  return true;
}

/* Decodes the data of all chunks together. */
static enum kiln_image_status read_data(const struct header *header, struct kiln_bytes data,
                                        struct kiln_image *image) {
  const struct pass *passes = header->is_interlaced ? interlaced : &whole;
  int count = header->is_interlaced ? 7 : 1;
  uint64_t size = 0;
  for (int i = 0; i < count && kiln_fits(header->width, header->height); ++i)
    size += pass_size(header, &passes[i]);
  /* The shortest code gives 258 bytes for two bits. */
  if (size / 1100 > data.size)
    return KILN_IMAGE_UNREADABLE;
  enum kiln_image_status status = kiln_image_open(image, header->width, header->height);
  if (status)
    return status;
  uint8_t *rows = kiln_image_memory(size, 1), *next = rows;
  status = rows ? kiln_inflate(data, rows, size) : KILN_IMAGE_NO_MEMORY;
  for (int i = 0; !status && i < count; next += pass_size(header, &passes[i]), ++i)
    if (!read_pass(header, &passes[i], next, image))
      status = KILN_IMAGE_UNREADABLE;
  free(rows);
  return status;
}

static void read_palette(struct header *header, struct kiln_bytes chunk) {
  for (uint64_t color = 0; color < 256 && 3 * color + 3 <= chunk.size; ++color)
    __builtin_memcpy(header->colors[color], chunk.data + 3 * color, 3);
}

/* Reads all chunks up to the end; those of the image are joined in `joined`, which has room for all bytes. */
static bool read_chunks(struct kiln_bytes bytes, struct header *header, uint8_t *joined, uint64_t *size) {
  uint64_t at = 8;
  for (bool is_first = true; kiln_has(bytes, at, 12); is_first = false) {
    const uint8_t *name = bytes.data + at + 4;
    struct kiln_bytes chunk = {name + 4, kiln_high_32(bytes.data + at)};
    if (!kiln_has(bytes, at + 12, chunk.size))
      return false;
    bool is_critical = !(name[0] & 32);
    if (is_critical && check_of(name, chunk.size + 4) != kiln_high_32(chunk.data + chunk.size))
      return false;
    bool is_header = kiln_equal(name, "IHDR", 4);
    if (is_first != is_header || (is_header && !read_header(header, chunk)))
      return false;
    if (kiln_equal(name, "PLTE", 4))
      read_palette(header, chunk);
    if (kiln_equal(name, "IEND", 4))
      return true;
    if (kiln_equal(name, "IDAT", 4)) {
      __builtin_memcpy(joined + *size, chunk.data, chunk.size);
      *size += chunk.size;
    }
    at += 12 + chunk.size;
  }
  /* All may be there without the last chunk: what was joined tells. */
  return *size > 0;
}

enum kiln_image_status kiln_png_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  uint8_t *joined = malloc(bytes.size);
  if (!joined)
    return KILN_IMAGE_NO_MEMORY;
  struct header header = {0};
  uint64_t size = 0;
  enum kiln_image_status status = KILN_IMAGE_UNREADABLE;
  if (read_chunks(bytes, &header, joined, &size))
    status = read_data(&header, (struct kiln_bytes){joined, size}, image);
  free(joined);
  return status;
}
