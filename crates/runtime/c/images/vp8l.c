/* WebP's lossless images: transforms, and the pixels that they are undone on. */

#include "vp8l.h"

enum kind { PREDICTION, COLORS, GREEN, PALETTE, KINDS };

/* What was done to the pixels: by its own image, one pixel for each part of 2^bits x 2^bits, or a palette. */
struct transform {
  enum kind kind;
  uint32_t bits;
  /* Before a palette put several pixels into one. */
  uint64_t width;
  struct kiln_vp8l_image image;
};

struct decoder {
  struct kiln_vp8l_reader reader;
  uint64_t width;
  struct kiln_vp8l_image image;
  struct transform transforms[KINDS];
  uint32_t count;
};

/* Sums of all four bytes, each by itself. */
static uint32_t add(uint32_t left, uint32_t right) {
  return (((left & 0xff00ff00) + (right & 0xff00ff00)) & 0xff00ff00) |
         (((left & 0x00ff00ff) + (right & 0x00ff00ff)) & 0x00ff00ff);
}

static uint32_t mean(uint32_t left, uint32_t right) { return (left & right) + (((left ^ right) & 0xfefefefe) >> 1); }

static int32_t byte_of(uint32_t pixel, int index) { return (int32_t)(pixel >> (8 * index) & 0xff); }

/* The one of two pixels that is nearer to their sum without a third. */
static uint32_t nearer(uint32_t left, uint32_t above, uint32_t corner) {
  int32_t to_left = 0, to_above = 0;
  for (int i = 0; i < 4; ++i) {
    int32_t from_above = byte_of(above, i) - byte_of(corner, i), from_left = byte_of(left, i) - byte_of(corner, i);
    to_left += from_above < 0 ? -from_above : from_above;
    to_above += from_left < 0 ? -from_left : from_left;
  }
  return to_left < to_above ? left : above;
}

/* A pixel, and how far two others are apart, or half of that. */
static uint32_t move(uint32_t pixel, uint32_t to, uint32_t from, int32_t divisor) {
  uint32_t result = 0;
  for (int i = 0; i < 4; ++i)
    result |= (uint32_t)kiln_clamp_byte(byte_of(pixel, i) + (byte_of(to, i) - byte_of(from, i)) / divisor) << (8 * i);
  return result;
}

/* What a mode guesses of a pixel; `row` is the pixel itself, and `above` the one above it. */
static uint32_t guess(uint32_t mode, const uint32_t *row, const uint32_t *above) {
  uint32_t left = row[-1], up = above[0], corner = above[-1], right = above[1], middle = mean(left, up);
  switch (mode) {
  case 1:
    return left;
  case 2:
    return up;
  case 3:
    return right;
  case 4:
    return corner;
  case 5:
    return mean(mean(left, right), up);
  case 6:
    return mean(left, corner);
  case 7:
    return middle;
  case 8:
    return mean(corner, up);
  case 9:
    return mean(up, right);
  case 10:
    return mean(mean(left, corner), mean(up, right));
  case 11:
    return nearer(left, up, corner);
  case 12:
    return move(left, up, corner, 1);
  case 13:
    return move(middle, middle, corner, 2);
  default:
    return 0xff000000;
  }
}

/* The pixel of a transform's image that a place belongs to. */
static uint32_t part_at(const struct transform *transform, uint64_t x, uint64_t y) {
  return transform->image.pixels[(y >> transform->bits) * transform->image.width + (x >> transform->bits)];
}

static void undo_prediction(const struct transform *transform, struct kiln_vp8l_image *image) {
  for (uint64_t y = 0; y < image->height; ++y) {
    uint32_t *row = image->pixels + y * image->width;
    for (uint64_t x = 0; x < image->width; ++x) {
      uint32_t guessed = 0xff000000;
      if (x > 0 && y > 0)
        guessed = guess(part_at(transform, x, y) >> 8 & 15, row + x, row + x - image->width);
      else if (x > 0 || y > 0)
        guessed = x > 0 ? row[x - 1] : row[x - image->width];
      row[x] = add(row[x], guessed);
    }
  }
}

/* A signed factor of a signed byte, with five bits behind the point. */
static uint32_t times(uint32_t factor, uint32_t byte) {
  return (uint32_t)((int32_t)(int8_t)factor * (int8_t)byte >> 5);
}

static void undo_colors(const struct transform *transform, struct kiln_vp8l_image *image) {
  for (uint64_t i = 0; i < image->width * image->height; ++i) {
    uint32_t pixel = image->pixels[i], factors = part_at(transform, i % image->width, i / image->width);
    uint32_t green = pixel >> 8 & 0xff, red = (pixel >> 16) + times(factors & 0xff, green);
    uint32_t blue = pixel + times(factors >> 8 & 0xff, green) + times(factors >> 16 & 0xff, red & 0xff);
    image->pixels[i] = (pixel & 0xff00ff00) | (red & 0xff) << 16 | (blue & 0xff);
  }
}

static void undo_green(struct kiln_vp8l_image *image) {
  for (uint64_t i = 0; i < image->width * image->height; ++i) {
    uint32_t green = image->pixels[i] >> 8 & 0xff;
    image->pixels[i] = add(image->pixels[i], green << 16 | green);
  }
}

/* Replaces numbers by colours: several numbers may be in one green. */
static enum kiln_image_status undo_palette(const struct transform *transform, struct kiln_vp8l_image *image) {
  uint32_t *pixels = kiln_image_memory(transform->width * image->height, sizeof *pixels), size = 8u >> transform->bits;
  if (!pixels)
    return KILN_IMAGE_NO_MEMORY;
  for (uint64_t i = 0; i < transform->width * image->height; ++i) {
    uint64_t x = i % transform->width, y = i / transform->width;
    uint32_t packed = image->pixels[y * image->width + (x >> transform->bits)] >> 8 & 0xff;
    uint32_t index = packed >> (x % (UINT64_C(1) << transform->bits) * size) & ((1u << size) - 1);
    pixels[i] = index < transform->image.width ? transform->image.pixels[index] : 0;
  }
  free(image->pixels);
  *image = (struct kiln_vp8l_image){transform->width, image->height, pixels};
  return KILN_IMAGE_DECODED;
}

static enum kiln_image_status undo(const struct transform *transform, struct kiln_vp8l_image *image) {
  switch (transform->kind) {
  case PREDICTION:
    undo_prediction(transform, image);
    return KILN_IMAGE_DECODED;
  case COLORS:
    undo_colors(transform, image);
    return KILN_IMAGE_DECODED;
  case GREEN:
    undo_green(image);
    return KILN_IMAGE_DECODED;
  default:
    return undo_palette(transform, image);
  }
}

/* Each colour is what it differs by from the one before. */
static enum kiln_image_status read_palette(struct decoder *decoder, struct transform *transform) {
  uint64_t count = 1 + (uint64_t)kiln_vp8l_number(&decoder->reader, 8);
  transform->bits = count <= 2 ? 3 : count <= 4 ? 2 : count <= 16 ? 1 : 0;
  transform->image = (struct kiln_vp8l_image){count, 1, NULL};
  enum kiln_image_status status = kiln_vp8l_read_image(&decoder->reader, false, &transform->image);
  for (uint64_t i = 1; !status && i < count; ++i)
    transform->image.pixels[i] = add(transform->image.pixels[i], transform->image.pixels[i - 1]);
  decoder->image.width = (decoder->image.width + (1u << transform->bits) - 1) >> transform->bits;
  return status;
}

static enum kiln_image_status read_transforms(struct decoder *decoder) {
  while (kiln_vp8l_number(&decoder->reader, 1)) {
    enum kind kind = (enum kind)kiln_vp8l_number(&decoder->reader, 2);
    for (uint32_t i = 0; i < decoder->count; ++i)
      if (decoder->transforms[i].kind == kind)
        return KILN_IMAGE_UNREADABLE;
    struct transform *transform = &decoder->transforms[decoder->count++];
    *transform = (struct transform){.kind = kind, .width = decoder->image.width};
    enum kiln_image_status status = KILN_IMAGE_DECODED;
    if (kind == PALETTE) {
      status = read_palette(decoder, transform);
    } else if (kind != GREEN) {
      transform->bits = 2 + kiln_vp8l_number(&decoder->reader, 3);
      uint64_t size = UINT64_C(1) << transform->bits;
      transform->image.width = (decoder->image.width + size - 1) / size;
      transform->image.height = (decoder->image.height + size - 1) / size;
      status = kiln_vp8l_read_image(&decoder->reader, false, &transform->image);
    }
    if (status)
      return status;
  }
  return KILN_IMAGE_DECODED;
}

static enum kiln_image_status read_image(struct decoder *decoder, struct kiln_image *image) {
  enum kiln_image_status status = read_transforms(decoder);
  if (!status)
    status = kiln_vp8l_read_image(&decoder->reader, true, &decoder->image);
  while (!status && decoder->count > 0)
    status = undo(&decoder->transforms[--decoder->count], &decoder->image);
  if (!status)
    status = kiln_image_open(image, decoder->image.width, decoder->image.height);
  for (uint64_t i = 0; !status && i < image->width * image->height; ++i) {
    uint32_t pixel = decoder->image.pixels[i];
    kiln_set_pixel(image->pixels + 3 * i, (uint8_t)(pixel >> 16), (uint8_t)(pixel >> 8), (uint8_t)pixel);
  }
  return status;
}

enum kiln_image_status kiln_vp8l_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  struct decoder decoder = {.reader = {.bytes = bytes}};
  bool is_known = kiln_vp8l_number(&decoder.reader, 8) == 0x2f;
  decoder.image.width = 1 + (uint64_t)kiln_vp8l_number(&decoder.reader, 14);
  decoder.image.height = 1 + (uint64_t)kiln_vp8l_number(&decoder.reader, 14);
  /* Whether alpha means something, and the version, of which there is one. */
  kiln_vp8l_number(&decoder.reader, 1);
  is_known = is_known && kiln_vp8l_number(&decoder.reader, 3) == 0 && !decoder.reader.is_over;
  if (!is_known || !kiln_fits(decoder.image.width, decoder.image.height))
    return KILN_IMAGE_UNREADABLE;
  enum kiln_image_status status = read_image(&decoder, image);
  for (int i = 0; i < KINDS; ++i)
    free(decoder.transforms[i].image.pixels);
  free(decoder.image.pixels);
  return status;
}
