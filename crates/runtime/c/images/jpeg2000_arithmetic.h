/* The arithmetic code of JPEG 2000, and the bits that it leaves out: what blocks are read with. */
#ifndef KILN_JPEG2000_ARITHMETIC_H
#define KILN_JPEG2000_ARITHMETIC_H

#include "images.h"

enum { J2K_CONTEXTS = 19, J2K_RUN = 17, J2K_UNIFORM = 18 };

struct kiln_j2k_reader {
  const uint8_t *next;
  const uint8_t *end;
  uint32_t code;
  uint32_t interval;
  uint32_t left;
  /* Of bits without a code: the byte that they are in. */
  uint8_t byte;
  bool is_raw;
  /* The state of each context, and its likelier decision in the lowest bit. */
  uint8_t states[J2K_CONTEXTS];
};

/* Gives all contexts the states that blocks begin with. */
void kiln_j2k_reset(struct kiln_j2k_reader *reader);
/* Begins a word of the code, or of bits without one. */
void kiln_j2k_begin(struct kiln_j2k_reader *reader, struct kiln_bytes bytes, bool is_raw);
/* The next decision. */
uint32_t kiln_j2k_decide(struct kiln_j2k_reader *reader, uint32_t context);
/* The next bit without a code. */
uint32_t kiln_j2k_raw_bit(struct kiln_j2k_reader *reader);

#endif
