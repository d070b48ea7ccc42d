#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

// Collects times and tells their quantiles, in ms, to 0.05 ms; what is longer than 20 s counts as 20 s.
class Histogram {
 public:
  void add(double ms, uint32_t times = 1) {
    auto step = static_cast<long>(std::lround(ms / kStepMs));
    counts_[std::clamp(step, 0L, kSteps - 1)] += times;
    count_ += times;
  }

  void clear() {
    std::fill(counts_.begin(), counts_.end(), 0);
    count_ = 0;
  }

  uint64_t count() const { return count_; }

  // The time that a share `q` of all does not exceed; 0 when there are none.
  double quantile(double q) const {
    double left = q * static_cast<double>(count_);
    for (long step = 0; count_ > 0 && step < kSteps; step++) {
      left -= counts_[step];
      if (left <= 0) return static_cast<double>(step) * kStepMs;
    }
    return 0;
  }

 private:
  static constexpr double kStepMs = 0.05;
  static constexpr long kSteps = 400'000;
  std::vector<uint32_t> counts_ = std::vector<uint32_t>(kSteps);
  uint64_t count_ = 0;
};
