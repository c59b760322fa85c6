/* What the files of WebP's lossless images share. */
#ifndef KILN_VP8L_H
#define KILN_VP8L_H

#include "images.h"

/* --- vp8l_reader.c --- */

/* Bits of a lossless image, the low ones of each byte first. */
struct kiln_vp8l_reader {
  struct kiln_bytes bytes;
  uint64_t at;
  uint64_t bits;
  uint32_t count;
  /* Whether more was read than there is. */
  bool is_over;
};

/* A prefix code: how many words of each length there are, and where their symbols begin. */
struct kiln_vp8l_code {
  uint16_t counts[16];
  uint32_t first;
  /* Whether there is one symbol alone, which takes no bits. */
  bool is_single;
};

/* The symbols of all codes of an image. */
struct kiln_vp8l_symbols {
  uint16_t *symbols;
  uint64_t count;
  uint64_t room;
};

/* A number of so many bits, 24 at most. */
uint32_t kiln_vp8l_number(struct kiln_vp8l_reader *reader, uint32_t bits);
/* Reads a code of so many symbols. */
enum kiln_image_status kiln_vp8l_read_code(struct kiln_vp8l_reader *reader, uint32_t symbol_count,
                                           struct kiln_vp8l_symbols *symbols, struct kiln_vp8l_code *code);
/* The next symbol; zero, and over, where there is none. */
uint32_t kiln_vp8l_symbol(struct kiln_vp8l_reader *reader, const struct kiln_vp8l_symbols *symbols,
                          const struct kiln_vp8l_code *code);

/* --- vp8l_image.c --- */

/* Alpha, red, green and blue of each pixel, in the bytes of a number from the highest one on. */
struct kiln_vp8l_image {
  uint64_t width;
  uint64_t height;
  uint32_t *pixels;
};

/* Reads the pixels of an image whose size is known; the caller frees them. Only the main one may have groups of
   codes. */
enum kiln_image_status kiln_vp8l_read_image(struct kiln_vp8l_reader *reader, bool is_main,
                                            struct kiln_vp8l_image *image);

/* --- vp8l.c --- */

enum kiln_image_status kiln_vp8l_decode(struct kiln_bytes bytes, struct kiln_image *image);

#endif
