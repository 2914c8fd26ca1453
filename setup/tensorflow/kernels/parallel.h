// Work shared among threads that stay, as many as TensorFlow's own (TF_NUM_INTRAOP_THREADS, or one for each processor).
#pragma once

#include <cstdint>
#include <functional>

namespace reefline {

/** Calls work(0) … work(count − 1), each once, in any order and at the same time; returns when all are done. */
void Parallel(int64_t count, const std::function<void(int64_t)>& work);

}  // namespace reefline

// One body, compiled for what processors can do and chosen when the library is loaded. The loops it holds are written so that a
// compiler turns them into vectors; nothing here depends on how wide those are, so the sums of a call come out the same.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#if __GNUC__ >= 12
#define REEFLINE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define REEFLINE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define REEFLINE_CLONES
#endif
#define REEFLINE_INLINE inline __attribute__((always_inline))
