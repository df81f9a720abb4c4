// core/enginery/abi.hpp: what a shared object says of how it was built, as text, and as notes in its ELF file.
#pragma once

#include <version>  // the C++ library's own macros

#include <enginery/instruction_sets.hpp>

/// Raised when the layout of what crosses the boundary changes: the descriptor, Module, Value, Function.
#define ENGINERY_PLUGIN_ABI 2

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ENGINERY_ABI_ADDRESS_SANITIZER
#elif __has_feature(thread_sanitizer)
#define ENGINERY_ABI_THREAD_SANITIZER
#elif __has_feature(memory_sanitizer)
#define ENGINERY_ABI_MEMORY_SANITIZER
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(ENGINERY_ABI_ADDRESS_SANITIZER)
#define ENGINERY_ABI_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__) || defined(ENGINERY_ABI_THREAD_SANITIZER)
#define ENGINERY_ABI_SANITIZER "thread"
#elif defined(ENGINERY_ABI_MEMORY_SANITIZER)
#define ENGINERY_ABI_SANITIZER "memory"
#else
#define ENGINERY_ABI_SANITIZER "none"
#endif

#ifdef _GLIBCXX_DEBUG
#define ENGINERY_ABI_DEBUG "1"
#else
#define ENGINERY_ABI_DEBUG "0"
#endif

#if defined(_GLIBCXX_USE_CXX11_ABI)
#define ENGINERY_ABI_STDLIB "libstdc++ cxx11=" ENGINERY_QUOTE(_GLIBCXX_USE_CXX11_ABI) " debug=" ENGINERY_ABI_DEBUG
#elif defined(_LIBCPP_VERSION)
#define ENGINERY_ABI_STDLIB "libc++"
#else
#define ENGINERY_ABI_STDLIB "unknown"
#endif

/// What must be the same on both sides of a dlopen, for instance
/// "enginery=2 stdlib=libstdc++ cxx11=1 debug=0 sanitizer=none pointer=8". Not the compiler: those that have the same
/// C++ library agree on the layout of its classes, on names and on exceptions.
#ifndef ENGINERY_ABI_TAG
#define ENGINERY_ABI_TAG                                                                                              \
  "enginery=" ENGINERY_QUOTE(ENGINERY_PLUGIN_ABI) " stdlib=" ENGINERY_ABI_STDLIB " sanitizer=" ENGINERY_ABI_SANITIZER \
                                                  " pointer=" ENGINERY_QUOTE(__SIZEOF_POINTER__)
#endif

/// For people: "g++ 12.2.0".
#ifndef ENGINERY_BUILT_BY
#if defined(__clang__)
#define ENGINERY_BUILT_BY                                                                            \
  "clang++ " ENGINERY_QUOTE(__clang_major__) "." ENGINERY_QUOTE(__clang_minor__) "." ENGINERY_QUOTE( \
      __clang_patchlevel__)
#else
#define ENGINERY_BUILT_BY \
  "g++ " ENGINERY_QUOTE(__GNUC__) "." ENGINERY_QUOTE(__GNUC_MINOR__) "." ENGINERY_QUOTE(__GNUC_PATCHLEVEL__)
#endif
#endif

#define ENGINERY_NOTE(type, text)                   \
  __asm__(                                          \
      ".pushsection .note.enginery, \"a\", %note\n" \
      ".balign 4\n"                                 \
      ".long 9\n"                                   \
      ".long 8f - 7f\n"                             \
      ".long " #type                                \
      "\n"                                          \
      ".asciz \"enginery\"\n"                       \
      ".balign 4\n"                                 \
      "7: .asciz \"" text                           \
      "\"\n"                                        \
      "8: .balign 4\n"                              \
      ".popsection\n")

/// Writes into the file, as notes of owner "enginery", the ABI tag (type 1), the compiler (2) and the instruction sets
/// (3) of this translation unit. They are read without mapping anything. Notes, because they survive `strip` and
/// `--gc-sections`; by assembler, because a section attribute would make them data.
#define ENGINERY_ABI_NOTE()            \
  ENGINERY_NOTE(1, ENGINERY_ABI_TAG);  \
  ENGINERY_NOTE(2, ENGINERY_BUILT_BY); \
  ENGINERY_NOTE(3, ENGINERY_INSTRUCTION_SETS)
