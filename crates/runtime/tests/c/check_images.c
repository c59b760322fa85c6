/*
 * Decodes images with the runtime's own files, outside of a model.
 *
 *   check_images decode FORMAT FILE       prints height, width and the bytes of all pixels
 *   check_images damage ROUNDS FILE...    decodes each file cut short and with bytes changed, as often as that
 */

#include "../../c/images/images.h"
#include "../../c/kiln_runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kiln_image_size(void *runtime, int64_t node, const uint8_t *data, int64_t *out, int64_t length);
void kiln_image_decode(void *runtime, int64_t node, const uint8_t *data, uint8_t *out, int64_t length, int64_t height,
                       int64_t width, int64_t format);

/* The images' only needs of the rest of the runtime. */
void kiln_record(struct kiln_runtime *run, enum kiln_failure kind, int64_t node, int64_t value, int64_t bound) {
  (void)kind, (void)node, (void)value, (void)bound;
  run->failure = 2;
}

bool kiln_failed(void *runtime) { return ((struct kiln_runtime *)runtime)->failure != 0; }

enum { LARGEST = 1 << 20 };

static uint8_t bytes[LARGEST];

static int64_t read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return -1;
  size_t size = fread(bytes, 1, LARGEST, file);
  fclose(file);
  return (int64_t)size;
}

/* Decodes as a model does. The pixels are the caller's; null where the image is empty. */
static uint8_t *decode(const uint8_t *data, int64_t size, int64_t format, int64_t extents[2]) {
  struct kiln_runtime run = {0};
  kiln_image_size(&run, 0, data, extents, size);
  uint64_t count = (uint64_t)extents[0] * (uint64_t)extents[1] * (format == 2 ? 1 : 3);
  uint8_t *pixels = count ? malloc(count) : NULL;
  if (pixels)
    kiln_image_decode(&run, 0, data, pixels, size, extents[0], extents[1], format);
  kiln_images_release(run.images);
  return pixels;
}

/* Numbers that look like chance, the same on every machine. */
static uint64_t next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

/* Decodes a copy that has exactly as much memory as it has bytes. */
static uint64_t decode_copy(int64_t size) {
  uint8_t *copy = malloc((uint64_t)size + !size);
  int64_t extents[2];
  __builtin_memcpy(copy, bytes, (uint64_t)size);
  uint8_t *pixels = decode(copy, size, 0, extents);
  /* Reads every pixel: they must all have been written. */
  uint64_t sum = 0;
  for (uint64_t i = 0; pixels && i < (uint64_t)(extents[0] * extents[1] * 3); ++i)
    sum += pixels[i];
  free(pixels);
  free(copy);
  return sum;
}

static uint32_t high_32(int64_t at) {
  return (uint32_t)bytes[at] << 24 | (uint32_t)bytes[at + 1] << 16 | (uint32_t)bytes[at + 2] << 8 | bytes[at + 3];
}

/* Makes the check values of a PNG right again, so that damage gets behind them. */
static void repair(int64_t size) {
  if (size < 8 || memcmp(bytes, "\x89PNG", 4) != 0)
    return;
  for (int64_t at = 8; at + 12 <= size && high_32(at) <= size - at - 12; at += 12 + high_32(at)) {
    uint32_t check = 0xffffffff;
    int64_t end = at + 8 + high_32(at);
    for (int64_t i = 8 * (at + 4); i < 8 * end; ++i)
      check = check >> 1 ^ ((check ^ bytes[i / 8] >> i % 8) & 1 ? 0xedb88320 : 0);
    for (int i = 0; i < 4; ++i)
      bytes[end + i] = (uint8_t)(~check >> (24 - 8 * i));
  }
}

static void damage(const char *path, int rounds) {
  uint64_t state = 1, sum = 0;
  for (int round = 0; round < rounds; ++round) {
    int64_t size = read_file(path);
    if (size <= 0)
      return;
    for (uint64_t changes = next(&state) % 4; changes > 0; --changes) {
      /* Headers are where the first bytes are. */
      uint64_t place = next(&state) % (next(&state) % 2 ? (uint64_t)size : size < 256 ? (uint64_t)size : 256);
      bytes[place] = next(&state) % 2 ? (uint8_t)next(&state) : bytes[place] ^ (uint8_t)(1u << next(&state) % 8);
    }
    if (next(&state) % 4 == 0)
      size = (int64_t)(next(&state) % (uint64_t)size);
    repair(size);
    sum += decode_copy(size);
  }
  printf("%s %d\n", path, (int)(sum & 0xffff));
}

int main(int count, char **arguments) {
  if (count >= 4 && strcmp(arguments[1], "damage") == 0) {
    for (int i = 3; i < count; ++i)
      damage(arguments[i], atoi(arguments[2]));
    printf("passed\n");
    return 0;
  }
  if (count != 4)
    return 2;
  int64_t format = atoi(arguments[2]), size = read_file(arguments[3]), extents[2];
  if (size < 0)
    return 2;
  uint8_t *pixels = decode(bytes, size, format, extents);
  printf("%d %d\n", (int)extents[0], (int)extents[1]);
  for (int64_t i = 0; i < extents[0] * extents[1] * (format == 2 ? 1 : 3); ++i)
    putchar(pixels[i]);
  free(pixels);
  return 0;
}
