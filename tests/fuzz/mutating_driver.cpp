// tests/fuzz/mutating_driver.cpp: runs a fuzz target on recorded inputs and on what mutation makes of them.
//
// First in every small way, the same each time: each byte with each bit flipped, with none and with all of them; each
// length that is shorter; 1 to 64 bytes more. Then ROUNDS times at random.
//
// usage: TARGET CORPUS ROUNDS      an input that ends the process is left in ./broken_input
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/sanitized.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::string current;  // what the target is looking at
long runs = 0;

void leave_broken_input(int signal) {
  const int fd = ::open("broken_input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  constexpr char kWords[] = "the input that did this is in ./broken_input\n";
  if (fd >= 0 && ::write(fd, current.data(), current.size()) == static_cast<ssize_t>(current.size())) [[maybe_unused]]
    const ssize_t written = ::write(2, kWords, sizeof kWords - 1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// As long as the input and no longer, so that a sanitizer sees every byte that is read beyond it.
void run(const std::string& input) {
  current = input;
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  ++runs;
}

void run_small_changes(const std::string& input) {
  std::string changed = input;
  for (std::size_t i = 0; i < input.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      changed[i] = static_cast<char>(input[i] ^ 1 << bit);
      run(changed);
    }
    for (const char all : {'\0', '\xff'}) {
      changed[i] = all;
      run(changed);
    }
    changed[i] = input[i];
  }
  for (std::size_t size = 0; size < input.size(); ++size) run(input.substr(0, size));
  for (std::size_t more = 1; more <= 64; ++more)
    for (const char byte : {'\0', '\xff'}) run(input + std::string(more, byte));
}

std::string mutated(std::string input, const std::vector<std::string>& corpus, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n ? random() % n : 0; };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    switch (below(6)) {
      case 0:
        if (!input.empty()) input[below(input.size())] ^= static_cast<char>(1 << below(8));
        break;
      case 1:
        input.resize(below(input.size() + 1));
        break;
      case 2:
        input += std::string(below(64), static_cast<char>(random()));
        break;
      case 3:
        if (input.size() >= 4) {
          const std::uint32_t numbers[] = {0,          1,          0x7fffffff,
                                           0x80000000, 0xffffffff, static_cast<std::uint32_t>(random())};
          input.replace(below(input.size() - 3), 4, reinterpret_cast<const char*>(&numbers[below(6)]), 4);
        }
        break;
      case 4:
        if (input.size() >= 8) input.replace(below(input.size() - 7), 8, std::string(8, below(2) ? '\xff' : '\0'));
        break;
      default: {
        const std::string& other = corpus[below(corpus.size())];
        input = input.substr(0, below(input.size() + 1)) + other.substr(below(other.size() + 1));
      }
    }
  }
  return input;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s CORPUS ROUNDS\n", argv[0]);
    return 2;
  }
  std::signal(SIGABRT, leave_broken_input);
  if (!enginery::kSanitized)  // a sanitizer has its own handlers, which say more, and then aborts
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE}) std::signal(signal, leave_broken_input);

  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(argv[1]), {});
  std::sort(files.begin(), files.end());  // else the rounds would differ between file systems
  std::vector<std::string> corpus;
  for (const auto& file : files) corpus.push_back(content_of(file));
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no inputs\n", argv[1]);
    return 1;
  }
  for (const std::string& input : corpus) {
    run(input);
    run_small_changes(input);
  }
  const long small = runs - static_cast<long>(corpus.size());
  std::mt19937_64 random(1);
  const long rounds = std::atol(argv[2]);
  for (long i = 0; i < rounds; ++i) run(mutated(corpus[random() % corpus.size()], corpus, random));
  std::printf("%zu inputs, %ld small changes and %ld mutations were read or refused\n", corpus.size(), small, rounds);
}
