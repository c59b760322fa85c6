/* What the files of the tagged image file format share. */
#ifndef KILN_TIFF_H
#define KILN_TIFF_H

#include "images.h"

/* --- tiff_codes.c --- */

/* Writes what runs (PackBits) or words (LZW, the high bit first) stand for, which must be `size` bytes or more. */
bool kiln_tiff_unpack(struct kiln_bytes bytes, uint8_t *out, uint64_t size);
enum kiln_image_status kiln_tiff_lzw(struct kiln_bytes bytes, uint8_t *out, uint64_t size);

#endif
