// Gradient of the 2 × 2 max-pool: it goes to the first of the largest, row by row, as TensorFlow's does.
#include "kernelCall.h"
#include "parallel.h"

namespace reefline {
namespace {

REEFLINE_CLONES void Route(const float* __restrict top, const float* __restrict bottom, const float* __restrict dy, int64_t columns,
                           int64_t channels, float* __restrict dTop, float* __restrict dBottom) {
  for (int64_t column = 0; column < columns; column++) {
    const int64_t left = 2 * column * channels, right = left + channels, out = column * channels;
    for (int64_t c = 0; c < channels; c++) {
      const float a = top[left + c], b = top[right + c], d = bottom[left + c], e = bottom[right + c], change = dy[out + c];
      const float upper = a >= b ? a : b, lower = d >= e ? d : e;
      const float up = upper >= lower ? change : 0, down = upper >= lower ? 0 : change;
      dTop[left + c] = a >= b ? up : 0;
      dTop[right + c] = a >= b ? 0 : up;
      dBottom[left + c] = d >= e ? down : 0;
      dBottom[right + c] = d >= e ? 0 : down;
    }
  }
}

struct MaxPoolGrad {
  explicit MaxPoolGrad(Attributes&) {}

  void compute(Call& call) {
    const Floats x = call.input(0), dy = call.input(1);
    if (call.refuse(x.rank() != 4 || dy.rank() != 4, "x and dy have four sides")) return;
    const int64_t count = x.side(0), height = x.side(1), width = x.side(2), channels = x.side(3);
    const int64_t rows = height / 2, columns = width / 2;
    if (call.refuse(dy.side(0) != count || dy.side(1) != rows || dy.side(2) != columns || dy.side(3) != channels, "dy is half as wide and high as x"))
      return;
    const Floats dx = call.output(0, x.shape());
    if (call.refuse(false, "")) return;
    const int64_t row = width * channels;
    Parallel(count * ((height + 1) / 2), [&](int64_t i) {
      const int64_t image = i / ((height + 1) / 2), pair = i % ((height + 1) / 2);
      const int64_t at = (image * height + 2 * pair) * row;
      float* into = dx.data() + at;
      if (pair < rows) {
        Route(x.data() + at, x.data() + at + row, dy.data() + (image * rows + pair) * columns * channels, columns, channels, into, into + row);
        // An odd last column lies in no window.
        for (int64_t k = 2 * columns * channels; k < row; k++) into[k] = into[row + k] = 0;
      } else {
        for (int64_t k = 0; k < row; k++) into[k] = 0;
      }
    });
  }
};

const bool registered = Register<MaxPoolGrad>({"ReeflineMaxPoolGrad", {"x", "dy"}, {"dx"}, {}});

}  // namespace
}  // namespace reefline
