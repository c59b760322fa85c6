/* Portable anymaps: bits, greys and colours (P1 to P6), as text or as bytes. */

#include "images.h"

/* The part of the file that was not read yet. */
struct text {
  const uint8_t *next;
  const uint8_t *end;
};

bool kiln_pnm_is(struct kiln_bytes bytes) {
  return bytes.size > 2 && bytes.data[0] == 'P' && bytes.data[1] >= '1' && bytes.data[1] <= '6';
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

/* Reads the samples of a file of text. */
static bool read_text(struct text *text, uint64_t count, uint32_t most, bool is_bits, uint32_t channels, uint8_t *out) {
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t value;
    if (!read_number(text, is_bits ? 1 : 9, &value) || value > most)
      return false;
    uint8_t sample = is_bits ? (value ? 0 : 255) : kiln_scale_byte(value, most);
    if (channels == 3)
      *out++ = sample;
    else
      kiln_set_pixel(out, sample, sample, sample), out += 3;
  }
  return true;
}

/* Reads the samples of a row of bytes. */
static void read_bytes(const uint8_t *row, uint64_t count, uint32_t most, bool is_bits, uint32_t channels,
                       uint8_t *out) {
  for (uint64_t i = 0; i < count; ++i) {
    uint32_t value = is_bits ? !kiln_packed_sample(row, i, 1) : most > 255 ? kiln_high_16(row + 2 * i) : row[i];
    uint8_t sample = kiln_scale_byte(value, most);
    if (channels == 3)
      *out++ = sample;
    else
      kiln_set_pixel(out, sample, sample, sample), out += 3;
  }
}

enum kiln_image_status kiln_pnm_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  struct text text = {bytes.data + 2, bytes.data + bytes.size};
  int kind = bytes.data[1] - '1';
  bool is_bits = kind % 3 == 0, is_text = kind < 3;
  uint32_t channels = kind % 3 == 2 ? 3 : 1, width, height, most = 1;
  if (!read_number(&text, 9, &width) || !read_number(&text, 9, &height))
    return KILN_IMAGE_UNREADABLE;
  if (!is_bits && (!read_number(&text, 9, &most) || most == 0 || most > 65535))
    return KILN_IMAGE_UNREADABLE;
  uint64_t count = (uint64_t)width * channels, pitch = is_bits ? (count + 7) / 8 : count * (most > 255 ? 2 : 1);
  /* One white space is between the header and bytes. */
  if (text.next == text.end || !is_space(*text.next))
    return KILN_IMAGE_UNREADABLE;
  struct kiln_bytes rest = {text.next + 1, (uint64_t)(text.end - text.next) - 1};
  /* A sample of text takes a byte at least. */
  uint64_t least = is_text ? count : pitch;
  if (height != 0 && least > rest.size / height)
    return KILN_IMAGE_UNREADABLE;
  enum kiln_image_status status = kiln_image_open(image, width, height);
  if (status)
    return status;
  if (is_text)
    return read_text(&text, count * height, most, is_bits, channels, image->pixels) ? KILN_IMAGE_DECODED
                                                                                    : KILN_IMAGE_UNREADABLE;
  for (uint64_t y = 0; y < height; ++y)
    read_bytes(rest.data + y * pitch, count, most, is_bits, channels, image->pixels + 3 * y * width);
  return KILN_IMAGE_DECODED;
}
