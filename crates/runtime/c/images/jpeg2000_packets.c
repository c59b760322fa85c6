/* Packets of JPEG 2000: which blocks a layer has more code of, and where that is. */

#include "jpeg2000.h"

enum { MOST_PLANES = 48, MOST_LENGTH_BITS = 31, WHOLE_WORD = 1000 };

/* Bits of the headers of packets: a byte of ones is followed by seven bits. */
struct bits {
  struct kiln_bytes bytes;
  uint64_t at;
  uint8_t byte;
  uint32_t left;
  bool is_over;
};

static uint32_t next_bit(struct bits *bits) {
  if (bits->left == 0) {
    bits->left = bits->byte == 0xff ? 7 : 8;
    bits->is_over = bits->is_over || bits->at >= bits->bytes.size;
    bits->byte = bits->is_over ? 0 : bits->bytes.data[bits->at++];
  }
  return bits->byte >> --bits->left & 1;
}

static uint32_t next_number(struct bits *bits, uint32_t count) {
  uint32_t number = 0;
  for (; count > 0; --count)
    number = number << 1 | next_bit(bits);
  return number;
}

/* Reads on until it is known whether the value of a leaf is below `bound`. */
static bool is_below(struct bits *bits, struct kiln_j2k_node *nodes, uint64_t leaf, uint32_t bound) {
  uint32_t path[40], depth = 0;
  for (uint32_t node = (uint32_t)leaf; depth < 39 && nodes[node].parent != node; node = nodes[node].parent)
    path[depth++] = node;
  path[depth] = depth ? nodes[path[depth - 1]].parent : (uint32_t)leaf;
  uint32_t low = 0;
  for (uint32_t i = depth + 1; i-- > 0;) {
    struct kiln_j2k_node *node = &nodes[path[i]];
    low = node->low > low ? node->low : low;
    for (; low < bound && low < node->value && !bits->is_over;) {
      if (next_bit(bits))
        node->value = (uint16_t)low;
      else
        ++low;
    }
    node->low = (uint16_t)low;
  }
  return nodes[leaf].value < bound;
}

/* How many passes a block has more. */
static uint32_t next_passes(struct bits *bits) {
  if (!next_bit(bits))
    return 1;
  if (!next_bit(bits))
    return 2;
  uint32_t more = next_number(bits, 2);
  if (more < 3)
    return 3 + more;
  more = next_number(bits, 5);
  return more < 31 ? 6 + more : 37 + next_number(bits, 7);
}

/* How many more passes belong to the same word of the code, after `passes` of a block of which some are in this
   word. */
static uint32_t word_room(uint32_t style, uint32_t passes, uint32_t word_passes) {
  if (style & J2K_TERMINATE)
    return 1 - (word_passes > 0);
  if (!(style & J2K_BYPASS))
    return WHOLE_WORD - word_passes;
  /* After ten passes, two without arithmetic codes are followed by one with them. */
  uint32_t first = passes - word_passes, most = first < 10 ? 10 - first : (first - 10) % 3 == 0 ? 2 : 1;
  return most - word_passes;
}

static bool add_chunk(struct kiln_j2k_tile *tile, struct kiln_j2k_block *block, struct kiln_j2k_chunk chunk) {
  if (tile->chunk_count == tile->chunk_room) {
    uint64_t room = tile->chunk_room ? 2 * tile->chunk_room : 64;
    struct kiln_j2k_chunk *chunks = room > UINT32_MAX / 2 ? NULL : kiln_image_memory(room, sizeof *chunks);
    if (!chunks)
      return false;
    if (tile->chunk_count)
      __builtin_memcpy(chunks, tile->chunks, tile->chunk_count * sizeof *chunks);
    free(tile->chunks);
    tile->chunks = chunks;
    tile->chunk_room = room;
  }
  tile->chunks[tile->chunk_count++] = chunk;
  if (block->last_chunk)
    tile->chunks[block->last_chunk - 1].next = (uint32_t)tile->chunk_count;
  else
    block->first_chunk = (uint32_t)tile->chunk_count;
  block->last_chunk = (uint32_t)tile->chunk_count;
  return true;
}

/* Reads how much more code of a block there is. */
static enum kiln_image_status read_lengths(struct kiln_j2k_tile *tile, struct bits *bits, uint32_t style,
                                           struct kiln_j2k_block *block) {
  uint32_t passes = next_passes(bits);
  while (next_bit(bits) && !bits->is_over)
    if (++block->length_bits > MOST_LENGTH_BITS)
      return KILN_IMAGE_UNREADABLE;
  while (passes > 0) {
    uint32_t room = word_room(style, block->passes, block->word_passes);
    if (room == 0) {
      block->word_passes = 0;
      continue;
    }
    uint32_t taken = passes < room ? passes : room;
    uint32_t length_bits = block->length_bits + 31 - (uint32_t)__builtin_clz(taken);
    if (length_bits > MOST_LENGTH_BITS || bits->is_over)
      return KILN_IMAGE_UNREADABLE;
    struct kiln_j2k_chunk chunk = {NULL, next_number(bits, length_bits), taken, block->word_passes == 0, 0};
    if (!add_chunk(tile, block, chunk))
      return KILN_IMAGE_NO_MEMORY;
    block->passes += taken;
    block->word_passes += taken;
    passes -= taken;
  }
  return block->passes > 3 * MOST_PLANES ? KILN_IMAGE_UNREADABLE : KILN_IMAGE_DECODED;
}

/* Reads what a packet says of a block. */
static enum kiln_image_status read_block(struct kiln_j2k_tile *tile, struct bits *bits, struct kiln_j2k_part *part,
                                         uint64_t index, uint32_t layer, uint32_t style) {
  struct kiln_j2k_block *block = &part->blocks[index];
  bool has_more = block->is_included ? next_bit(bits) : is_below(bits, part->nodes, index, layer + 1);
  if (!has_more)
    return KILN_IMAGE_DECODED;
  if (!block->is_included) {
    uint32_t planes = 1;
    while (!is_below(bits, part->nodes + part->node_count, index, planes))
      if (++planes > MOST_PLANES || bits->is_over)
        return KILN_IMAGE_UNREADABLE;
    block->zero_planes = (uint8_t)(planes - 1);
    block->is_included = true;
  }
  return read_lengths(tile, bits, style, block);
}

/* Finds the code of a packet, from `at` on: the parts from number `first` on are its own. */
static bool read_code(struct kiln_j2k_tile *tile, uint64_t first, uint64_t *at) {
  for (uint64_t i = first; i < tile->chunk_count; ++i) {
    struct kiln_j2k_chunk *chunk = &tile->chunks[i];
    if (!kiln_has(tile->data, *at, chunk->size))
      return false;
    chunk->data = tile->data.data + *at;
    *at += chunk->size;
  }
  return true;
}

/* Skips a marker of two bytes, with what follows it. */
static void skip_marker(const struct kiln_j2k_tile *tile, uint64_t *at, uint8_t marker, uint64_t size) {
  if (kiln_has(tile->data, *at, size) && tile->data.data[*at] == 0xff && tile->data.data[*at + 1] == marker)
    *at += size;
}

static enum kiln_image_status read_packet(struct kiln_j2k_tile *tile, struct kiln_j2k_precinct *precinct,
                                          uint32_t layer, uint64_t *at) {
  if (tile->settings.has_starts)
    skip_marker(tile, at, 0x91, 6);
  struct bits bits = {.bytes = tile->data, .at = *at};
  uint32_t style = tile->settings.coding[precinct->component].style;
  uint64_t first = tile->chunk_count;
  bool has_any = next_bit(&bits);
  for (uint32_t i = 0; has_any && i < precinct->part_count; ++i) {
    struct kiln_j2k_part *part = &precinct->parts[i];
    for (uint64_t block = 0; block < part->across * part->down; ++block) {
      enum kiln_image_status status = read_block(tile, &bits, part, block, layer, style);
      if (status)
        return status;
      if (bits.is_over)
        return KILN_IMAGE_UNREADABLE;
    }
  }
  /* A zero follows a last byte of ones. */
  *at = bits.at + (bits.byte == 0xff);
  if (bits.is_over)
    return KILN_IMAGE_UNREADABLE;
  if (tile->settings.has_ends)
    skip_marker(tile, at, 0x92, 2);
  return read_code(tile, first, at) ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}

/* How many precincts from `first` on have each layer's packets together. */
static uint64_t together(const struct kiln_j2k_tile *tile, uint64_t first) {
  uint64_t end = first + 1;
  if (tile->settings.order == J2K_LRCP)
    return tile->precinct_count;
  while (tile->settings.order == J2K_RLCP && end < tile->precinct_count &&
         tile->precincts[end].resolution == tile->precincts[first].resolution)
    ++end;
  return end - first;
}

enum kiln_image_status kiln_j2k_packets(struct kiln_j2k_tile *tile) {
  uint64_t at = 0;
  for (uint64_t first = 0, count; first < tile->precinct_count; first += count) {
    count = together(tile, first);
    for (uint32_t layer = 0; layer < tile->settings.layers; ++layer) {
      for (uint64_t i = first; i < first + count; ++i) {
        enum kiln_image_status status = read_packet(tile, &tile->precincts[i], layer, &at);
        if (status)
          return status;
      }
    }
  }
  return KILN_IMAGE_DECODED;
}
