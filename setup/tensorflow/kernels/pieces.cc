// A flat vector of weights taken apart into tensors of their own shapes, and their gradients put together again.
#include <cstring>

#include "kernelCall.h"
#include "parallel.h"

namespace reefline {
namespace {

/** Where the pieces begin in the flat vector. */
std::vector<int64_t> Places(const std::vector<Floats>& pieces) {
  std::vector<int64_t> places{0};
  for (const Floats& piece : pieces) places.push_back(places.back() + piece.size());
  return places;
}

struct Unpack {
  std::vector<std::vector<int64_t>> shapes;

  /** `shapes`: for every piece how many sides it has, and those. */
  explicit Unpack(Attributes& attributes) {
    const std::vector<int64_t> all = attributes.wholes("shapes");
    for (size_t at = 0; at < all.size();) {
      const size_t rank = static_cast<size_t>(all[at++]);
      if (rank > all.size() - at) break;
      shapes.emplace_back(all.begin() + at, all.begin() + at + rank);
      at += rank;
    }
  }

  void compute(Call& call) {
    const Floats flat = call.input(0);
    std::vector<Floats> pieces;
    int64_t total = 0;
    for (const std::vector<int64_t>& shape : shapes) {
      int64_t count = 1;
      for (int64_t side : shape) count *= side;
      total += count;
    }
    if (call.refuse(total != flat.size() || static_cast<int>(shapes.size()) != call.outputs(), "the pieces are as long as the vector together"))
      return;
    for (size_t i = 0; i < shapes.size(); i++) pieces.push_back(call.output(static_cast<int>(i), shapes[i]));
    if (call.refuse(false, "")) return;
    const std::vector<int64_t> places = Places(pieces);
    Parallel(static_cast<int64_t>(pieces.size()),
             [&](int64_t i) { std::memcpy(pieces[i].data(), flat.data() + places[i], pieces[i].size() * sizeof(float)); });
  }
};

struct Pack {
  explicit Pack(Attributes&) {}

  void compute(Call& call) {
    std::vector<Floats> pieces;
    for (int i = 0; i < call.inputs(); i++) pieces.push_back(call.input(i));
    const std::vector<int64_t> places = Places(pieces);
    const Floats flat = call.output(0, {places.back()});
    if (call.refuse(false, "")) return;
    Parallel(static_cast<int64_t>(pieces.size()),
             [&](int64_t i) { std::memcpy(flat.data() + places[i], pieces[i].data(), pieces[i].size() * sizeof(float)); });
  }
};

const bool registered =
    Register<Unpack>({"ReeflineUnpack", {"flat"}, {"pieces: N * float"}, {"N: int >= 1", "shapes: list(int)"}}) &&
    Register<Pack>({"ReeflinePack", {"pieces: N * float"}, {"flat"}, {"N: int >= 1"}});

}  // namespace
}  // namespace reefline
