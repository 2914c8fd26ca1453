// One step of Adam (Kingma & Ba 2015) on one flat vector, in one pass over memory.
#include <algorithm>
#include <cmath>

#include "kernelCall.h"
#include "parallel.h"

namespace reefline {
namespace {

struct Betas {
  float first, second, epsilon;
};

REEFLINE_CLONES void Move(const float* __restrict w, const float* __restrict m, const float* __restrict v, const float* __restrict g,
                          const float* __restrict factor, float rate, Betas betas, int64_t length, float* __restrict nextW,
                          float* __restrict nextM, float* __restrict nextV) {
  for (int64_t i = 0; i < length; i++) {
    const float firstMoment = m[i] + (g[i] - m[i]) * (1 - betas.first);
    const float secondMoment = v[i] + (g[i] * g[i] - v[i]) * (1 - betas.second);
    nextM[i] = firstMoment;
    nextV[i] = secondMoment;
    nextW[i] = w[i] - firstMoment * (factor == nullptr ? rate : rate * factor[i]) / (std::sqrt(secondMoment) + betas.epsilon);
  }
}

struct Adam {
  Betas betas;
  explicit Adam(Attributes& attributes)
      : betas{attributes.real("beta1"), attributes.real("beta2"), attributes.real("epsilon")} {}

  void compute(Call& call) {
    const Floats w = call.input(0), m = call.input(1), v = call.input(2), g = call.input(3), rate = call.input(4), factor = call.input(5);
    const int64_t length = w.size();
    if (call.refuse(m.size() != length || v.size() != length || g.size() != length || rate.size() != 1 ||
                        (factor.size() != 0 && factor.size() != length),
                    "weights, moments and gradient are equally long, the rate is one number, and there is a factor for every weight or none"))
      return;
    const Floats nextW = call.output(0, w.shape()), nextM = call.output(1, w.shape()), nextV = call.output(2, w.shape());
    if (call.refuse(false, "")) return;
    constexpr int64_t block = 1 << 14;
    Parallel((length + block - 1) / block, [&](int64_t i) {
      const int64_t at = i * block;
      Move(w.data() + at, m.data() + at, v.data() + at, g.data() + at, factor.size() == 0 ? nullptr : factor.data() + at, rate.data()[0],
           betas, std::min(block, length - at), nextW.data() + at, nextM.data() + at, nextV.data() + at);
    });
  }
};

const bool registered = Register<Adam>({"ReeflineAdam",
                                        {"weights", "m", "v", "gradient", "rate", "factors"},
                                        {"next_weights", "next_m", "next_v"},
                                        {"beta1: float", "beta2: float", "epsilon: float"}});

}  // namespace
}  // namespace reefline
