#include "parallel.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace reefline {
namespace {

int ThreadCount() {
  const char* told = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int wanted = told == nullptr ? 0 : std::atoi(told);
  const int count = wanted > 0 ? wanted : static_cast<int>(std::thread::hardware_concurrency());
  return count < 1 ? 1 : count > 32 ? 32 : count;
}

class Pool {
 public:
  explicit Pool(int helpers) : helpers_(helpers) {
    for (int i = 0; i < helpers; i++) std::thread([this] { Help(); }).detach();
  }

  void Run(int64_t count, const std::function<void(int64_t)>& work) {
    // One call at a time: another thread that comes meanwhile does its work alone.
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (!turn.owns_lock() || helpers_ == 0 || count < 2) {
      for (int64_t i = 0; i < count; i++) work(i);
      return;
    }
    {
      std::lock_guard<std::mutex> hold(mutex_);
      work_ = &work;
      count_ = count;
      next_.store(0);
      busy_ = helpers_;
      round_++;
    }
    begin_.notify_all();
    Take(work, count);
    std::unique_lock<std::mutex> hold(mutex_);
    end_.wait(hold, [this] { return busy_ == 0; });
  }

 private:
  void Take(const std::function<void(int64_t)>& work, int64_t count) {
    for (int64_t i = next_.fetch_add(1); i < count; i = next_.fetch_add(1)) work(i);
  }

  void Help() {
    uint64_t seen = 0;
    std::unique_lock<std::mutex> hold(mutex_);
    for (;;) {
      begin_.wait(hold, [&] { return round_ != seen; });
      seen = round_;
      const std::function<void(int64_t)>& work = *work_;
      const int64_t count = count_;
      hold.unlock();
      Take(work, count);
      hold.lock();
      if (--busy_ == 0) end_.notify_one();
    }
  }

  const int helpers_;
  std::mutex turn_;
  std::mutex mutex_;
  std::condition_variable begin_;
  std::condition_variable end_;
  std::atomic<int64_t> next_{0};
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t count_ = 0;
  uint64_t round_ = 0;
  int busy_ = 0;
};

}  // namespace

void Parallel(int64_t count, const std::function<void(int64_t)>& work) {
  // Never destroyed: its threads wait in it until the process ends.
  static Pool& pool = *new Pool(ThreadCount() - 1);
  pool.Run(count, work);
}

}  // namespace reefline
