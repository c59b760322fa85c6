/* Bits and prefix codes of WebP's lossless images. */

#include "vp8l.h"

enum { MOST_SYMBOLS = 256 + 24 + 2048, LENGTHS = 19 };

static void fill(struct kiln_vp8l_reader *reader) {
  while (reader->count <= 56 && reader->at < reader->bytes.size) {
    reader->bits |= (uint64_t)reader->bytes.data[reader->at++] << reader->count;
    reader->count += 8;
  }
}

uint32_t kiln_vp8l_number(struct kiln_vp8l_reader *reader, uint32_t bits) {
  if (reader->count < bits)
    fill(reader);
  if (reader->count < bits) {
    reader->is_over = true;
    return 0;
  }
  uint32_t number = (uint32_t)(reader->bits & ((UINT64_C(1) << bits) - 1));
  reader->bits >>= bits;
  reader->count -= bits;
  return number;
}

static enum kiln_image_status add_symbol(struct kiln_vp8l_symbols *symbols, uint32_t symbol) {
  if (symbols->count == symbols->room) {
    uint64_t room = symbols->room ? 2 * symbols->room : 1024;
    uint16_t *grown = room > UINT32_MAX ? NULL : malloc(room * sizeof *grown);
    if (!grown)
      return KILN_IMAGE_NO_MEMORY;
    if (symbols->count)
      __builtin_memcpy(grown, symbols->symbols, symbols->count * sizeof *grown);
    free(symbols->symbols);
    symbols->symbols = grown;
    symbols->room = room;
  }
  symbols->symbols[symbols->count++] = (uint16_t)symbol;
  return KILN_IMAGE_DECODED;
}

/* Makes the code of these lengths, of which all bits must be used, or one alone. */
static enum kiln_image_status make_code(const uint8_t *lengths, uint32_t count, struct kiln_vp8l_symbols *symbols,
                                        struct kiln_vp8l_code *code) {
  *code = (struct kiln_vp8l_code){.first = (uint32_t)symbols->count};
  int64_t left = 1 << 15;
  for (uint32_t length = 1; length < 16; ++length) {
    for (uint32_t symbol = 0; symbol < count; ++symbol) {
      if (lengths[symbol] != length)
        continue;
      ++code->counts[length];
      left -= 1 << (15 - length);
      enum kiln_image_status status = add_symbol(symbols, symbol);
      if (status)
        return status;
    }
  }
  code->is_single = symbols->count - code->first == 1;
  return left == 0 || code->is_single ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}

uint32_t kiln_vp8l_symbol(struct kiln_vp8l_reader *reader, const struct kiln_vp8l_symbols *symbols,
                          const struct kiln_vp8l_code *code) {
  const uint16_t *symbol = symbols->symbols + code->first;
  if (code->is_single)
    return *symbol;
  if (reader->count < 16)
    fill(reader);
  uint32_t word = 0, first = 0;
  for (uint32_t length = 1; length < 16 && length <= reader->count; ++length) {
    word = word << 1 | (uint32_t)(reader->bits >> (length - 1) & 1);
    uint32_t count = code->counts[length];
    if (word - first < count) {
      reader->bits >>= length;
      reader->count -= length;
      return symbol[word - first];
    }
    symbol += count;
    first = (first + count) << 1;
  }
  reader->is_over = true;
  return 0;
}

/* One or two symbols. */
static void read_simple(struct kiln_vp8l_reader *reader, uint8_t *lengths) {
  uint32_t count = 1 + kiln_vp8l_number(reader, 1);
  lengths[kiln_vp8l_number(reader, kiln_vp8l_number(reader, 1) ? 8 : 1)] = 1;
  if (count == 2)
    lengths[kiln_vp8l_number(reader, 8)] = 1;
}

/* Lengths that are coded themselves; runs of them are of the one before, or of zeros. */
static enum kiln_image_status read_lengths(struct kiln_vp8l_reader *reader, uint8_t *lengths, uint32_t count) {
  static const uint8_t order[LENGTHS] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  uint8_t meta[LENGTHS] = {0}, before = 8;
  uint32_t given = 4 + kiln_vp8l_number(reader, 4);
  for (uint32_t i = 0; i < given; ++i)
    meta[order[i]] = (uint8_t)kiln_vp8l_number(reader, 3);
  uint32_t most = count;
  if (kiln_vp8l_number(reader, 1))
    most = 2 + kiln_vp8l_number(reader, 2 + 2 * kiln_vp8l_number(reader, 3));
  struct kiln_vp8l_symbols symbols = {0};
  struct kiln_vp8l_code code;
  enum kiln_image_status status = make_code(meta, LENGTHS, &symbols, &code);
  for (uint32_t at = 0; !status && at < count && most > 0; --most) {
    uint32_t symbol = kiln_vp8l_symbol(reader, &symbols, &code), repeats = 1;
    uint8_t length = symbol < 16 ? (uint8_t)symbol : symbol == 16 ? before : 0;
    if (symbol >= 16)
      repeats = (symbol == 18 ? 11 : 3) + kiln_vp8l_number(reader, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
    if (reader->is_over || repeats > count - at)
      status = KILN_IMAGE_UNREADABLE;
    else if (symbol < 16 && symbol > 0)
      before = length;
    for (; !status && repeats > 0; --repeats)
      lengths[at++] = length;
  }
  free(symbols.symbols);
  return status;
}

enum kiln_image_status kiln_vp8l_read_code(struct kiln_vp8l_reader *reader, uint32_t symbol_count,
                                           struct kiln_vp8l_symbols *symbols, struct kiln_vp8l_code *code) {
  uint8_t lengths[MOST_SYMBOLS] = {0};
  enum kiln_image_status status = KILN_IMAGE_DECODED;
  if (kiln_vp8l_number(reader, 1))
    read_simple(reader, lengths);
  else
    status = read_lengths(reader, lengths, symbol_count);
  if (!status)
    status = reader->is_over ? KILN_IMAGE_UNREADABLE : make_code(lengths, symbol_count, symbols, code);
  return status;
}
