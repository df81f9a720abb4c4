// core/modules/elf_image.cpp: the bytes of an ELF file, of which none outside is touched.
#include "core/modules/elf_image.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::modules {
namespace {

constexpr std::uint16_t kMostSegments = 256;  // a limit for garbage, not for plugins

#if defined(__x86_64__)
constexpr std::uint16_t kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kThisMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kThisMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t kThisMachine = EM_PPC64;
#else
#error "add this machine's e_machine"
#endif

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390";
    default:
      return fmt::format("machine {}", machine);
  }
}

}  // namespace

ElfImage::ElfImage(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {
  check_header();
  read_segments();
}

void ElfImage::refuse(const std::string& problem, const char* remedy) const {
  throw PluginLoadError(LoadStage::elf, file_, problem, remedy);
}
void ElfImage::refuse_truncated(const char* what) const {
  refuse(fmt::format("the file is truncated or damaged: its {} lies beyond its {} bytes", what, bytes_.size()),
         "Build or copy it again");
}

void ElfImage::check_header() {
  if (bytes_.size() < SELFMAG || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0) {
    refuse("this is not a shared object (no ELF header)", "Give the .so that enginery_add_plugin builds");
  }
  if (bytes_.size() < sizeof(Elf64_Ehdr)) refuse_truncated("header");
  header_ = load<Elf64_Ehdr>(0, "header");
  if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB) {
    refuse("this is not a 64-bit little-endian shared object",
           "Build it on the kind of machine that the engine runs on");
  }
  if (header_.e_machine != kThisMachine) {
    refuse(fmt::format("this is code for {}, and this machine is {}", machine_name(header_.e_machine),
                       machine_name(kThisMachine)),
           "Build it on the kind of machine that the engine runs on");
  }
  if (header_.e_type != ET_DYN) {
    refuse(header_.e_type == ET_REL ? "this is an object file, not a shared object" : "this is not a shared object",
           "Link it with enginery_add_plugin or `g++ -shared`");
  }
  if (header_.e_phentsize != sizeof(Elf64_Phdr)) {
    refuse("its program headers have an unknown size", "Build it again with the system's linker");
  }
  // Sections are not needed to load, but they end the file: without them, the end is missing.
  const std::uint64_t sections = std::uint64_t{header_.e_shnum} * header_.e_shentsize;
  if (header_.e_shoff != 0 && !inside(header_.e_shoff, sections)) refuse_truncated("section table");
}

void ElfImage::read_segments() {
  const std::uint64_t table = std::uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr);
  if (!inside(header_.e_phoff, table)) refuse_truncated("program header table");
  if (header_.e_phnum > kMostSegments) refuse("it has too many segments", "Build it again: the file is damaged");
  bool loads = false;
  for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
    const auto segment = load<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr), "program header");
    if (!inside(segment.p_offset, segment.p_filesz)) refuse_truncated("segment");
    loads = loads || segment.p_type == PT_LOAD;
    segments_.push_back(segment);
  }
  if (!loads) refuse("it has nothing to load", "Build it again: it holds debug information only, or is damaged");
}

std::optional<std::uint64_t> ElfImage::offset_of(std::uint64_t address) const {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  return std::nullopt;
}

std::string ElfImage::text(std::uint64_t offset, std::uint64_t longest) const {
  if (offset >= bytes_.size()) return {};
  longest = std::min<std::uint64_t>({longest, bytes_.size() - offset, kLongestText});
  const char* start = reinterpret_cast<const char*>(bytes_.data()) + offset;
  return std::string(start, strnlen(start, longest));
}

}  // namespace enginery::modules
