/* What the files of VP8's still images (RFC 6386) share: the lossy half of WebP. */
#ifndef KILN_VP8_H
#define KILN_VP8_H

#include "images.h"

/* How a block is guessed from what is around it: all of it, in the first four ways, or each part of 4 x 4. */
enum kiln_vp8_mode { VP8_DC, VP8_VERTICAL, VP8_HORIZONTAL, VP8_MOTION, VP8_PARTS };

/* Of parts: the first four are guessed like whole blocks, but for a smoothing of two of them. */
enum kiln_vp8_part {
  VP8_PART_DC,
  VP8_PART_MOTION,
  VP8_PART_VERTICAL,
  VP8_PART_HORIZONTAL,
  VP8_PART_LEFT_DOWN,
  VP8_PART_RIGHT_DOWN,
  VP8_PART_VERTICAL_RIGHT,
  VP8_PART_VERTICAL_LEFT,
  VP8_PART_HORIZONTAL_DOWN,
  VP8_PART_HORIZONTAL_UP,
  VP8_PART_MODES
};

/* Probabilities of tokens: of a kind of block, a band of coefficients, and how large the coefficient before was. */
typedef uint8_t kiln_vp8_tokens[4][8][3][11];

/* --- vp8_tables.c --- */

extern const kiln_vp8_tokens kiln_vp8_token_updates __attribute__((visibility("hidden")));
extern const kiln_vp8_tokens kiln_vp8_token_defaults __attribute__((visibility("hidden")));
/* Probabilities of a part's mode, by those of the parts above and to the left. */
extern const uint8_t kiln_vp8_part_modes[VP8_PART_MODES][VP8_PART_MODES][9] __attribute__((visibility("hidden")));
/* Steps of the first coefficient, and of the others, by quality. */
extern const uint8_t kiln_vp8_dc_steps[128] __attribute__((visibility("hidden")));
extern const uint16_t kiln_vp8_ac_steps[128] __attribute__((visibility("hidden")));

/* --- vp8_reader.c --- */

/* Reads decisions of given probabilities from bytes; zeros follow the end. */
struct kiln_vp8_reader {
  struct kiln_bytes bytes;
  uint64_t at;
  uint64_t value;
  uint32_t range;
  int32_t bits;
  /* Whether more was read than there is. */
  bool is_over;
};

struct kiln_vp8_reader kiln_vp8_open(struct kiln_bytes bytes);
/* The next decision, of which `probability` of 256 are false. */
bool kiln_vp8_decide(struct kiln_vp8_reader *reader, uint32_t probability);
/* A number of so many bits. */
uint32_t kiln_vp8_number(struct kiln_vp8_reader *reader, int bits);
/* As `kiln_vp8_number`, and a sign behind it; zero where a decision before it says that there is none. */
int32_t kiln_vp8_signed(struct kiln_vp8_reader *reader, int bits);
/* Coefficients from number `first` on, times their steps; returns the number behind the last token. */
int kiln_vp8_coefficients(struct kiln_vp8_reader *reader, const uint8_t (*tokens)[3][11], int context, int first,
                          const int32_t steps[2], int32_t out[16]);

/* --- vp8_predict.c --- */

/* A plane of samples: what is above and to the left of the image is there, too. */
struct kiln_vp8_plane {
  uint8_t *samples;
  uint64_t pitch;
};

/* Guesses a block of `size` x `size`, at a place of the image where there is something above or to the left, or not. */
void kiln_vp8_predict(uint8_t *block, uint64_t pitch, int size, enum kiln_vp8_mode mode, bool has_above, bool has_left);
/* Guesses a part; `right` are the four samples above and to the right of it. */
void kiln_vp8_predict_part(uint8_t *part, uint64_t pitch, enum kiln_vp8_part mode, const uint8_t right[4]);
/* Adds to 4 x 4 samples what their coefficients stand for. */
void kiln_vp8_add(uint8_t *part, uint64_t pitch, const int32_t coefficients[16]);
/* The first coefficients of 16 parts. */
void kiln_vp8_spread(const int32_t coefficients[16], int32_t out[16]);

/* --- vp8_filter.c --- */

/* How edges are smoothed: not at all where the level is 0. */
struct kiln_vp8_filter {
  uint8_t level;
  uint8_t inner;
  uint8_t variance;
  bool has_inner_edges;
};

/* Smooths the edges of a block of `size` x `size`, those of its parts too where they are wanted. */
void kiln_vp8_smooth(uint8_t *block, uint64_t pitch, int size, struct kiln_vp8_filter filter, bool has_left,
                     bool has_above);
/* As kiln_vp8_smooth, in the way that is simpler. */
void kiln_vp8_smooth_simply(uint8_t *block, uint64_t pitch, struct kiln_vp8_filter filter, bool has_left,
                            bool has_above);

/* --- vp8.c --- */

/* An image: its planes are the caller's to free, also where it is unreadable. Chroma has half the resolution. */
struct kiln_vp8_image {
  uint64_t width;
  uint64_t height;
  struct kiln_vp8_plane planes[3];
  uint8_t *memory[3];
};

enum kiln_image_status kiln_vp8_decode(struct kiln_bytes bytes, struct kiln_vp8_image *image);

#endif
