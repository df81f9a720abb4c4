// core/enginery/instruction_sets.hpp: the instruction sets that this translation unit may use, as text.
#pragma once

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
