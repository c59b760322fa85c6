/* Portable anymaps: bits, greys and colours, as text or bytes (P1 to P6), and any channels (P7). Alpha is left out. */

#include "images.h"

/* The part of the file that was not read yet. */
struct text {
  const uint8_t *next;
  const uint8_t *end;
};

bool kiln_pnm_is(struct kiln_bytes bytes) {
  return bytes.size > 2 && bytes.data[0] == 'P' && bytes.data[1] >= '1' && bytes.data[1] <= '7';
}

static bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/* Skips white space, and comments, which go from # to the end of a line. */
static void skip(struct text *text) {
  while (text->next < text->end && (is_space(*text->next) || *text->next == '#')) {
    if (*text->next++ != '#')
      continue;
    while (text->next < text->end && *text->next != '\n' && *text->next != '\r')
      ++text->next;
  }
}

/* Reads a number of so many digits at most; false where none is. */
static bool read_number(struct text *text, int digits, uint32_t *number) {
  skip(text);
  const uint8_t *start = text->next;
  for (*number = 0; text->next < text->end && *text->next >= '0' && *text->next <= '9' && digits > 0; --digits)
    *number = *number * 10 + (uint32_t)(*text->next++ - '0');
  return text->next > start;
}

/* What the header of a file says. */
struct header {
  uint32_t width;
  uint32_t height;
  uint32_t most;
  uint32_t depth;
  bool is_bits;
  bool is_text;
};

/* Reads the samples of a file of text. */
static bool read_text(struct text *text, const struct header *header, uint8_t *out) {
  uint64_t count = (uint64_t)header->width * header->height * header->depth;
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t value;
    if (!read_number(text, header->is_bits ? 1 : 9, &value) || value > header->most)
      return false;
    uint8_t sample = header->is_bits ? (value ? 0 : 255) : kiln_scale_byte(value, header->most);
    if (header->depth == 3)
      *out++ = sample;
    else
      kiln_set_pixel(out, sample, sample, sample), out += 3;
  }
  return true;
}

/* The sample at a place of a row of bytes. */
static uint8_t sample(const uint8_t *row, const struct header *header, uint64_t index) {
  if (header->is_bits)
    return kiln_packed_sample(row, index, 1) ? 0 : 255;
  return kiln_scale_byte(header->most > 255 ? kiln_high_16(row + 2 * index) : row[index], header->most);
}

/* Reads a row of bytes. Behind one or three channels there may be alpha. */
static void read_bytes(const uint8_t *row, const struct header *header, uint8_t *out) {
  uint64_t next = header->depth < 3 ? 0 : 1;
  for (uint64_t x = 0; x < header->width; ++x, out += 3) {
    uint64_t first = x * header->depth;
    kiln_set_pixel(out, sample(row, header, first), sample(row, header, first + next),
                   sample(row, header, first + 2 * next));
  }
}

/* Reads the header of a file of any number of channels, which has a line for each thing; `text` is then behind it. */
static bool read_lines(struct text *text, struct header *header) {
  static const char *const names[4] = {"WIDTH", "HEIGHT", "DEPTH", "MAXVAL"};
  uint32_t *const numbers[4] = {&header->width, &header->height, &header->depth, &header->most};
  static const uint64_t lengths[4] = {5, 6, 5, 6};
  for (;;) {
    skip(text);
    struct kiln_bytes rest = {text->next, (uint64_t)(text->end - text->next)};
    if (kiln_begins(rest, "ENDHDR", 6)) {
      text->next += 6;
      return header->depth > 0 && header->depth <= 4;
    }
    for (int i = 0; i < 4; ++i) {
      if (!kiln_begins(rest, names[i], lengths[i]))
        continue;
      text->next += lengths[i];
      if (!read_number(text, 9, numbers[i]))
        return false;
    }
    /* What the channels are called does not matter. */
    while (text->next < text->end && *text->next != '\n')
      ++text->next;
    if (text->next == text->end)
      return false;
  }
}

/* Reads the header; one white space is between it and bytes. */
static bool read_header(struct text *text, char kind, struct header *header) {
  header->most = 1;
  if (kind == '7') {
    if (!read_lines(text, header))
      return false;
  } else {
    header->is_bits = kind == '1' || kind == '4';
    header->is_text = kind < '4';
    header->depth = kind == '3' || kind == '6' ? 3 : 1;
    if (!read_number(text, 9, &header->width) || !read_number(text, 9, &header->height))
      return false;
    if (!header->is_bits && !read_number(text, 9, &header->most))
      return false;
  }
  return header->most > 0 && header->most <= 65535 && text->next < text->end && is_space(*text->next);
}

enum kiln_image_status kiln_pnm_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  struct text text = {bytes.data + 2, bytes.data + bytes.size};
  struct header header = {0};
  if (!read_header(&text, (char)bytes.data[1], &header))
    return KILN_IMAGE_UNREADABLE;
  struct kiln_bytes rest = {text.next + 1, (uint64_t)(text.end - text.next) - 1};
  uint64_t count = (uint64_t)header.width * header.depth;
  uint64_t pitch = header.is_bits ? (count + 7) / 8 : count * (header.most > 255 ? 2 : 1);
  /* A sample of text takes a byte at least. */
  uint64_t least = header.is_text ? count : pitch;
  if (header.height != 0 && least > rest.size / header.height)
    return KILN_IMAGE_UNREADABLE;
  enum kiln_image_status status = kiln_image_open(image, header.width, header.height);
  if (status)
    return status;
  if (header.is_text)
    return read_text(&text, &header, image->pixels) ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
  for (uint64_t y = 0; y < header.height; ++y)
    read_bytes(rest.data + y * pitch, &header, image->pixels + 3 * y * header.width);
  return KILN_IMAGE_DECODED;
}
