// core/wire/envelope.hpp: verification and building that the envelopes of all schemas share.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>

#include <enginery/errors.hpp>
#include <enginery/uuid.hpp>

#include "core/wire/frame.hpp"

namespace enginery::wire {

using Builder = flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset, flatbuffers::String, flatbuffers::Vector;

inline constexpr flatbuffers::uoffset_t kMaxDepth = 32;
inline constexpr flatbuffers::uoffset_t kMaxTables = 20000;

/// Throws ProtocolError, with words: what came is no message of enginery's.
template <class... Values>
[[noreturn]] void refuse(fmt::format_string<Values...> words, Values&&... values) {
  throw ProtocolError(fmt::format(words, std::forward<Values>(values)...));
}

/// The root table of a verified envelope. Throws ProtocolError.
template <class Table>
const Table& verified(std::span<const std::uint8_t> envelope, const char* name) {
  if (envelope.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
    refuse("the envelope of a {} has {} bytes, beyond what an envelope may have", name, envelope.size());
  flatbuffers::Verifier verifier(envelope.data(), envelope.size(), kMaxDepth, kMaxTables);
  if (!verifier.VerifyBuffer<Table>(nullptr)) refuse("the envelope of a {} does not pass verification", name);
  return *flatbuffers::GetRoot<Table>(envelope.data());
}

/// A vector of a verified envelope, if it is there. Throws ProtocolError when its elements do not lie where their type
/// has to, which the verifier checks for what comes before them only. An empty one may lie anywhere.
template <class T>
const Vector<T>* aligned(const Vector<T>* vector, const char* name) {
  using Element = std::remove_pointer_t<typename Vector<T>::return_type>;
  if (vector && vector->size() > 0 && reinterpret_cast<std::uintptr_t>(vector->Data()) % alignof(Element) != 0)
    refuse("a vector in the envelope of a {} is not aligned", name);
  return vector;
}

/// The enumerator of `code`, if it is none beyond `last`. `what`, as "a reply has the unknown status", begins the
/// ProtocolError.
template <class Enum>
Enum checked(std::uint8_t code, Enum last, std::string_view what) {
  if (code > static_cast<std::uint8_t>(last)) refuse("{} {}", what, code);
  return static_cast<Enum>(code);
}

/// Throws ProtocolError if something follows the envelope.
inline void expect_no_bodies(const Opened& opened, const char* name) {
  if (!opened.bodies.empty()) refuse("a {} has bytes behind its envelope", name);
}

template <class Id>
Id to_id(const Uuid& uuid) {
  Id id;
  static_assert(sizeof id == sizeof uuid.bytes);
  std::memcpy(static_cast<void*>(&id), uuid.bytes.data(), sizeof id);
  return id;
}

template <class Id>
Uuid to_uuid(const Id* id) {
  Uuid uuid;
  if (id) std::memcpy(uuid.bytes.data(), static_cast<const void*>(id), sizeof uuid.bytes);
  return uuid;
}

/// Like `thread_local T`, except that a thread's first use takes no lock of the dynamic linker: a destructor that is
/// registered while another thread is inside of dlopen waits until that is done, and what dlopen runs (a plugin's
/// static constructors) may wait for us.
template <class T>
class PerThread {
 public:
  static T& get() {
    if (!mine_) {
      static const pthread_key_t key = make_key();
      auto fresh = std::make_unique<T>();
      pthread_setspecific(key, fresh.get());
      mine_ = fresh.release();
    }
    return *mine_;
  }

 private:
  static pthread_key_t make_key() {
    pthread_key_t key{};
    pthread_key_create(&key, [](void* object) {
      mine_ = nullptr;
      delete static_cast<T*>(object);
    });
    return key;
  }

  static inline thread_local T* mine_ = nullptr;
};

/// Remembers that an allocation failed: the builder itself goes on as if it had the memory, and must be reset.
class BuilderMemory : public flatbuffers::DefaultAllocator {
 public:
  std::uint8_t* allocate(std::size_t size) override {
    failed_ = true;
    std::uint8_t* const memory = flatbuffers::DefaultAllocator::allocate(size);
    failed_ = false;
    return memory;
  }
  /// Whether one failed since the last call.
  bool failed() { return std::exchange(failed_, false); }

 private:
  bool failed_ = false;
};

/// A builder that keeps its memory from one message of this thread to the next.
inline Builder& fresh_builder() {
  struct Reused {
    BuilderMemory memory;
    Builder builder{4096, &memory};
  };
  Reused& reused = PerThread<Reused>::get();
  if (reused.memory.failed())
    reused.builder.Reset();
  else
    reused.builder.Clear();
  return reused.builder;
}

inline std::span<const std::byte> written(const Builder& builder) {
  return std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
}

/// The message of the envelope with this root; `body` follows it, and on PUB/SUB `topic` stands in front.
template <class Table>
messages::Message message_of(MessageKind kind, Builder& builder, Offset<Table> root, const Bytes& body = {},
                             std::string_view topic = {}) {
  builder.Finish(root);
  messages::Message message = frame(kind, written(builder), body.size(), topic);
  if (!body.empty()) std::memcpy(bodies_of(message, builder.GetSize()), body.data(), body.size());
  return message;
}

/// A text that may be left out: an empty one takes no place.
inline Offset<String> add_string(Builder& builder, std::string_view text) {
  return text.empty() ? 0 : builder.CreateString(text.data(), text.size());
}
/// One that need not be UTF-8.
inline Offset<Vector<std::uint8_t>> add_bytes(Builder& builder, std::string_view text) {
  return text.empty() ? 0 : builder.CreateVector(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

inline std::string text_of(const String* text) { return text ? text->str() : std::string(); }
/// One that need not be UTF-8, where it lies.
inline std::string_view view_of(const Vector<std::uint8_t>* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text->data()), text->size()) : std::string_view();
}
inline std::string text_of(const Vector<std::uint8_t>* text) { return std::string(view_of(text)); }

}  // namespace enginery::wire
