/*
 * What generated code calls for encoded images: the size of one, and its pixels. The standard wants an empty result
 * where an image cannot be decoded, so that its size is known only when all of it was decoded: the pixels are kept
 * until they are asked for, together with the bytes that they come from, which tell whether they are those of the
 * image in question.
 */

#include "../kiln_runtime.h"
#include "images.h"

/* What there may be for each pixel: the number that generated code gives. */
enum pixel_format { PIXEL_RGB, PIXEL_BGR, PIXEL_GRAYSCALE };

struct format {
  bool (*is)(struct kiln_bytes bytes);
  enum kiln_image_status (*decode)(struct kiln_bytes bytes, struct kiln_image *image);
};

static const struct format formats[] = {
    {kiln_png_is, kiln_png_decode},
    {kiln_jpeg_is, kiln_jpeg_decode},
    {kiln_webp_is, kiln_webp_decode},
    {kiln_jpeg2000_is, kiln_jpeg2000_decode},
    {kiln_tiff_is, kiln_tiff_decode},
    {kiln_bmp_is, kiln_bmp_decode},
    {kiln_pnm_is, kiln_pnm_decode},
};

void *kiln_image_memory(uint64_t count, uint64_t size) {
  uint64_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > (uint64_t)INT64_MAX / 2)
    return NULL;
  void *memory = malloc(bytes ? bytes : 1);
  if (memory)
    __builtin_memset(memory, 0, bytes);
  return memory;
}

enum kiln_image_status kiln_image_open(struct kiln_image *image, uint64_t width, uint64_t height) {
  if (!kiln_fits(width, height))
    return KILN_IMAGE_UNREADABLE;
  image->pixels = kiln_image_memory(width * height, 3);
  image->width = width;
  image->height = height;
  return image->pixels ? KILN_IMAGE_DECODED : KILN_IMAGE_NO_MEMORY;
}

enum kiln_image_status kiln_image_decode_bytes(struct kiln_bytes bytes, struct kiln_image *image) {
  *image = (struct kiln_image){NULL, 0, 0};
  enum kiln_image_status status = KILN_IMAGE_UNREADABLE;
  for (uint64_t i = 0; i < sizeof formats / sizeof *formats; ++i) {
    if (formats[i].is(bytes)) {
      status = formats[i].decode(bytes, image);
      break;
    }
  }
  if (status) {
    free(image->pixels);
    *image = (struct kiln_image){NULL, 0, 0};
  }
  return status;
}

/* As kiln_image_decode_bytes; an image that is unreadable has no pixels. False, and recorded, where there is no
   memory. */
static bool decode(struct kiln_runtime *run, int64_t node, struct kiln_bytes bytes, struct kiln_image *image) {
  if (kiln_image_decode_bytes(bytes, image) != KILN_IMAGE_NO_MEMORY)
    return true;
  kiln_record(run, KILN_FAILED_MEMORY, node, (int64_t)bytes.size, 0);
  return false;
}

/* Height and width of an image; zeros for one that cannot be decoded. */
void kiln_image_size(void *runtime, int64_t node, const uint8_t *data, int64_t *out, int64_t length) {
  struct kiln_runtime *run = runtime;
  out[0] = out[1] = 0;
  struct kiln_bytes bytes = {data, length < 0 ? 0 : (uint64_t)length};
  struct kiln_image image;
  if (kiln_failed(run) || !decode(run, node, bytes, &image))
    return;
  out[0] = (int64_t)image.height;
  out[1] = (int64_t)image.width;
  struct kiln_image_block *block = image.pixels ? malloc(sizeof *block + bytes.size) : NULL;
  if (!block) {
    /* It is decoded once more where its pixels are wanted. */
    free(image.pixels);
    return;
  }
  *block = (struct kiln_image_block){run->images, image, bytes.size};
  __builtin_memcpy(block->encoded, data, bytes.size);
  run->images = block;
}

/* Takes out what was kept of an image. */
static bool find_kept(struct kiln_runtime *run, struct kiln_bytes bytes, struct kiln_image *image) {
  for (struct kiln_image_block **link = &run->images; *link; link = &(*link)->next) {
    struct kiln_image_block *block = *link;
    if (block->size == bytes.size && kiln_equal(block->encoded, bytes.data, bytes.size)) {
      *link = block->next;
      *image = block->image;
      free(block);
      return true;
    }
  }
  return false;
}

static void convert(const struct kiln_image *image, enum pixel_format format, uint8_t *out) {
  const uint8_t *pixel = image->pixels;
  for (uint64_t count = image->width * image->height; count > 0; --count, pixel += 3) {
    /* The weights of ITU-R BT.601, which together are 2^16. */
    if (format == PIXEL_GRAYSCALE)
      *out++ = (uint8_t)((pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 32768u) >> 16);
    else
      kiln_set_pixel(out, pixel[format == PIXEL_BGR ? 2 : 0], pixel[1], pixel[format == PIXEL_BGR ? 0 : 2]), out += 3;
  }
}

/* The pixels of an image, of the size that kiln_image_size gave; zeros where it is of another one. */
void kiln_image_decode(void *runtime, int64_t node, const uint8_t *data, uint8_t *out, int64_t length, int64_t height,
                       int64_t width, int64_t format) {
  struct kiln_runtime *run = runtime;
  if (kiln_failed(run) || height <= 0 || width <= 0 || length < 0)
    return;
  struct kiln_bytes bytes = {data, (uint64_t)length};
  struct kiln_image image;
  if (!find_kept(run, bytes, &image) && !decode(run, node, bytes, &image))
    return;
  if (image.height == (uint64_t)height && image.width == (uint64_t)width)
    convert(&image, (enum pixel_format)format, out);
  else
    __builtin_memset(out, 0, (uint64_t)height * (uint64_t)width * (format == PIXEL_GRAYSCALE ? 1 : 3));
  free(image.pixels);
}
