// core/session/forgotten.cpp: the sessions that an engine must never open again.
#include "core/session/forgotten.hpp"

namespace enginery::session {
namespace {

std::string seconds(Time time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

std::string words_of(Farewell why, const Limits& limits) {
  const std::string places = "all its " + std::to_string(limits.sessions) + " places for clients were taken";
  switch (why) {
    case Farewell::bye:
      return "the client had ended it";
    case Farewell::gone:
      return "the client's process was taken for gone";
    case Farewell::silent:
      return "it heard nothing of this client for " + seconds(limits.silence) + ", as when a computer sleeps";
    case Farewell::newcomer:
      return places +
             ", and this client's was idle, so another client got it; end clients or start more engines if "
             "it happens again";
    case Farewell::unheard:
      return places + ", and it heard nothing of this client for " + seconds(limits.unheard) +
             ", so another client got its place; end clients or start more engines if it happens again";
    case Farewell::half_given:
      return "it heard nothing of this client for " + seconds(limits.unheard) + " in the midst of a large argument";
    case Farewell::broken:
      return "the session broke its limits; client and engine must be of the same release";
  }
  return "it has ended";
}

}  // namespace enginery::session
