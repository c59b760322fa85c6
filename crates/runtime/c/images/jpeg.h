/* What the files of JPEG (ITU-T T.81) share. */
#ifndef KILN_JPEG_H
#define KILN_JPEG_H

#include "images.h"

enum { KILN_JPEG_COMPONENTS = 4, KILN_JPEG_TABLES = 4, KILN_JPEG_FAST_BITS = 9 };

/* A prefix code. */
struct kiln_jpeg_code {
  bool is_there;
  uint8_t symbols[256];
  /* Symbol and length of the word that the next bits begin with; zero: it is longer, or none. */
  uint16_t fast[1 << KILN_JPEG_FAST_BITS];
  /* Of the words of each length: the first behind them, filled up to 16 bits, and what leads from a word to its
     symbol. */
  uint32_t limits[17];
  int32_t offsets[17];
};

/* One of the planes of an image. */
struct kiln_jpeg_component {
  uint8_t id;
  uint32_t across;
  uint32_t down;
  uint8_t table;
  /* Whether some scan had it, and the steps of its coefficients then. */
  bool is_there;
  uint16_t steps[64];
  /* Samples that are part of the image, and blocks of 8 x 8: all that whole units of the image have. */
  uint64_t width;
  uint64_t height;
  uint64_t blocks_across;
  uint64_t blocks_down;
  int16_t *coefficients;
  uint8_t *samples;
};

struct kiln_jpeg {
  struct kiln_bytes bytes;
  uint64_t at;
  uint64_t width;
  uint64_t height;
  bool is_progressive;
  uint32_t component_count;
  struct kiln_jpeg_component components[KILN_JPEG_COMPONENTS];
  /* The most samples of a component that a unit of the image has on each axis, and how many units there are. */
  uint32_t most_across;
  uint32_t most_down;
  uint64_t units_across;
  uint64_t units_down;
  uint16_t tables[KILN_JPEG_TABLES][64];
  struct kiln_jpeg_code dc[KILN_JPEG_TABLES];
  struct kiln_jpeg_code ac[KILN_JPEG_TABLES];
  uint32_t restart_interval;
  bool has_jfif;
  /* What an Adobe segment says of the colours; negative without one. */
  int32_t transform;
};

/* The place in a block of each coefficient, in the order of the file. */
extern const uint8_t kiln_jpeg_order[64] __attribute__((visibility("hidden")));

/* --- jpeg_scan.c --- */

/* Reads the scan whose header is `header`; leaves `at` behind its data. False where the data is wrong. */
bool kiln_jpeg_scan(struct kiln_jpeg *jpeg, struct kiln_bytes header);

/* --- jpeg_pixels.c --- */

/* Makes samples of the coefficients of a component. */
void kiln_jpeg_transform(struct kiln_jpeg_component *component);
/* Makes pixels of the samples of all components. */
enum kiln_image_status kiln_jpeg_pixels(const struct kiln_jpeg *jpeg, struct kiln_image *image);

#endif
