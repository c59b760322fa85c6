/* The decoders of images as compiled models call them, for the target `images`. */

#include "../crates/runtime/c/images/images.h"
#include "../crates/runtime/c/kiln_runtime.h"

#include <stdlib.h>

void kiln_image_size(void *runtime, int64_t node, const uint8_t *data, int64_t *out, int64_t length);
void kiln_image_decode(void *runtime, int64_t node, const uint8_t *data, uint8_t *out, int64_t length, int64_t height,
                       int64_t width, int64_t format);

/* The images' only needs of the rest of the runtime. */
void kiln_record(struct kiln_runtime *run, enum kiln_failure kind, int64_t node, int64_t value, int64_t bound) {
  (void)kind, (void)node, (void)value, (void)bound;
  run->failure = 2;
}

bool kiln_failed(void *runtime) { return ((struct kiln_runtime *)runtime)->failure != 0; }

/* The sum of all bytes of the decoded image, each of which must have been written. */
uint64_t kiln_fuzz_image(const uint8_t *data, int64_t size) {
  struct kiln_runtime run = {0};
  int64_t extents[2];
  kiln_image_size(&run, 0, data, extents, size);
  uint64_t count = (uint64_t)extents[0] * (uint64_t)extents[1] * 3, sum = 0;
  uint8_t *pixels = count ? malloc(count) : NULL;
  if (pixels) {
    kiln_image_decode(&run, 0, data, pixels, size, extents[0], extents[1], 0);
    for (uint64_t i = 0; i < count; ++i)
      sum += pixels[i];
  }
  kiln_images_release(run.images);
  free(pixels);
  return sum;
}
