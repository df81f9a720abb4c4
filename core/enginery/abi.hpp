// core/enginery/abi.hpp: what a shared object says of how it was built, as text, and as notes in its ELF file.
#pragma once

#include <version>  // the C++ library's own macros

#define ENGINERY_QUOTE_TOKEN(token) #token
#define ENGINERY_QUOTE(token) ENGINERY_QUOTE_TOKEN(token)

// "avx2=1 " where the compiler defines __AVX2__, else "avx2=__AVX2__ ": an #ifdef cannot stand inside of a list.
#define ENGINERY_INSTRUCTION_SET(name, macro) name "=" ENGINERY_QUOTE(macro) " "

// Those that compilers use unasked, and that sources use behind #ifdef; not what only an operating system needs. By the
// names of g++'s options, -mNAME.
#if defined(__x86_64__)
#define ENGINERY_INSTRUCTION_SETS                                        \
  ENGINERY_INSTRUCTION_SET("sse3", __SSE3__)                             \
  ENGINERY_INSTRUCTION_SET("ssse3", __SSSE3__)                           \
  ENGINERY_INSTRUCTION_SET("sse4.1", __SSE4_1__)                         \
  ENGINERY_INSTRUCTION_SET("sse4.2", __SSE4_2__)                         \
  ENGINERY_INSTRUCTION_SET("popcnt", __POPCNT__)                         \
  ENGINERY_INSTRUCTION_SET("lzcnt", __LZCNT__)                           \
  ENGINERY_INSTRUCTION_SET("movbe", __MOVBE__)                           \
  ENGINERY_INSTRUCTION_SET("bmi", __BMI__)                               \
  ENGINERY_INSTRUCTION_SET("bmi2", __BMI2__)                             \
  ENGINERY_INSTRUCTION_SET("tbm", __TBM__)                               \
  ENGINERY_INSTRUCTION_SET("adx", __ADX__)                               \
  ENGINERY_INSTRUCTION_SET("aes", __AES__)                               \
  ENGINERY_INSTRUCTION_SET("pclmul", __PCLMUL__)                         \
  ENGINERY_INSTRUCTION_SET("sha", __SHA__)                               \
  ENGINERY_INSTRUCTION_SET("sha512", __SHA512__)                         \
  ENGINERY_INSTRUCTION_SET("sm3", __SM3__)                               \
  ENGINERY_INSTRUCTION_SET("sm4", __SM4__)                               \
  ENGINERY_INSTRUCTION_SET("gfni", __GFNI__)                             \
  ENGINERY_INSTRUCTION_SET("rdrnd", __RDRND__)                           \
  ENGINERY_INSTRUCTION_SET("rdseed", __RDSEED__)                         \
  ENGINERY_INSTRUCTION_SET("avx", __AVX__)                               \
  ENGINERY_INSTRUCTION_SET("f16c", __F16C__)                             \
  ENGINERY_INSTRUCTION_SET("fma", __FMA__)                               \
  ENGINERY_INSTRUCTION_SET("fma4", __FMA4__)                             \
  ENGINERY_INSTRUCTION_SET("xop", __XOP__)                               \
  ENGINERY_INSTRUCTION_SET("avx2", __AVX2__)                             \
  ENGINERY_INSTRUCTION_SET("vaes", __VAES__)                             \
  ENGINERY_INSTRUCTION_SET("vpclmulqdq", __VPCLMULQDQ__)                 \
  ENGINERY_INSTRUCTION_SET("avxvnni", __AVXVNNI__)                       \
  ENGINERY_INSTRUCTION_SET("avxifma", __AVXIFMA__)                       \
  ENGINERY_INSTRUCTION_SET("avxneconvert", __AVXNECONVERT__)             \
  ENGINERY_INSTRUCTION_SET("avxvnniint8", __AVXVNNIINT8__)               \
  ENGINERY_INSTRUCTION_SET("avxvnniint16", __AVXVNNIINT16__)             \
  ENGINERY_INSTRUCTION_SET("avx512f", __AVX512F__)                       \
  ENGINERY_INSTRUCTION_SET("avx512cd", __AVX512CD__)                     \
  ENGINERY_INSTRUCTION_SET("avx512er", __AVX512ER__)                     \
  ENGINERY_INSTRUCTION_SET("avx512pf", __AVX512PF__)                     \
  ENGINERY_INSTRUCTION_SET("avx512dq", __AVX512DQ__)                     \
  ENGINERY_INSTRUCTION_SET("avx512bw", __AVX512BW__)                     \
  ENGINERY_INSTRUCTION_SET("avx512vl", __AVX512VL__)                     \
  ENGINERY_INSTRUCTION_SET("avx512ifma", __AVX512IFMA__)                 \
  ENGINERY_INSTRUCTION_SET("avx512vbmi", __AVX512VBMI__)                 \
  ENGINERY_INSTRUCTION_SET("avx512vbmi2", __AVX512VBMI2__)               \
  ENGINERY_INSTRUCTION_SET("avx512vnni", __AVX512VNNI__)                 \
  ENGINERY_INSTRUCTION_SET("avx512bitalg", __AVX512BITALG__)             \
  ENGINERY_INSTRUCTION_SET("avx512vpopcntdq", __AVX512VPOPCNTDQ__)       \
  ENGINERY_INSTRUCTION_SET("avx512vp2intersect", __AVX512VP2INTERSECT__) \
  ENGINERY_INSTRUCTION_SET("avx512bf16", __AVX512BF16__)                 \
  ENGINERY_INSTRUCTION_SET("avx512fp16", __AVX512FP16__)                 \
  ENGINERY_INSTRUCTION_SET("avx5124fmaps", __AVX5124FMAPS__)             \
  ENGINERY_INSTRUCTION_SET("avx5124vnniw", __AVX5124VNNIW__)             \
  ENGINERY_INSTRUCTION_SET("amx-tile", __AMX_TILE__)                     \
  ENGINERY_INSTRUCTION_SET("amx-int8", __AMX_INT8__)                     \
  ENGINERY_INSTRUCTION_SET("amx-bf16", __AMX_BF16__)                     \
  ENGINERY_INSTRUCTION_SET("amx-fp16", __AMX_FP16__)                     \
  ENGINERY_INSTRUCTION_SET("amx-complex", __AMX_COMPLEX__)               \
  ENGINERY_INSTRUCTION_SET("cmpccxadd", __CMPCCXADD__)                   \
  ENGINERY_INSTRUCTION_SET("raoint", __RAOINT__)                         \
  ENGINERY_INSTRUCTION_SET("apxf", __APX_F__)
#elif defined(__aarch64__)
#define ENGINERY_INSTRUCTION_SETS                                        \
  ENGINERY_INSTRUCTION_SET("lse", __ARM_FEATURE_ATOMICS)                 \
  ENGINERY_INSTRUCTION_SET("crc", __ARM_FEATURE_CRC32)                   \
  ENGINERY_INSTRUCTION_SET("aes", __ARM_FEATURE_AES)                     \
  ENGINERY_INSTRUCTION_SET("sha2", __ARM_FEATURE_SHA2)                   \
  ENGINERY_INSTRUCTION_SET("sha3", __ARM_FEATURE_SHA3)                   \
  ENGINERY_INSTRUCTION_SET("rdma", __ARM_FEATURE_QRDMX)                  \
  ENGINERY_INSTRUCTION_SET("fp16", __ARM_FEATURE_FP16_VECTOR_ARITHMETIC) \
  ENGINERY_INSTRUCTION_SET("dotprod", __ARM_FEATURE_DOTPROD)             \
  ENGINERY_INSTRUCTION_SET("bf16", __ARM_FEATURE_BF16_VECTOR_ARITHMETIC) \
  ENGINERY_INSTRUCTION_SET("i8mm", __ARM_FEATURE_MATMUL_INT8)            \
  ENGINERY_INSTRUCTION_SET("sve", __ARM_FEATURE_SVE)                     \
  ENGINERY_INSTRUCTION_SET("sve2", __ARM_FEATURE_SVE2)
#else
#define ENGINERY_INSTRUCTION_SETS ""
#endif

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
