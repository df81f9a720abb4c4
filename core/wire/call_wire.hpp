// core/wire/call_wire.hpp: what a task asks for and what came of it, as bodies for a session.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <enginery/uuid.hpp>
#include <enginery/value.hpp>

namespace enginery::wire {

enum class Op : std::uint8_t { apply, push, pull, erase, import, run, execute, keys, clear, map };
inline constexpr Op kLastOp = Op::map;
/// "apply", "push", …
const char* to_string(Op op);

using Keywords = std::vector<std::pair<std::string, Value>>;

/// Code that is called by where it is; see core/schema/call.fbs.
struct Code {
  std::string maker, function;
  std::string object;  ///< any bytes
};

struct Call {
  Op op = Op::apply;
  std::string name;
  std::vector<Value> positional;
  Keywords keywords;
  std::optional<Code> code;
  std::string signature;
  std::string keep;
  std::vector<Uuid> waiting{};  ///< engines that wait for whoever calls
};

struct Failure {
  std::string ename, evalue, traceback;
};

/// Times in nanoseconds since 1970, UTC; `ran` in nanoseconds of a steady clock.
struct Outcome {
  std::int64_t started = 0, completed = 0;
  std::string build_id;
  std::string execute_result;  ///< repr() of what the last statement gave, if it gave something
  Value value;
  std::optional<Failure> failure;
  std::string out, err;  ///< what the task wrote to stdout and stderr; any bytes
  std::int64_t ran = 0;
};

/// A body and the payloads that are too large to travel in it.
struct Packed {
  Bytes body;
  std::vector<Bytes> bulk;
  std::uint64_t size() const;
};

/// The parts of a Call, by reference: nothing is copied before it is packed.
struct CallParts {
  Op op = Op::apply;
  std::string_view name{};
  std::span<const Value> positional{};
  std::span<const std::pair<std::string, Value>> keywords{};
  const Code* code = nullptr;
  std::string_view signature{};
  std::string_view keep{};
  std::span<const Uuid> waiting{};  ///< engines that wait for whoever calls
};
/// Payloads above `inline_bytes` become bulk, and so does the body itself. Throws TypeError for what cannot be encoded,
/// ValueError for what is nested too deeply, or exceeds 1 GiB with all texts and names, but without the payloads.
Packed pack(const CallParts& call, std::size_t inline_bytes);
Packed pack(const Outcome& outcome, std::size_t inline_bytes);

/// Throws ProtocolError.
Call unpack_call(const Bytes& body, std::span<const Bytes> bulk);
Outcome unpack_outcome(const Bytes& body, std::span<const Bytes> bulk);

/// What an outcome says beside its value.
struct OutcomeSummary {
  bool failed = false;
  std::int64_t ran = 0;  ///< nanoseconds, as of Outcome
};
/// As unpack_outcome(), but makes no value and copies no payload, and so does not notice what is wrong with these.
OutcomeSummary summary_of(const Bytes& body, std::span<const Bytes> bulk = {});

}  // namespace enginery::wire
