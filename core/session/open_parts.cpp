// core/session/open_parts.cpp: the chunk requests that wait for their answers, and those to be made again.
#include "core/session/open_parts.hpp"

#include <algorithm>

namespace enginery::session {

bool OpenParts::answered(const Part& part) {
  const bool was_open = std::erase_if(open_, [&](const Open& open) { return open.part == part; }) > 0;
  const bool was_late = std::erase(again_, part) > 0;
  if (was_open) {
    patience_ = limits_.unanswered;
    silences_ = 0;
  }
  return was_open || was_late;
}

void OpenParts::failed(const Part& part, Time now) {
  if (std::erase_if(open_, [&](const Open& open) { return open.part == part; }) == 0) return;
  // Not at once: a socket that refuses everything would make this a busy loop.
  if (again_.empty()) again_at_ = now + limits_.poll / 16;
  again_.push_back(part);
}

std::optional<Part> OpenParts::again(Time now) {
  if (again_.empty() || now < again_at_) return std::nullopt;
  const Part part = again_.back();
  again_.pop_back();
  return part;
}

bool OpenParts::expire(Time now) {
  if (patience_ == kNever) return false;
  bool expired = false;
  for (std::size_t i = 0; i < open_.size();) {
    if (now - open_[i].since < patience_) {
      ++i;
      continue;
    }
    if (again_.empty()) again_at_ = now;
    again_.push_back(open_[i].part);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
    expired = true;
  }
  if (!expired) return false;
  patience_ *= 2;
  return ++silences_ % kSilences == 0;
}

Time OpenParts::deadline() const {
  Time earliest = again_.empty() || !room() ? kNever : again_at_;
  if (patience_ != kNever)
    for (const Open& open : open_) earliest = std::min(earliest, open.since + patience_);
  return earliest;
}

}  // namespace enginery::session
