// tests/libraries/fourier.cpp: a plugin of FFTW's, whose plans stay on the engine. docs/libraries.md quotes it.
#include <complex>
#include <memory>
#include <vector>

#include <fftw3.h>

#include <enginery/plugin.hpp>

/// It can neither be copied nor sent, and has no codec: it stays on its engine.
class Plan {
 public:
  explicit Plan(int size) : numbers_(static_cast<std::size_t>(size)) {
    auto* const data = reinterpret_cast<fftw_complex*>(numbers_.data());
    plan_.reset(fftw_plan_dft_1d(size, data, data, FFTW_FORWARD, FFTW_MEASURE));
  }
  std::vector<std::complex<double>> run(const std::vector<std::complex<double>>& signal) {
    if (signal.size() != numbers_.size())
      throw enginery::ValueError("this plan is for " + std::to_string(numbers_.size()) + " numbers, not for " +
                                 std::to_string(signal.size()));
    std::copy(signal.begin(), signal.end(), numbers_.begin());
    fftw_execute(plan_.get());
    return numbers_;
  }

 private:
  struct Destroy {
    void operator()(fftw_plan plan) const { fftw_destroy_plan(plan); }
  };
  std::vector<std::complex<double>> numbers_;
  std::unique_ptr<fftw_plan_s, Destroy> plan_;
};

static Plan plan(int size) { return Plan(size); }
static std::vector<std::complex<double>> transform(Plan& plan, const std::vector<std::complex<double>>& signal) {
  return plan.run(signal);
}

ENGINERY_PLUGIN(fourier, m) {
  m.def("plan", plan, "size"_a, "A plan, which stays on the engine.");
  m.def("transform", transform, "plan"_a, "signal"_a);
}
