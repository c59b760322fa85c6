/* The zlib format (RFC 1950) and the deflate format inside of it (RFC 1951). */

#include "images.h"

enum { MOST_BITS = 15, FAST_BITS = 9, LITERALS = 288, DISTANCES = 32, END_OF_BLOCK = 256, WINDOW = 32768 };

/* A canonical prefix code: a table for short words, and how many words of each length there are for others. */
struct code {
  uint16_t counts[MOST_BITS + 1];
  uint16_t symbols[LITERALS];
  /* Symbol and length of the word that the next bits begin with; a length of 0: it is longer. */
  uint16_t fast[1 << FAST_BITS];
};

struct stream {
  struct kiln_bytes in;
  uint64_t at;
  uint64_t bits;
  uint32_t bit_count;
  uint8_t *out;
  uint64_t size;
  uint64_t written;
};

/* Fills up the bits to 32 or more; zeros follow the end. */
static void fill(struct stream *stream) {
  while (stream->bit_count <= 56 && stream->at < stream->in.size) {
    stream->bits |= (uint64_t)stream->in.data[stream->at++] << stream->bit_count;
    stream->bit_count += 8;
  }
}

/* Takes the next `count` bits, 16 at most; negative where there are fewer. */
static int32_t take(struct stream *stream, uint32_t count) {
  if (stream->bit_count < count)
    fill(stream);
  if (stream->bit_count < count)
    return -1;
  int32_t value = (int32_t)(stream->bits & ((1u << count) - 1));
  stream->bits >>= count;
  stream->bit_count -= count;
  return value;
}

static uint32_t reversed(uint32_t word, uint32_t length) {
  uint32_t result = 0;
  for (; length > 0; --length, word >>= 1)
    result = result << 1 | (word & 1);
  return result;
}

/* Makes the code of these lengths; false where they are too many words. */
static bool make_code(struct code *code, const uint8_t *lengths, uint32_t count) {
  uint16_t starts[MOST_BITS + 2] = {0};
  __builtin_memset(code, 0, sizeof *code);
  for (uint32_t symbol = 0; symbol < count; ++symbol)
    ++code->counts[lengths[symbol]];
  code->counts[0] = 0;
  int32_t left = 1;
  for (uint32_t length = 1; length <= MOST_BITS; ++length) {
    left = 2 * left - code->counts[length];
    if (left < 0)
      return false;
    starts[length + 1] = starts[length] + code->counts[length];
  }
  for (uint32_t symbol = 0; symbol < count; ++symbol)
    if (lengths[symbol])
      code->symbols[starts[lengths[symbol]]++] = (uint16_t)symbol;
  uint32_t word = 0, place = 0;
  for (uint32_t length = 1; length <= FAST_BITS; ++length, word <<= 1)
    for (uint32_t i = 0; i < code->counts[length]; ++i, ++word, ++place)
      for (uint32_t bits = reversed(word, length); bits < 1u << FAST_BITS; bits += 1u << length)
        code->fast[bits] = (uint16_t)(code->symbols[place] << 4 | length);
  return true;
}

/* Takes the next symbol; negative where there is none. */
static int32_t take_symbol(struct stream *stream, const struct code *code) {
  if (stream->bit_count < MOST_BITS)
    fill(stream);
  uint32_t found = code->fast[stream->bits & ((1u << FAST_BITS) - 1)];
  if (found) {
    if ((found & 15) > stream->bit_count)
      return -1;
    stream->bits >>= found & 15;
    stream->bit_count -= found & 15;
    return (int32_t)(found >> 4);
  }
  uint32_t word = 0, first = 0, place = 0;
  for (uint32_t length = 1; length <= MOST_BITS && length <= stream->bit_count; ++length) {
    word = word << 1 | (uint32_t)(stream->bits >> (length - 1) & 1);
    uint32_t count = code->counts[length];
    if (word - first < count) {
      stream->bits >>= length;
      stream->bit_count -= length;
      return code->symbols[place + word - first];
    }
    first = (first + count) << 1;
    place += count;
  }
  return -1;
}

/* Length or distance of a symbol: a base, and how many bits follow. */
struct base {
  uint16_t base;
  uint8_t bits;
};

/* Copies what was written before. False where nothing was. */
static bool copy(struct stream *stream, uint32_t length, uint32_t distance) {
  if (distance > stream->written)
    return false;
  for (; length > 0 && stream->written < stream->size; --length, ++stream->written)
    stream->out[stream->written] = stream->out[stream->written - distance];
  return true;
}

static bool read_coded(struct stream *stream, const struct code *literals, const struct code *distances) {
  static const struct base length_bases[29] = {
      {3, 0},  {4, 0},  {5, 0},  {6, 0},  {7, 0},  {8, 0},  {9, 0},   {10, 0},  {11, 1},  {13, 1},
      {15, 1}, {17, 1}, {19, 2}, {23, 2}, {27, 2}, {31, 2}, {35, 3},  {43, 3},  {51, 3},  {59, 3},
      {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}};
  while (stream->written < stream->size) {
    int32_t symbol = take_symbol(stream, literals);
    if (symbol < 0)
      return false;
    if (symbol == END_OF_BLOCK)
      return true;
    if (symbol < END_OF_BLOCK) {
      stream->out[stream->written++] = (uint8_t)symbol;
      continue;
    }
    if (symbol > 285)
      return false;
    struct base base = length_bases[symbol - 257];
    int32_t more = take(stream, base.bits), code = take_symbol(stream, distances);
    if (more < 0 || code < 0 || code > 29)
      return false;
    /* Two codes for each number of bits that follow. */
    uint32_t bits = code < 4 ? 0 : (uint32_t)code / 2 - 1;
    uint32_t distance = code < 4 ? (uint32_t)code + 1 : ((2u + code % 2) << bits) + 1;
    int32_t rest = take(stream, bits);
    if (rest < 0 || !copy(stream, base.base + (uint32_t)more, distance + (uint32_t)rest))
      return false;
  }
  return true;
}

/* Bytes as they are. */
static bool read_stored(struct stream *stream) {
  take(stream, stream->bit_count % 8);
  int32_t length = take(stream, 16), complement = take(stream, 16);
  if (length < 0 || complement < 0 || (length ^ complement) != 0xffff)
    return false;
  for (; length > 0 && stream->written < stream->size; --length) {
    int32_t byte = take(stream, 8);
    if (byte < 0)
      return false;
    stream->out[stream->written++] = (uint8_t)byte;
  }
  return true;
}

/* Reads the lengths of both codes, themselves coded. */
static bool read_lengths(struct stream *stream, struct code *code, uint8_t *lengths, uint32_t count) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  int32_t given = take(stream, 4);
  if (given < 0)
    return false;
  uint8_t meta[19] = {0};
  for (int32_t i = 0; i < given + 4; ++i) {
    int32_t length = take(stream, 3);
    if (length < 0)
      return false;
    meta[order[i]] = (uint8_t)length;
  }
  if (!make_code(code, meta, 19))
    return false;
  for (uint32_t i = 0; i < count;) {
    int32_t symbol = take_symbol(stream, code);
    if (symbol < 0 || (symbol == 16 && i == 0))
      return false;
    if (symbol < 16) {
      lengths[i++] = (uint8_t)symbol;
      continue;
    }
    uint8_t length = symbol == 16 ? lengths[i - 1] : 0;
    int32_t more = take(stream, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
    int32_t repeats = more + (symbol == 18 ? 11 : 3);
    if (more < 0 || (uint32_t)repeats > count - i)
      return false;
    for (; repeats > 0; --repeats)
      lengths[i++] = length;
  }
  return true;
}

static bool read_codes(struct stream *stream, struct code *literals, struct code *distances) {
  int32_t literal_count = take(stream, 5), distance_count = take(stream, 5);
  uint8_t lengths[LITERALS + DISTANCES] = {0};
  if (literal_count < 0 || distance_count < 0 || literal_count > 29)
    return false;
  literal_count += 257;
  distance_count += 1;
  return read_lengths(stream, literals, lengths, (uint32_t)(literal_count + distance_count)) &&
         make_code(literals, lengths, (uint32_t)literal_count) &&
         make_code(distances, lengths + literal_count, (uint32_t)distance_count);
}

static void fixed_codes(struct code *literals, struct code *distances) {
  uint8_t lengths[LITERALS];
  for (int symbol = 0; symbol < LITERALS; ++symbol)
    lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
  make_code(literals, lengths, LITERALS);
  __builtin_memset(lengths, 5, DISTANCES);
  make_code(distances, lengths, DISTANCES);
}

static bool read_blocks(struct stream *stream, struct code *literals, struct code *distances) {
  for (int32_t is_last = 0; !is_last && stream->written < stream->size;) {
    is_last = take(stream, 1);
    int32_t kind = take(stream, 2);
    if (is_last < 0 || kind < 0 || kind > 2)
      return false;
    if (kind == 0) {
      if (!read_stored(stream))
        return false;
      continue;
    }
    if (kind == 1)
      fixed_codes(literals, distances);
    else if (!read_codes(stream, literals, distances))
      return false;
    if (!read_coded(stream, literals, distances))
      return false;
  }
  return stream->written == stream->size;
}

enum kiln_image_status kiln_inflate(struct kiln_bytes bytes, uint8_t *out, uint64_t size) {
  bool is_zlib = bytes.size >= 2 && (bytes.data[0] & 15) == 8 && kiln_high_16(bytes.data) % 31 == 0;
  if (!is_zlib || (bytes.data[1] & 32))
    return KILN_IMAGE_UNREADABLE;
  struct code *codes = malloc(2 * sizeof *codes);
  if (!codes)
    return KILN_IMAGE_NO_MEMORY;
  struct stream stream = {.in = bytes, .at = 2, .out = out, .size = size};
  bool is_whole = read_blocks(&stream, &codes[0], &codes[1]);
  free(codes);
  return is_whole ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}
