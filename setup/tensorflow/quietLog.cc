// Compiled into TensorFlow's binding. The library logs through Abseil while it is being loaded, before anything can set Abseil up,
// and TF_CPP_MIN_LOG_LEVEL is not read there, so every start would print "oneDNN custom operations are on …". The dynamic linker looks
// for symbols in the binding before it looks in the libraries that the binding needs: this definition of Abseil's question "which
// messages are wanted?" answers from the variable. A TensorFlow with another Abseil asks under another name and only prints its lines.
#include <cstdlib>

namespace absl {
inline namespace lts_20250814 {

enum class LogSeverityAtLeast : int { kInfo = 0, kFatal = 3 };

__attribute__((visibility("default"))) LogSeverityAtLeast MinLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  const int wanted = level == nullptr ? 0 : std::atoi(level);
  return static_cast<LogSeverityAtLeast>(wanted < 0 ? 0 : wanted > 3 ? 3 : wanted);
}

}  // namespace lts_20250814
}  // namespace absl
