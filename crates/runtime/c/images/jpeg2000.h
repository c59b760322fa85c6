/* What the files of JPEG 2000 (ITU-T T.800) share. */
#ifndef KILN_JPEG2000_H
#define KILN_JPEG2000_H

#include "images.h"

enum { J2K_COMPONENTS = 4, J2K_LEVELS = 32, J2K_BANDS = 3 * J2K_LEVELS + 1 };

/* How blocks are coded: bits of a number in the file. */
enum kiln_j2k_style {
  J2K_BYPASS = 1,
  J2K_RESET = 2,
  J2K_TERMINATE = 4,
  J2K_CAUSAL = 8,
  J2K_MARKS = 32
};

enum kiln_j2k_order { J2K_LRCP, J2K_RLCP, J2K_RPCL, J2K_PCRL, J2K_CPRL };

/* How a component is coded. */
struct kiln_j2k_coding {
  bool is_own;
  uint32_t levels;
  uint32_t block_width_bits;
  uint32_t block_height_bits;
  uint32_t style;
  bool is_reversible;
  uint8_t precinct_width_bits[J2K_LEVELS + 1];
  uint8_t precinct_height_bits[J2K_LEVELS + 1];
};

/* Steps of the coefficients of a component. */
struct kiln_j2k_steps {
  bool is_own;
  uint32_t guard_bits;
  uint8_t exponents[J2K_BANDS];
  uint16_t mantissas[J2K_BANDS];
};

/* What a main header says, or that of a tile. */
struct kiln_j2k_settings {
  enum kiln_j2k_order order;
  uint32_t layers;
  bool has_color_transform;
  bool has_starts;
  bool has_ends;
  struct kiln_j2k_coding coding[J2K_COMPONENTS];
  struct kiln_j2k_steps steps[J2K_COMPONENTS];
};

struct kiln_j2k_area {
  uint64_t x0, y0, x1, y1;
};

/* A component of the image. */
struct kiln_j2k_component {
  uint32_t bits;
  bool is_signed;
  uint32_t step_x;
  uint32_t step_y;
  struct kiln_j2k_area area;
  /* Samples of 8 bits. */
  uint8_t *samples;
};

/* A part of a block's code. */
struct kiln_j2k_chunk {
  const uint8_t *data;
  uint32_t size;
  uint32_t passes;
  /* Whether a new word of the code begins here. */
  bool is_first;
  /* The number of the next part of the same block, from 1 on. */
  uint32_t next;
};

/* A block of coefficients: where it is among those of its component, and what is known of its code. */
struct kiln_j2k_block {
  uint64_t x, y;
  uint32_t width, height;
  uint32_t passes;
  uint32_t word_passes;
  uint32_t first_chunk, last_chunk;
  uint8_t length_bits;
  uint8_t zero_planes;
  bool is_included;
};

/* A node of a tree of minima. */
struct kiln_j2k_node {
  uint32_t parent;
  uint16_t value;
  uint16_t low;
};

/* The blocks of a band inside of a precinct. */
struct kiln_j2k_part {
  uint32_t band;
  uint64_t across, down;
  struct kiln_j2k_block *blocks;
  /* Two trees, one behind the other: the layer of each block, and its planes of zeros. */
  struct kiln_j2k_node *nodes;
  uint64_t node_count;
};

/* What packets are of: a part of a resolution of a component. */
struct kiln_j2k_precinct {
  uint32_t component;
  uint32_t resolution;
  uint64_t index;
  uint64_t x, y;
  uint32_t part_count;
  struct kiln_j2k_part parts[3];
};

struct kiln_j2k_tile {
  struct kiln_j2k_settings settings;
  struct kiln_j2k_area area;
  struct kiln_j2k_area areas[J2K_COMPONENTS];
  uint32_t component_count;
  const struct kiln_j2k_component *components;
  struct kiln_bytes data;
  struct kiln_j2k_precinct *precincts;
  uint64_t precinct_count;
  struct kiln_j2k_chunk *chunks;
  uint64_t chunk_count;
  uint64_t chunk_room;
  /* Coefficients, then samples: integers where the transform is reversible. */
  float *values[J2K_COMPONENTS];
};

static inline uint64_t kiln_divide_up(uint64_t value, uint64_t by) { return (value + by - 1) / by; }

/* The area in a resolution of which each sample stands for 2^shift of them on each axis. */
static inline struct kiln_j2k_area kiln_j2k_reduced(struct kiln_j2k_area area, uint32_t shift) {
  uint64_t by = UINT64_C(1) << shift;
  return (struct kiln_j2k_area){kiln_divide_up(area.x0, by), kiln_divide_up(area.y0, by), kiln_divide_up(area.x1, by),
                                kiln_divide_up(area.y1, by)};
}

/* --- jpeg2000_headers.c --- */

/* A part of a tile. */
struct kiln_j2k_tile_part {
  struct kiln_bytes header;
  struct kiln_bytes data;
  /* The number of the next part of the same tile, from 1 on. */
  uint32_t next;
};

struct kiln_j2k {
  struct kiln_j2k_area area;
  struct kiln_j2k_area first_tile;
  uint64_t tiles_across;
  uint64_t tiles_down;
  uint32_t component_count;
  struct kiln_j2k_component components[J2K_COMPONENTS];
  struct kiln_j2k_settings settings;
  bool has_coding;
  bool has_steps;
  struct kiln_j2k_tile_part *parts;
  uint32_t part_count;
  /* The numbers of the first and the last part of each tile, from 1 on. */
  uint32_t *first_parts;
  uint32_t *last_parts;
};

/* Reads all headers of a codestream. */
enum kiln_image_status kiln_j2k_headers(struct kiln_bytes bytes, struct kiln_j2k *image);
/* Reads the segments of a tile's header. */
bool kiln_j2k_tile_header(const struct kiln_j2k *image, struct kiln_bytes header, struct kiln_j2k_settings *settings);

/* --- jpeg2000_tile.c --- */

/* Makes the precincts of a tile, with their blocks, in the order of its packets. */
enum kiln_image_status kiln_j2k_open_tile(struct kiln_j2k_tile *tile);
void kiln_j2k_close_tile(struct kiln_j2k_tile *tile);

/* --- jpeg2000_packets.c --- */

/* Finds the code of each block. */
enum kiln_image_status kiln_j2k_packets(struct kiln_j2k_tile *tile);

/* --- jpeg2000_block.c --- */

/* Decodes a block into twice its coefficients, row by row: halves tell what is not known. */
enum kiln_image_status kiln_j2k_decode_block(const struct kiln_j2k_tile *tile, const struct kiln_j2k_block *block,
                                             uint32_t planes, uint32_t style, uint32_t orientation, int32_t *out);

/* --- jpeg2000_wavelet.c --- */

/* Makes samples of the coefficients of a component. */
enum kiln_image_status kiln_j2k_transform(float *values, struct kiln_j2k_area area, uint32_t levels,
                                          bool is_reversible);

#endif
