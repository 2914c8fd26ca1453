// TensorFlow's C interface for kernels, as short as the kernels here need it. All tensors are 32-bit floats on the processor.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// What is used of tensorflow/c/kernels.h, which asks for headers that the wheel does not hold.
extern "C" {
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_OpKernelContext TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op_name, const char* device_name, void* (*create_func)(TF_OpKernelConstruction*),
                                      void (*compute_func)(void*, TF_OpKernelContext*), void (*delete_func)(void*));
void TF_RegisterKernelBuilder(const char* kernel_name, TF_KernelBuilder* builder, TF_Status* status);
void TF_GetInput(TF_OpKernelContext* ctx, int i, TF_Tensor** tensor, TF_Status* status);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int index, TF_DataType dtype, const int64_t* dims, int num_dims, size_t len,
                             TF_Status* status);
int TF_NumInputs(TF_OpKernelContext* ctx);
int TF_NumOutputs(TF_OpKernelContext* ctx);
void TF_OpKernelContext_Failure(TF_OpKernelContext* ctx, TF_Status* status);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction* ctx, TF_Status* status);
void TF_OpKernelConstruction_GetAttrInt32(TF_OpKernelConstruction* ctx, const char* attr_name, int32_t* val, TF_Status* status);
void TF_OpKernelConstruction_GetAttrSize(TF_OpKernelConstruction* ctx, const char* attr_name, int32_t* list_size, int32_t* total_size,
                                         TF_Status* status);
void TF_OpKernelConstruction_GetAttrInt64List(TF_OpKernelConstruction* ctx, const char* attr_name, int64_t* vals, int max_vals,
                                              TF_Status* status);
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction* ctx, const char* attr_name, float* val, TF_Status* status);
}

namespace reefline {

/** An input or an output of the call at hand. */
class Floats {
 public:
  Floats() = default;
  explicit Floats(TF_Tensor* tensor) : tensor_(tensor) {}
  Floats(Floats&& other) noexcept : tensor_(other.tensor_) { other.tensor_ = nullptr; }
  Floats& operator=(Floats&& other) noexcept {
    std::swap(tensor_, other.tensor_);
    return *this;
  }
  ~Floats() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }
  float* data() const { return static_cast<float*>(TF_TensorData(tensor_)); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  int rank() const { return TF_NumDims(tensor_); }
  int64_t side(int i) const { return TF_Dim(tensor_, i); }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> sides;
    for (int i = 0; i < rank(); i++) sides.push_back(side(i));
    return sides;
  }

 private:
  TF_Tensor* tensor_ = nullptr;
};

/** One call of a kernel. After a failure nothing more is asked of it. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() { TF_DeleteStatus(status_); }

  int inputs() const { return TF_NumInputs(context_); }
  int outputs() const { return TF_NumOutputs(context_); }

  Floats input(int i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, i, &tensor, status_);
    return Floats(tensor);
  }

  Floats output(int i, const std::vector<int64_t>& shape) {
    int64_t count = 1;
    for (int64_t side : shape) count *= side;
    return Floats(TF_AllocateOutput(context_, i, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                    static_cast<size_t>(count) * sizeof(float), status_));
  }

  /** Tells TensorFlow, which tells the caller; answers whether it was so. */
  bool refuse(bool wrong, const char* what) {
    if (TF_GetCode(status_) == TF_OK && wrong) TF_SetStatus(status_, TF_INVALID_ARGUMENT, what);
    if (TF_GetCode(status_) == TF_OK) return false;
    TF_OpKernelContext_Failure(context_, status_);
    return true;
  }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
};

/** Reads a kernel's attributes when it is made. */
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction) {}
  int32_t whole(const char* name) {
    int32_t value = 0;
    TF_Status* status = TF_NewStatus();
    TF_OpKernelConstruction_GetAttrInt32(construction_, name, &value, status);
    finish(status);
    return value;
  }
  float real(const char* name) {
    float value = 0;
    TF_Status* status = TF_NewStatus();
    TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status);
    finish(status);
    return value;
  }
  std::vector<int64_t> wholes(const char* name) {
    int32_t count = 0, total = 0;
    TF_Status* status = TF_NewStatus();
    TF_OpKernelConstruction_GetAttrSize(construction_, name, &count, &total, status);
    std::vector<int64_t> values(count > 0 ? count : 0);
    if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrInt64List(construction_, name, values.data(), count, status);
    finish(status);
    return values;
  }

 private:
  void finish(TF_Status* status) {
    if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction_, status);
    TF_DeleteStatus(status);
  }
  TF_OpKernelConstruction* construction_;
};

/** What goes in and comes out, and "epsilon: float" or the like. */
struct Definition {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;
};

/** A tensor of floats unless it says otherwise. */
inline std::string Spec(const std::string& name) { return name.find(':') == std::string::npos ? name + ": float" : name; }

/** Makes Kernel(Attributes) an operation of TensorFlow for the processor; Kernel has `void compute(Call&)`. */
template <typename Kernel>
bool Register(const Definition& definition) {
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* name : definition.inputs) TF_OpDefinitionBuilderAddInput(builder, Spec(name).c_str());
  for (const char* name : definition.outputs) TF_OpDefinitionBuilderAddOutput(builder, Spec(name).c_str());
  for (const char* attribute : definition.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, [](TF_ShapeInferenceContext* context, TF_Status* status) {
    TF_ShapeInferenceContextSetUnknownShape(context, status);
  });
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(builder, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(
        definition.name, "CPU",
        [](TF_OpKernelConstruction* construction) -> void* {
          Attributes attributes(construction);
          return new Kernel(attributes);
        },
        [](void* kernel, TF_OpKernelContext* context) {
          Call call(context);
          static_cast<Kernel*>(kernel)->compute(call);
        },
        [](void* kernel) { delete static_cast<Kernel*>(kernel); });
    TF_RegisterKernelBuilder(definition.name, kernel, status);
  }
  const bool works = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return works;
}

}  // namespace reefline
