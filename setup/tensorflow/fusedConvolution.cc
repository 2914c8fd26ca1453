// TensorFlow.js's binding sets no attribute that is a list of strings or of types, and a fused convolution needs both. The linker sends
// the binding's string attributes here (--wrap): one named `fused_ops` is split at its commas, and says with it that the convolution has
// one further argument of 32-bit floats, the bias.
#include <string>
#include <vector>

#include "tensorflow/c/eager/c_api.h"

extern "C" {
void __real_TFE_OpSetAttrString(TFE_Op* op, const char* name, const void* value, size_t length);

void __wrap_TFE_OpSetAttrString(TFE_Op* op, const char* name, const void* value, size_t length) {
  if (std::string(name) != "fused_ops") {
    __real_TFE_OpSetAttrString(op, name, value, length);
    return;
  }
  const std::string text(static_cast<const char*>(value), length);
  std::vector<const void*> values;
  std::vector<size_t> lengths;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = text.find(',', from);
    const size_t to = comma == std::string::npos ? text.size() : comma;
    values.push_back(text.data() + from);
    lengths.push_back(to - from);
    from = to + 1;
  }
  TFE_OpSetAttrStringList(op, name, values.data(), lengths.data(), static_cast<int>(values.size()));
  const TF_DataType bias = TF_FLOAT;
  TFE_OpSetAttrTypeList(op, "TArgs", &bias, 1);
}
}
