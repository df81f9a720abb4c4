// core/tasks/signals.cpp: signal handlers that stay on an engine.
#include <enginery/signals.hpp>

#include <utility>

namespace enginery {

namespace {
thread_local bool signals_are_to_stay = false;
}  // namespace

void keep_signal_handlers() noexcept { signals_are_to_stay = true; }
bool signal_handlers_are_kept() noexcept { return std::exchange(signals_are_to_stay, false); }

}  // namespace enginery
