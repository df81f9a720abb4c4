// core/enginery/plugin.hpp: what a plugin of tasks includes.
#pragma once

#include <enginery/abi.hpp>
#include <enginery/arguments.hpp>
#include <enginery/function.hpp>
#include <enginery/namespace.hpp>

namespace enginery {

/// What the body of a plugin defines its names in: a namespace of its own when it is imported, the engine's when it is
/// run.
class ENGINERY_API Module {
 public:
  /// Names go to `into`; `module` is the name of the functions' module, empty when they belong to the engine.
  Module(Namespace& into, std::string module, BuildId build_id)
      : into_(into), module_(std::move(module)), build_id_(std::move(build_id)) {}
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// The text that describes the plugin.
  Module& doc(std::string_view text);

  /// Defines a task. After the function come the parameters' names, all or none, with or without a default
  /// ("A"_a, "levels"_a = 2), and its doc, in any order. A `const char*` is always the doc. Throws ValueError if this
  /// body has defined that name already.
  template <class F, class... E>
  Module& def(std::string_view name, F function, const E&... extra);

  /// Defines a variable.
  Module& set(std::string_view name, Value value);

  const std::string& text() const noexcept { return doc_; }

 private:
  /// What def() was given after the function: a parameter's name, with its default or without, or the doc.
  struct Extra {
    Extra(ArgumentName name) : text(name.text()), kind(Kind::name) {}
    Extra(const char* doc) : text(doc), kind(Kind::doc) {}
    template <class T>
    Extra(const Keyword<T>& keyword) : text(keyword.name), fallback(keyword.value), kind(Kind::fallback) {}
    Extra() : kind(Kind::nothing) {}

    enum class Kind : std::uint8_t { name, fallback, doc, nothing };
    std::string_view text;
    Value fallback;
    Kind kind;
  };
  Module& define(std::string_view name, std::span<const Extra> extras, const Function::Type& type,
                 std::shared_ptr<void> object);

  Namespace& into_;
  std::string module_;
  BuildId build_id_;
  std::string doc_;
  std::vector<std::string> tasks_;  // that were defined so far
};

namespace detail {

/// Whether names, defaults and docs are as many and in the order that a function of `parameters` needs.
template <class... Extra>
struct DefExtras {
  static constexpr std::size_t kNames =
      ((std::is_same_v<Extra, ArgumentName> || KeywordArgument<Extra>)+... + std::size_t{0});
  static constexpr bool defaults_last() {
    [[maybe_unused]] bool fallback = false, good = true;
    ((KeywordArgument<Extra> ? void(fallback = true)
                             : void(good = good && !(fallback && std::is_same_v<Extra, ArgumentName>))),
     ...);
    return good;
  }
};

}  // namespace detail

template <class F, class... E>
Module& Module::def(std::string_view name, F function, const E&... extra) {
  using Extras = detail::DefExtras<std::decay_t<E>...>;
  static_assert(((std::is_same_v<E, ArgumentName> || KeywordArgument<E> || std::is_convertible_v<E, const char*>)&&...),
                "m.def takes, after the function, names of parameters (\"x\"_a, \"x\"_a = 2) and a text");
  static_assert(Extras::defaults_last(), "a parameter without a default cannot follow one with a default");
  Function::check<F>();
  if constexpr (detail::HasSignature<F>) {
    static_assert(Extras::kNames == 0 || Extras::kNames == detail::ErasedCallOf<F>::kParameters,
                  "m.def needs a name for each of the function's parameters, or none");
    const Extra extras[] = {Extra(extra)..., Extra()};
    return define(name, extras, detail::ErasedCallOf<F>::template kType<F>, Function::keep(std::move(function)));
  }
}

extern "C" {

/// How a plugin's body reports what it threw: as data, since an exception must not cross a C boundary.
using EngineryReport = void (*)(void* context, const char* ename, const char* text);

/// What a plugin shows to the world, as the symbol `enginery_plugin_descriptor`. Plain C: it is read before it is
/// trusted.
struct EngineryPluginDescriptor {
  std::uint32_t size;   ///< of this struct
  std::uint32_t abi;    ///< ENGINERY_PLUGIN_ABI
  const char* abi_tag;  ///< ENGINERY_ABI_TAG
  const char* name;
  const char* version;
  /// Runs the body on a Module. False when it threw; then `report` was called once.
  bool (*enter)(void* module, EngineryReport report, void* context) noexcept;
};
}

namespace detail {

/// Runs `body`, and turns what it throws into data.
ENGINERY_API bool enter_plugin(void (*body)(Module&), void* module, EngineryReport report, void* context) noexcept;

}  // namespace detail

}  // namespace enginery

#ifndef ENGINERY_PLUGIN_VERSION
#define ENGINERY_PLUGIN_VERSION ""
#endif

/// `ENGINERY_PLUGIN(norms, m) { m.def(…); }`: makes this shared object the plugin `norms`. The body runs when the
/// plugin is imported or run, and once in a program that applies a function of this shared object, which asks for its
/// name here; nothing runs when the file is loaded. Once per plugin, at namespace scope. The name may be a macro, which
/// a build defines.
#define ENGINERY_PLUGIN(plugin_name, module_variable) ENGINERY_PLUGIN_NAMED(plugin_name, module_variable)
#define ENGINERY_PLUGIN_NAMED(plugin_name, module_variable)                                                            \
  ENGINERY_ABI_NOTE();                                                                                                 \
  namespace enginery_plugin_##plugin_name {                                                                            \
    using enginery::literals::operator""_a;                                                                            \
    static void body(::enginery::Module&);                                                                             \
    static bool enter(void* module, ::enginery::EngineryReport report, void* context) noexcept {                       \
      return ::enginery::detail::enter_plugin(&body, module, report, context);                                         \
    }                                                                                                                  \
  }                                                                                                                    \
  extern "C" {                                                                                                         \
  extern const ::enginery::EngineryPluginDescriptor __attribute__((visibility("default"))) enginery_plugin_descriptor; \
  constinit const ::enginery::EngineryPluginDescriptor enginery_plugin_descriptor = {                                  \
      sizeof(::enginery::EngineryPluginDescriptor),                                                                    \
      ENGINERY_PLUGIN_ABI,                                                                                             \
      ENGINERY_ABI_TAG,                                                                                                \
      #plugin_name,                                                                                                    \
      ENGINERY_PLUGIN_VERSION,                                                                                         \
      &enginery_plugin_##plugin_name::enter};                                                                          \
  }                                                                                                                    \
  void enginery_plugin_##plugin_name::body([[maybe_unused]] ::enginery::Module& module_variable)
