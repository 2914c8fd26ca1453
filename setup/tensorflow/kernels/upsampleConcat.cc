// The way up of a U-Net in one pass: low [N, h, w, A] twice as wide and high by nearest neighbour, with the channels of
// skip [N, 2h, 2w, B] behind its own, and the gradient of both.
#include <cstring>

#include "kernelCall.h"
#include "parallel.h"

namespace reefline {
namespace {

struct Shape {
  int64_t count, height, width, low, skip;
  int64_t wide() const { return low + skip; }
  int64_t row() const { return 2 * width * wide(); }
};

struct UpsampleConcat {
  explicit UpsampleConcat(Attributes&) {}

  void compute(Call& call) {
    const Floats low = call.input(0), skip = call.input(1);
    if (call.refuse(low.rank() != 4 || skip.rank() != 4 || skip.side(0) != low.side(0) || skip.side(1) != 2 * low.side(1) ||
                        skip.side(2) != 2 * low.side(2),
                    "the skip is twice as wide and high"))
      return;
    const Shape shape{low.side(0), low.side(1), low.side(2), low.side(3), skip.side(3)};
    const Floats y = call.output(0, {shape.count, 2 * shape.height, 2 * shape.width, shape.wide()});
    if (call.refuse(false, "")) return;
    Parallel(shape.count * 2 * shape.height, [&](int64_t i) {
      const int64_t image = i / (2 * shape.height), row = i % (2 * shape.height);
      const float* from = low.data() + (image * shape.height + row / 2) * shape.width * shape.low;
      const float* beside = skip.data() + i * 2 * shape.width * shape.skip;
      float* into = y.data() + i * shape.row();
      for (int64_t column = 0; column < 2 * shape.width; column++, into += shape.wide()) {
        std::memcpy(into, from + (column / 2) * shape.low, shape.low * sizeof(float));
        std::memcpy(into + shape.low, beside + column * shape.skip, shape.skip * sizeof(float));
      }
    });
  }
};

REEFLINE_CLONES void SumPairs(const float* __restrict top, const float* __restrict bottom, int64_t columns, int64_t channels, int64_t step,
                              float* __restrict sums) {
  for (int64_t column = 0; column < columns; column++, top += 2 * step, bottom += 2 * step, sums += channels)
    for (int64_t c = 0; c < channels; c++) sums[c] = (top[c] + top[step + c]) + (bottom[c] + bottom[step + c]);
}

struct UpsampleConcatGrad {
  int32_t low;
  explicit UpsampleConcatGrad(Attributes& attributes) : low(attributes.whole("low")) {}

  void compute(Call& call) {
    const Floats dy = call.input(0);
    if (call.refuse(dy.rank() != 4 || dy.side(1) % 2 != 0 || dy.side(2) % 2 != 0 || low < 1 || low >= dy.side(3),
                    "dy has even sides and more channels than the low part"))
      return;
    const Shape shape{dy.side(0), dy.side(1) / 2, dy.side(2) / 2, low, dy.side(3) - low};
    const Floats dLow = call.output(0, {shape.count, shape.height, shape.width, shape.low});
    const Floats dSkip = call.output(1, {shape.count, 2 * shape.height, 2 * shape.width, shape.skip});
    if (call.refuse(false, "")) return;
    Parallel(shape.count * shape.height, [&](int64_t i) {
      const float* top = dy.data() + 2 * i * shape.row();
      SumPairs(top, top + shape.row(), shape.width, shape.low, shape.wide(), dLow.data() + i * shape.width * shape.low);
      float* into = dSkip.data() + 4 * i * shape.width * shape.skip;
      for (int64_t k = 0; k < 4 * shape.width; k++)
        std::memcpy(into + k * shape.skip, top + k * shape.wide() + shape.low, shape.skip * sizeof(float));
    });
  }
};

const bool registered = Register<UpsampleConcat>({"ReeflineUpsampleConcat", {"low", "skip"}, {"y"}, {}}) &&
                        Register<UpsampleConcatGrad>({"ReeflineUpsampleConcatGrad", {"dy"}, {"d_low", "d_skip"}, {"low: int"}});

}  // namespace
}  // namespace reefline
