// core/enginery/abi.hpp: what must be the same on both sides of a dlopen, as text, and as a note in the ELF file.
#pragma once

#include <version>  // libstdc++'s own macros

/// Raised when the layout of what crosses the boundary changes: the descriptor, Module, Value, Function.
#define ENGINERY_PLUGIN_ABI 1

#define ENGINERY_QUOTE_TOKEN(token) #token
#define ENGINERY_QUOTE(token) ENGINERY_QUOTE_TOKEN(token)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ENGINERY_ABI_ADDRESS_SANITIZER
#elif __has_feature(thread_sanitizer)
#define ENGINERY_ABI_THREAD_SANITIZER
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(ENGINERY_ABI_ADDRESS_SANITIZER)
#define ENGINERY_ABI_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__) || defined(ENGINERY_ABI_THREAD_SANITIZER)
#define ENGINERY_ABI_SANITIZER "thread"
#else
#define ENGINERY_ABI_SANITIZER "none"
#endif

#ifdef _GLIBCXX_DEBUG
#define ENGINERY_ABI_DEBUG "1"
#else
#define ENGINERY_ABI_DEBUG "0"
#endif

/// For instance "enginery=1 cxx11=1 debug=0 gxx=1017 sanitizer=none pointer=8".
#ifndef ENGINERY_ABI_TAG
#define ENGINERY_ABI_TAG                                                                                     \
  "enginery=" ENGINERY_QUOTE(ENGINERY_PLUGIN_ABI) " cxx11=" ENGINERY_QUOTE(                                  \
      _GLIBCXX_USE_CXX11_ABI) " debug=" ENGINERY_ABI_DEBUG                                                   \
                              " gxx=" ENGINERY_QUOTE(__GXX_ABI_VERSION) " sanitizer=" ENGINERY_ABI_SANITIZER \
                                                                        " pointer=" ENGINERY_QUOTE(__SIZEOF_POINTER__)
#endif

/// Writes the tag into the file as a note (owner "enginery", type 1), which is read without mapping anything. A note,
/// because it survives `strip` and `--gc-sections`; by assembler, because a section attribute would make it data.
#define ENGINERY_ABI_NOTE()                         \
  __asm__(                                          \
      ".pushsection .note.enginery, \"a\", %note\n" \
      ".balign 4\n"                                 \
      ".long 9\n"                                   \
      ".long 8f - 7f\n"                             \
      ".long 1\n"                                   \
      ".asciz \"enginery\"\n"                       \
      ".balign 4\n"                                 \
      "7: .asciz \"" ENGINERY_ABI_TAG               \
      "\"\n"                                        \
      "8: .balign 4\n"                              \
      ".popsection\n")
