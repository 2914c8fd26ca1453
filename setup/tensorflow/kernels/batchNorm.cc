// Batch normalisation by the batch's own statistics (Ioffe & Szegedy 2015) and its activation in the same passes over memory, forward and
// backward. What the activation let through is found again from x, so that its result need not be kept for the gradient.
#include <algorithm>
#include <cmath>

#include "kernelCall.h"
#include "parallel.h"

namespace reefline {
namespace {

enum Activation { kNone = 0, kRelu = 1, kRelu6 = 2 };

/** A matrix of rows × channels cut into blocks that stay in a processor's own cache. Short rows are read several at once. */
struct Blocks {
  int64_t rows, channels, repeats, blockRows, count;

  Blocks(int64_t rows_, int64_t channels_) : rows(rows_), channels(channels_) {
    repeats = std::max<int64_t>(1, 128 / channels);
    blockRows = std::max<int64_t>(16, 16384 / (channels * repeats)) * repeats;
    count = (rows + blockRows - 1) / blockRows;
  }
  int64_t rowsOf(int64_t block) const { return std::min(blockRows, rows - block * blockRows); }
  int64_t wide() const { return channels * repeats; }
  /** A value for each channel, repeated for each of the rows that are read at once. */
  std::vector<float> spread(const std::vector<float>& values) const {
    std::vector<float> wideValues;
    for (int64_t r = 0; r < repeats; r++) wideValues.insert(wideValues.end(), values.begin(), values.begin() + channels);
    return wideValues;
  }
};

/** sum[i] += x[i + k·wide] over all k; the last piece may be shorter. */
REEFLINE_CLONES void AddUp(const float* __restrict x, int64_t length, int64_t wide, float* __restrict sum) {
  for (int64_t at = 0; at < length; at += wide) {
    const int64_t end = std::min(wide, length - at);
    for (int64_t i = 0; i < end; i++) sum[i] += x[at + i];
  }
}

REEFLINE_CLONES void AddSquares(const float* __restrict x, const float* __restrict mean, int64_t length, int64_t wide,
                                float* __restrict sum) {
  for (int64_t at = 0; at < length; at += wide) {
    const int64_t end = std::min(wide, length - at);
    for (int64_t i = 0; i < end; i++) {
      const float difference = x[at + i] - mean[i];
      sum[i] += difference * difference;
    }
  }
}

template <int activation>
REEFLINE_INLINE void ScaleBody(const float* __restrict x, const float* __restrict scale, const float* __restrict offset, int64_t length,
                               int64_t wide, float* __restrict y) {
  for (int64_t at = 0; at < length; at += wide) {
    const int64_t end = std::min(wide, length - at);
    for (int64_t i = 0; i < end; i++) {
      float z = x[at + i] * scale[i] + offset[i];
      // Asked this way round what is no number stays none, and a training that went astray is seen.
      if (activation != kNone) z = z < 0 ? 0 : z;
      if (activation == kRelu6) z = z > 6 ? 6 : z;
      y[at + i] = z;
    }
  }
}

/** dz: dy where the activation lets a change through. */
template <int activation>
REEFLINE_INLINE float Through(float dy, float z) {
  if (activation == kRelu) return z > 0 ? dy : 0;
  if (activation == kRelu6) return z > 0 && z < 6 ? dy : 0;
  return dy;
}

/** Sums of dz and of dz (x − mean). */
template <int activation>
REEFLINE_INLINE void GradSumsBody(const float* __restrict dy, const float* __restrict x, const float* __restrict mean,
                                  const float* __restrict scale, const float* __restrict offset, int64_t length, int64_t wide,
                                  float* __restrict sum, float* __restrict dots) {
  for (int64_t at = 0; at < length; at += wide) {
    const int64_t end = std::min(wide, length - at);
    for (int64_t i = 0; i < end; i++) {
      const float value = x[at + i];
      const float dz = Through<activation>(dy[at + i], value * scale[i] + offset[i]);
      sum[i] += dz;
      dots[i] += dz * (value - mean[i]);
    }
  }
}

/** dx = a dz + b x + c */
template <int activation>
REEFLINE_INLINE void GradBody(const float* __restrict dy, const float* __restrict x, const float* __restrict scale,
                              const float* __restrict offset, const float* __restrict b, const float* __restrict c, int64_t length,
                              int64_t wide, float* __restrict dx) {
  for (int64_t at = 0; at < length; at += wide) {
    const int64_t end = std::min(wide, length - at);
    for (int64_t i = 0; i < end; i++) {
      const float value = x[at + i];
      const float dz = Through<activation>(dy[at + i], value * scale[i] + offset[i]);
      dx[at + i] = scale[i] * dz + b[i] * value + c[i];
    }
  }
}

#define REEFLINE_ACTIVATIONS(body, name, parameters, arguments)                                    \
  REEFLINE_CLONES void name##None parameters { body<kNone> arguments; }                            \
  REEFLINE_CLONES void name##Relu parameters { body<kRelu> arguments; }                            \
  REEFLINE_CLONES void name##Relu6 parameters { body<kRelu6> arguments; }                          \
  constexpr decltype(&name##None) name[] = {name##None, name##Relu, name##Relu6};

REEFLINE_ACTIVATIONS(ScaleBody, kScale,
                     (const float* x, const float* scale, const float* offset, int64_t length, int64_t wide, float* y),
                     (x, scale, offset, length, wide, y))
REEFLINE_ACTIVATIONS(GradSumsBody, kGradSums,
                     (const float* dy, const float* x, const float* mean, const float* scale, const float* offset, int64_t length,
                      int64_t wide, float* sum, float* dots),
                     (dy, x, mean, scale, offset, length, wide, sum, dots))
REEFLINE_ACTIVATIONS(GradBody, kGrad,
                     (const float* dy, const float* x, const float* scale, const float* offset, const float* b, const float* c,
                      int64_t length, int64_t wide, float* dx),
                     (dy, x, scale, offset, b, c, length, wide, dx))

/** Sums of the pieces that belong to one channel. */
void Fold(const std::vector<float>& wide, int64_t channels, float* sums) {
  std::copy(wide.begin(), wide.begin() + channels, sums);
  for (size_t at = channels; at < wide.size(); at += channels)
    for (int64_t c = 0; c < channels; c++) sums[c] += wide[at + c];
}

struct Norm {
  float epsilon;
  int activation;
  explicit Norm(Attributes& attributes) : epsilon(attributes.real("epsilon")), activation(attributes.whole("activation")) {}

  /** gamma / √(variance + ε), and beta − mean of it. */
  void affine(const float* gamma, const float* beta, const float* mean, const float* variance, std::vector<float>& scale,
              std::vector<float>& offset) const {
    for (size_t c = 0; c < scale.size(); c++) {
      scale[c] = gamma[c] / std::sqrt(variance[c] + epsilon);
      offset[c] = beta[c] - mean[c] * scale[c];
    }
  }
};

struct NormForward : Norm {
  using Norm::Norm;

  void compute(Call& call) {
    const Floats x = call.input(0), gamma = call.input(1), beta = call.input(2);
    if (call.refuse(x.rank() < 1, "x has no channels")) return;
    const int64_t channels = x.side(x.rank() - 1);
    if (call.refuse(channels < 1 || x.size() == 0 || gamma.size() != channels || beta.size() != channels || activation < 0 || activation > 2,
                    "gamma and beta need one value for each channel of x"))
      return;
    const Blocks blocks(x.size() / channels, channels);
    const Floats y = call.output(0, x.shape()), mean = call.output(1, {channels}), variance = call.output(2, {channels});
    if (call.refuse(false, "")) return;

    std::vector<float> means(blocks.count * channels), squares(blocks.count * channels);
    Parallel(blocks.count, [&](int64_t block) {
      const float* from = x.data() + block * blocks.blockRows * channels;
      const int64_t rows = blocks.rowsOf(block);
      float* blockMean = means.data() + block * channels;
      std::vector<float> sum(blocks.wide());
      AddUp(from, rows * channels, blocks.wide(), sum.data());
      Fold(sum, channels, blockMean);
      for (int64_t c = 0; c < channels; c++) blockMean[c] /= rows;
      for (int64_t r = 0; r < blocks.repeats; r++) std::copy(blockMean, blockMean + channels, sum.begin() + r * channels);
      std::vector<float> square(blocks.wide());
      AddSquares(from, sum.data(), rows * channels, blocks.wide(), square.data());
      Fold(square, channels, squares.data() + block * channels);
    });
    // Of blocks to the whole (Chan, Golub & LeVeque 1979), always in the same order.
    std::vector<double> wholeMean(channels), wholeSquares(channels);
    double seen = 0;
    for (int64_t block = 0; block < blocks.count; block++) {
      const double rows = blocks.rowsOf(block);
      const double share = rows / (seen + rows);
      for (int64_t c = 0; c < channels; c++) {
        const double difference = means[block * channels + c] - wholeMean[c];
        wholeMean[c] += difference * share;
        wholeSquares[c] += squares[block * channels + c] + difference * difference * seen * share;
      }
      seen += rows;
    }
    for (int64_t c = 0; c < channels; c++) {
      mean.data()[c] = static_cast<float>(wholeMean[c]);
      variance.data()[c] = static_cast<float>(wholeSquares[c] / seen);
    }
    std::vector<float> scale(channels), offset(channels);
    affine(gamma.data(), beta.data(), mean.data(), variance.data(), scale, offset);
    const std::vector<float> wideScale = blocks.spread(scale), wideOffset = blocks.spread(offset);
    Parallel(blocks.count, [&](int64_t block) {
      const int64_t at = block * blocks.blockRows * channels;
      kScale[activation](x.data() + at, wideScale.data(), wideOffset.data(), blocks.rowsOf(block) * channels, blocks.wide(), y.data() + at);
    });
  }
};

struct NormBackward : Norm {
  using Norm::Norm;

  void compute(Call& call) {
    const Floats dy = call.input(0), x = call.input(1), gamma = call.input(2), beta = call.input(3), mean = call.input(4),
                 variance = call.input(5);
    if (call.refuse(x.rank() < 1, "x has no channels")) return;
    const int64_t channels = x.side(x.rank() - 1);
    bool fits = channels > 0 && dy.size() == x.size() && x.size() > 0 && activation >= 0 && activation <= 2;
    for (const Floats* one : {&gamma, &beta, &mean, &variance}) fits = fits && one->size() == channels;
    if (call.refuse(!fits, "dy is as large as x, and the others have one value for each channel")) return;
    const Blocks blocks(x.size() / channels, channels);
    const Floats dx = call.output(0, x.shape()), dGamma = call.output(1, {channels}), dBeta = call.output(2, {channels});
    if (call.refuse(false, "")) return;

    std::vector<float> scale(channels), offset(channels);
    affine(gamma.data(), beta.data(), mean.data(), variance.data(), scale, offset);
    const std::vector<float> wideScale = blocks.spread(scale), wideOffset = blocks.spread(offset);
    const std::vector<float> wideMean = blocks.spread(std::vector<float>(mean.data(), mean.data() + channels));
    std::vector<float> sums(blocks.count * channels), dots(blocks.count * channels);
    Parallel(blocks.count, [&](int64_t block) {
      const int64_t at = block * blocks.blockRows * channels;
      std::vector<float> sum(blocks.wide()), dot(blocks.wide());
      kGradSums[activation](dy.data() + at, x.data() + at, wideMean.data(), wideScale.data(), wideOffset.data(),
                            blocks.rowsOf(block) * channels, blocks.wide(), sum.data(), dot.data());
      Fold(sum, channels, sums.data() + block * channels);
      Fold(dot, channels, dots.data() + block * channels);
    });
    std::vector<double> sum(channels), dot(channels);
    for (int64_t block = 0; block < blocks.count; block++) {
      for (int64_t c = 0; c < channels; c++) {
        sum[c] += sums[block * channels + c];
        dot[c] += dots[block * channels + c];
      }
    }
    std::vector<float> b(channels), c0(channels);
    for (int64_t c = 0; c < channels; c++) {
      const double inverse = 1 / std::sqrt(static_cast<double>(variance.data()[c]) + epsilon);
      dGamma.data()[c] = static_cast<float>(dot[c] * inverse);
      dBeta.data()[c] = static_cast<float>(sum[c]);
      const double byX = -scale[c] * inverse * inverse * dot[c] / blocks.rows;
      b[c] = static_cast<float>(byX);
      c0[c] = static_cast<float>(-scale[c] * sum[c] / blocks.rows - byX * mean.data()[c]);
    }
    const std::vector<float> wideB = blocks.spread(b), wideC = blocks.spread(c0);
    Parallel(blocks.count, [&](int64_t block) {
      const int64_t at = block * blocks.blockRows * channels;
      kGrad[activation](dy.data() + at, x.data() + at, wideScale.data(), wideOffset.data(), wideB.data(), wideC.data(),
                        blocks.rowsOf(block) * channels, blocks.wide(), dx.data() + at);
    });
  }
};

const bool registered =
    Register<NormForward>({"ReeflineBatchNorm",
                           {"x", "gamma", "beta"},
                           {"y", "mean", "variance"},
                           {"epsilon: float", "activation: int"}}) &&
    Register<NormBackward>({"ReeflineBatchNormGrad",
                            {"dy", "x", "gamma", "beta", "mean", "variance"},
                            {"dx", "d_gamma", "d_beta"},
                            {"epsilon: float", "activation: int"}});

}  // namespace
}  // namespace reefline
