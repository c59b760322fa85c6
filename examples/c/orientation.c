/* Tells how a page is turned: ./orientation PAGE.ppm, a picture of 224 by 224 pixels. docs/src/tutorial.md explains it. */
#include <stdio.h>

#include "orientation.h"

enum { SIDE = 224, PIXELS = SIDE * SIDE };

static unsigned char page[PIXELS * 3];
static float image[3 * PIXELS];

int main(int argc, char **argv) {
  const float mean[3] = {0.485f, 0.456f, 0.406f}, deviation[3] = {0.229f, 0.224f, 0.225f};
  const int64_t shape[4] = {1, 3, SIDE, SIDE};
  float scores[4];
  kiln_input input = {image, sizeof image, shape, 4, KILN_F32};
  kiln_output output = {scores, sizeof scores};
  kiln_error error;
  int width, height, maximum, pixel, channel, turn, best = 0;

  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (!file || fscanf(file, "P6 %d %d %d%*c", &width, &height, &maximum) != 3 || width != SIDE || height != SIDE ||
      maximum != 255 || fread(page, sizeof page, 1, file) != 1)
    return fputs("usage: orientation PAGE.ppm, of 224 by 224 pixels\n", stderr), 2;

  for (pixel = 0; pixel < PIXELS; ++pixel)
    for (channel = 0; channel < 3; ++channel)
      image[channel * PIXELS + pixel] = (page[pixel * 3 + channel] / 255.0f - mean[channel]) / deviation[channel];

  if (kiln_run(&input, 1, &output, 1, NULL, &error) != KILN_OK)
    return fprintf(stderr, "%s\n", error.message), 1;

  for (turn = 0; turn < 4; ++turn)
    if (scores[turn] > scores[best])
      best = turn;
  printf("turned clockwise by %d degrees (%.0f %%)\n", 90 * best, 100 * scores[best]);
  return 0;
}
