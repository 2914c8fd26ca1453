// Depthwise convolution with "same" padding, forward and both gradients: x [N, H, W, C], one kernel [K, K, C, 1] for each channel, K 3 or 5. Sixteen
// channels are taken at once, whose sums stay in registers.
#include <algorithm>
#include <cstring>

#include "kernelCall.h"
#include "parallel.h"

namespace reefline {
namespace {

constexpr int64_t kLanes = 16;
/** Sixteen floats that may lie anywhere. */
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

REEFLINE_INLINE Lanes& At(float* p) { return *reinterpret_cast<Lanes*>(p); }
REEFLINE_INLINE const Lanes& At(const float* p) { return *reinterpret_cast<const Lanes*>(p); }

/** One product that goes into a sum: which row or column of the input, and which of the kernel. */
struct Tap {
  int64_t input, kernel;
};

/** The taps of every row or column of an output: those of place o are taps[from[o]] … taps[from[o + 1] − 1]. */
struct Taps {
  std::vector<Tap> taps;
  std::vector<int64_t> from{0};
};

/** TensorFlow's "same": the output has ⌈input / stride⌉ places, and what is padded is one more at the end than at the start. */
struct Side {
  int64_t input, output, kernel, stride, before;

  Side(int64_t input_, int64_t kernel_, int64_t stride_) : input(input_), kernel(kernel_), stride(stride_) {
    output = (input + stride - 1) / stride;
    before = std::max<int64_t>(0, (output - 1) * stride + kernel - input) / 2;
  }

  Taps forward() const {
    Taps all;
    for (int64_t o = 0; o < output; o++) {
      for (int64_t k = 0; k < kernel; k++) {
        const int64_t i = o * stride + k - before;
        if (i >= 0 && i < input) all.taps.push_back({i, k});
      }
      all.from.push_back(static_cast<int64_t>(all.taps.size()));
    }
    return all;
  }

  /** The same products, looked at from the input's side. */
  Taps backward() const {
    Taps all;
    for (int64_t i = 0; i < input; i++) {
      for (int64_t k = 0; k < kernel; k++) {
        const int64_t o = i + before - k;
        if (o >= 0 && o % stride == 0 && o / stride < output) all.taps.push_back({o / stride, k});
      }
      all.from.push_back(static_cast<int64_t>(all.taps.size()));
    }
    return all;
  }
};

/** One row of sums: out[o, c] = Σ in[row, column, c] · kernel[row, column, c]. */
struct Row {
  const Tap* rows;
  int64_t rowCount;
  const Taps* columns;
  const float* in;
  int64_t inRow;
  const float* kernel;
  int64_t channels, width;
  float* out;
};

/** Columns [from, to) of sixteen channels, tap by tap. */
template <int K>
REEFLINE_INLINE void SumByTaps(const Row& row, int64_t c, int64_t from, int64_t to) {
  for (int64_t o = from; o < to; o++) {
    Lanes sum = {};
    for (int64_t r = 0; r < row.rowCount; r++) {
      const float* in = row.in + row.rows[r].input * row.inRow + c;
      const float* kernel = row.kernel + row.rows[r].kernel * K * row.channels + c;
      for (int64_t t = row.columns->from[o]; t < row.columns->from[o + 1]; t++) {
        const Tap tap = row.columns->taps[t];
        sum += At(in + tap.input * row.channels) * At(kernel + tap.kernel * row.channels);
      }
    }
    At(row.out + o * row.channels + c) = sum;
  }
}

/** Four columns at once, all of whose taps are there, one input apart: a value of the kernel is read once for the four. */
template <int K>
REEFLINE_INLINE void SumFour(const Row& row, int64_t c, int64_t o) {
  const Tap* taps = row.columns->taps.data();
  const Tap first = taps[row.columns->from[o]];
  const int64_t toNextTap = (taps[row.columns->from[o] + 1].input - first.input) * row.channels;
  const int64_t toNextColumn = (taps[row.columns->from[o + 1]].input - first.input) * row.channels;
  Lanes a = {}, b = {}, d = {}, e = {};
  for (int64_t r = 0; r < row.rowCount; r++) {
    const float* in = row.in + row.rows[r].input * row.inRow + first.input * row.channels + c;
    const float* kernel = row.kernel + row.rows[r].kernel * K * row.channels + c;
#pragma GCC unroll 8
    for (int k = 0; k < K; k++) {
      const Lanes weight = At(kernel + k * row.channels);
      const float* at = in + k * toNextTap;
      a += At(at) * weight;
      b += At(at + toNextColumn) * weight;
      d += At(at + 2 * toNextColumn) * weight;
      e += At(at + 3 * toNextColumn) * weight;
    }
  }
  float* out = row.out + o * row.channels + c;
  At(out) = a;
  At(out + row.channels) = b;
  At(out + 2 * row.channels) = d;
  At(out + 3 * row.channels) = e;
}

template <int K>
REEFLINE_INLINE void SumRowBody(const Row& row) {
  const int64_t* from = row.columns->from.data();
  int64_t first = 0, last = row.width;
  while (first < last && from[first + 1] - from[first] < K) first++;
  while (last > first && from[last] - from[last - 1] < K) last--;
  // Where an input column meets only some of the kernel's (the gradient of a stride), none has all.
  bool isDense = true;
  for (int64_t o = first; o < last; o++) isDense = isDense && from[o + 1] - from[o] == K;
  if (!isDense) last = first;
  int64_t c = 0;
  for (; c + kLanes <= row.channels; c += kLanes) {
    SumByTaps<K>(row, c, 0, first);
    int64_t o = first;
    for (; o + 4 <= last; o += 4) SumFour<K>(row, c, o);
    SumByTaps<K>(row, c, o, row.width);
  }
  for (int64_t o = 0; o < row.width && c < row.channels; o++) {
    for (int64_t k = c; k < row.channels; k++) {
      float sum = 0;
      for (int64_t r = 0; r < row.rowCount; r++) {
        for (int64_t t = from[o]; t < from[o + 1]; t++) {
          const Tap tap = row.columns->taps[t];
          sum += row.in[row.rows[r].input * row.inRow + tap.input * row.channels + k] *
                 row.kernel[(row.rows[r].kernel * K + tap.kernel) * row.channels + k];
        }
      }
      row.out[o * row.channels + k] = sum;
    }
  }
}

REEFLINE_CLONES void SumRow3(const Row& row) { SumRowBody<3>(row); }
REEFLINE_CLONES void SumRow5(const Row& row) { SumRowBody<5>(row); }

/** Products that were not taken at once, added to sums [K, K, C]. */
REEFLINE_INLINE void AddColumn(const float* const* rows, const float* __restrict dy, int64_t o, const Side& side, int64_t channels, int64_t from,
                               int64_t to, float* __restrict sums) {
  for (int64_t kw = 0; kw < side.kernel; kw++) {
    const int64_t i = o * side.stride + kw - side.before;
    if (i < 0 || i >= side.input) continue;
    for (int64_t kh = 0; kh < side.kernel; kh++) {
      if (rows[kh] == nullptr) continue;
      const float* x = rows[kh] + i * channels;
      float* sum = sums + (kh * side.kernel + kw) * channels;
      for (int64_t c = from; c < to; c++) sum[c] += x[c] * dy[o * channels + c];
    }
  }
}

/** sums [K, K, C] += Σ over one row of dy and the K rows of x it was made from; a row that is not there is null. */
template <int K>
REEFLINE_INLINE void FilterRowBody(const float* const* rows, const float* __restrict dy, const Side& side, int64_t channels,
                                   float* __restrict sums) {
  // Columns whose window lies wholly in the input.
  const int64_t first = std::min(side.output, (side.before + side.stride - 1) / side.stride);
  const int64_t last = std::max(first, std::min(side.output, (side.input - K + side.before) / side.stride + 1));
  const int64_t step = side.stride * channels;
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    for (int kh = 0; kh < K; kh++) {
      if (rows[kh] == nullptr) continue;
      Lanes sum[K] = {};
      const float* x = rows[kh] + (first * side.stride - side.before) * channels + c;
      for (int64_t o = first; o < last; o++, x += step) {
        const Lanes change = At(dy + o * channels + c);
#pragma GCC unroll 8
        for (int kw = 0; kw < K; kw++) sum[kw] += At(x + kw * channels) * change;
      }
      for (int kw = 0; kw < K; kw++) At(sums + (kh * K + kw) * channels + c) += sum[kw];
    }
  }
  for (int64_t o = 0; o < side.output; o++) AddColumn(rows, dy, o, side, channels, o >= first && o < last ? c : 0, channels, sums);
}

REEFLINE_CLONES void FilterRow3(const float* const* rows, const float* dy, const Side& side, int64_t channels, float* sums) {
  FilterRowBody<3>(rows, dy, side, channels, sums);
}
REEFLINE_CLONES void FilterRow5(const float* const* rows, const float* dy, const Side& side, int64_t channels, float* sums) {
  FilterRowBody<5>(rows, dy, side, channels, sums);
}

bool IsOurs(const Floats& kernel) {
  return kernel.side(0) == kernel.side(1) && (kernel.side(0) == 3 || kernel.side(0) == 5) && kernel.side(3) == 1;
}

struct Depthwise {
  int32_t stride;
  explicit Depthwise(Attributes& attributes) : stride(attributes.whole("stride")) {}

  /** in [N, h, w, C] → out [N, H, W, C] by the taps of rows and columns. */
  static void gather(const Floats& in, const float* kernel, int64_t kernelPx, const Taps& rows, const Taps& columns, const Floats& out) {
    const int64_t height = out.side(1), width = out.side(2), channels = out.side(3);
    const int64_t inRow = in.side(2) * channels, inImage = in.side(1) * inRow;
    Parallel(out.side(0) * height, [&](int64_t i) {
      const int64_t image = i / height, row = i % height;
      (kernelPx == 3 ? SumRow3 : SumRow5)({rows.taps.data() + rows.from[row], rows.from[row + 1] - rows.from[row], &columns,
                                           in.data() + image * inImage, inRow, kernel, channels, width, out.data() + i * width * channels});
    });
  }
};

struct DepthwiseForward : Depthwise {
  using Depthwise::Depthwise;

  void compute(Call& call) {
    const Floats x = call.input(0), kernel = call.input(1);
    if (call.refuse(x.rank() != 4 || kernel.rank() != 4 || !IsOurs(kernel) || kernel.side(2) != x.side(3) ||
                        stride < 1,
                    "x is [N, H, W, C] and the kernel [3, 3, C, 1] or [5, 5, C, 1]"))
      return;
    const Side rows(x.side(1), kernel.side(0), stride), columns(x.side(2), kernel.side(0), stride);
    const Floats y = call.output(0, {x.side(0), rows.output, columns.output, x.side(3)});
    if (call.refuse(false, "")) return;
    gather(x, kernel.data(), kernel.side(0), rows.forward(), columns.forward(), y);
  }
};

struct DepthwiseInputGrad : Depthwise {
  int32_t height, width;
  explicit DepthwiseInputGrad(Attributes& attributes)
      : Depthwise(attributes), height(attributes.whole("height")), width(attributes.whole("width")) {}

  void compute(Call& call) {
    const Floats kernel = call.input(0), dy = call.input(1);
    if (call.refuse(kernel.rank() != 4 || dy.rank() != 4 || !IsOurs(kernel) || kernel.side(2) != dy.side(3) ||
                        stride < 1 || height < 1 || width < 1,
                    "dy is [N, h, w, C] and the kernel [3, 3, C, 1] or [5, 5, C, 1]"))
      return;
    const Side rows(height, kernel.side(0), stride), columns(width, kernel.side(0), stride);
    if (call.refuse(dy.side(1) != rows.output || dy.side(2) != columns.output, "dy is not as large as the convolution's result")) return;
    const Floats dx = call.output(0, {dy.side(0), height, width, dy.side(3)});
    if (call.refuse(false, "")) return;
    gather(dy, kernel.data(), kernel.side(0), rows.backward(), columns.backward(), dx);
  }
};

struct DepthwiseFilterGrad : Depthwise {
  int32_t kernelPx;
  explicit DepthwiseFilterGrad(Attributes& attributes) : Depthwise(attributes), kernelPx(attributes.whole("kernel")) {}

  void compute(Call& call) {
    const Floats x = call.input(0), dy = call.input(1);
    if (call.refuse(x.rank() != 4 || dy.rank() != 4 || stride < 1 || (kernelPx != 3 && kernelPx != 5), "kernels are 3 or 5 px wide")) return;
    const int64_t channels = x.side(3);
    const Side rows(x.side(1), kernelPx, stride), columns(x.side(2), kernelPx, stride);
    if (call.refuse(dy.side(0) != x.side(0) || dy.side(1) != rows.output || dy.side(2) != columns.output || dy.side(3) != channels,
                    "dy is not as large as the convolution's result"))
      return;
    const Floats dKernel = call.output(0, {kernelPx, kernelPx, channels, 1});
    if (call.refuse(false, "")) return;
    const int64_t length = static_cast<int64_t>(kernelPx) * kernelPx * channels;
    // Parts of a size that depends on the picture alone, summed in order: as many threads as there may be, the result is the same.
    const int64_t rowsOfPart = std::max<int64_t>(1, std::min(rows.output, 1024 / std::max<int64_t>(1, columns.output)));
    const int64_t partsOfImage = (rows.output + rowsOfPart - 1) / rowsOfPart;
    const int64_t parts = x.side(0) * partsOfImage;
    std::vector<float> sums(parts * length);
    Parallel(parts, [&](int64_t part) {
      const int64_t image = part / partsOfImage, begin = (part % partsOfImage) * rowsOfPart;
      for (int64_t o = begin; o < std::min(rows.output, begin + rowsOfPart); o++) {
        const float* from[5];
        for (int64_t k = 0; k < kernelPx; k++) {
          const int64_t i = o * stride + k - rows.before;
          from[k] = i < 0 || i >= rows.input ? nullptr : x.data() + (image * rows.input + i) * columns.input * channels;
        }
        const float* change = dy.data() + (image * rows.output + o) * columns.output * channels;
        (kernelPx == 3 ? FilterRow3 : FilterRow5)(from, change, columns, channels, sums.data() + part * length);
      }
    });
    constexpr int64_t block = 4096;
    Parallel((length + block - 1) / block, [&](int64_t i) {
      const int64_t begin = i * block, end = std::min(length, begin + block);
      std::vector<double> total(end - begin);
      for (int64_t part = 0; part < parts; part++)
        for (int64_t k = begin; k < end; k++) total[k - begin] += sums[part * length + k];
      for (int64_t k = begin; k < end; k++) dKernel.data()[k] = static_cast<float>(total[k - begin]);
    });
  }
};

const bool registered =
    Register<DepthwiseForward>({"ReeflineDepthwise", {"x", "kernel"}, {"y"}, {"stride: int"}}) &&
    Register<DepthwiseInputGrad>({"ReeflineDepthwiseInputGrad", {"kernel", "dy"}, {"dx"}, {"stride: int", "height: int", "width: int"}}) &&
    Register<DepthwiseFilterGrad>({"ReeflineDepthwiseFilterGrad", {"x", "dy"}, {"d_kernel"}, {"stride: int", "kernel: int"}});

}  // namespace
}  // namespace reefline
